import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { PrismaPg } from "@prisma/adapter-pg";
import type pg from "pg";

export interface PrismaTracks {
  findFirst(args: object): Promise<unknown>;
  findMany(args: object): Promise<unknown[]>;
}
/** What the bench uses of the generated client, which is made when it runs. */
interface Client {
  readonly rlsTrack: PrismaTracks;
  $extends(extension: object): Client;
  $executeRaw(texts: TemplateStringsArray, ...values: unknown[]): Promise<number>;
  $transaction(batch: Promise<unknown>[]): Promise<unknown[]>;
  $disconnect(): Promise<void>;
}

/**
 * Prisma as its published row-level security extension has it: a client per tenant that sends each query in a
 * batch transaction behind `set_config`. https://github.com/prisma/prisma-client-extensions/tree/main/row-level-security
 */
export async function openPrisma(pool: pg.Pool, tenants: readonly string[]) {
  const PrismaClient = await generate();
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
  const clients = new Map(tenants.map((id) => [id, forTenant(prisma, id)]));
  return {
    of: (id: string) => clients.get(id) as Client,
    close: () => prisma.$disconnect(),
  };
}

function forTenant(prisma: Client, id: string): Client {
  return prisma.$extends({
    query: {
      $allModels: {
        $allOperations: async ({ args, query }: { args: object; query(args: object): Promise<unknown> }) => {
          const [, result] = await prisma.$transaction([
            prisma.$executeRaw`select set_config('app.tenant', ${id}, true)`,
            query(args),
          ]);
          return result;
        },
      },
    },
  });
}

async function generate(): Promise<new (options: object) => Client> {
  const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
  await promisify(execFile)(
    process.execPath,
    [path("../node_modules/prisma/build/index.js"), "generate", "--schema", path("./schema.prisma")],
    {
      cwd: path(".."),
      // The engine for `prisma migrate` is downloaded from outside the registry; generating runs on WebAssembly.
      env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: "1" },
    },
  );
  const client: { PrismaClient: new (options: object) => Client } = await import(
    path("../.cache/tenancy-bench-prisma/client.ts")
  );
  return client.PrismaClient;
}
