import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { PrismaPg } from "@prisma/adapter-pg";
import { type StudioWorld, studioWorld } from "../support/world.ts";
import { eachPair, titlesOf } from "./studios.ts";

const PROJECT = join(import.meta.dirname, "../..");

/** What the test uses of the generated client, which is made when the test runs. */
interface Delegate {
  create(args: object): Promise<{ id: bigint; title: string }>;
  update(args: object): Promise<unknown>;
  findMany(
    args?: object,
  ): Promise<{ title: string; genre: { name: string } | null; mixes: { name: string }[] }[]>;
  findUnique(args: object): Promise<{ title: string } | null>;
  deleteMany(args: object): Promise<{ count: number }>;
}
interface Client {
  readonly track: Delegate;
  $transaction<T>(work: (tx: Client) => Promise<T>, options?: object): Promise<T>;
  $queryRaw(texts: TemplateStringsArray, ...values: unknown[]): Promise<Record<string, unknown>[]>;
  $disconnect(): Promise<void>;
}

let world: StudioWorld;
let PrismaClient: new (options: object) => Client;

before(async () => {
  await promisify(execFile)(
    process.execPath,
    [
      join(PROJECT, "node_modules/prisma/build/index.js"),
      "generate",
      "--schema",
      join(import.meta.dirname, "schema.prisma"),
    ],
    {
      cwd: PROJECT,
      // The engine for `prisma migrate` is downloaded from outside the registry; generating runs on WebAssembly.
      env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: "1" },
    },
  );
  ({ PrismaClient } = await import(join(PROJECT, ".cache/tenancy-prisma/client.ts")));
  world = await studioWorld({ connections: { ownPrivateMax: 3 } });
});
after(() => world?.[Symbol.asyncDispose]());

test("Prisma on ctx.pg: rows, relations and transactions of one tenant alone", async () => {
  await eachPair(world, async (ctx, { name, level, neighbour }) => {
    const elsewhere = await titlesOf(neighbour);
    const prisma = new PrismaClient({ adapter: new PrismaPg(ctx.pg) });

    const made = await prisma.track.create({
      data: { title: name, genreId: 1, mixes: { create: { name: "first mix" } } },
    });
    await prisma.track.update({ where: { id: made.id }, data: { title: `${name}!` } });
    const found = await prisma.track.findMany({ include: { genre: true, mixes: true } });

    assert.deepEqual(
      found.map((track) => [track.title, track.genre?.name, track.mixes.map((mix) => mix.name)]),
      [[`${name}!`, "jazz", ["first mix"]]],
      level,
    );
    const isolation = await prisma.$transaction(
      async (tx) => {
        await tx.track.create({ data: { title: "in transaction" } });
        return tx.$queryRaw`show transaction_isolation`;
      },
      { isolationLevel: "Serializable" },
    );
    assert.deepEqual(isolation, [{ transaction_isolation: "serializable" }]);
    await assert.rejects(
      prisma.$transaction(async (tx) => {
        await tx.track.create({ data: { title: "lost" } });
        throw new Error("no");
      }),
      /no/,
    );
    assert.deepEqual(await titlesOf(ctx), [`${name}!`, "in transaction"]);
    assert.equal((await prisma.track.deleteMany({ where: { title: "in transaction" } })).count, 1);
    assert.equal((await prisma.track.findUnique({ where: { id: made.id } }))?.title, `${name}!`);
    await prisma.$disconnect();
    assert.deepEqual(await titlesOf(neighbour), elsewhere);
  });
});
