/**
 * A second process of the platform. It runs long statements of one tenant in its own lanes, says so, and then says how
 * each of them ended. Started with the tenant's id; environment as the first process has it.
 */
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { createTenancy } from "../../src/start.ts";

const [tenantId = "", cwd = "."] = process.argv.slice(2);
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
const tenancy = await createTenancy({ cwd, background: false });
const ctx = await tenancy.data.context(tenantId);
await ctx.query({ text: "select title from tracks" });
await ctx.storage.put("mix.wav", Buffer.alloc(4_000_000));
await ctx.cache.set("plan", "of a tenant");

const endings = [
  note("statement", () => ctx.query({ text: "select pg_sleep(30)" })),
  note("transaction", () => ctx.transaction((tx) => tx.query({ text: "select pg_sleep(30)" }))),
  note("snapshot", () =>
    ctx.transaction(
      async (tx) => {
        // An old snapshot still shows the seat: only the process itself can stop this one.
        for (let n = 0; n < 3_000; n++) {
          await tx.query({ text: "select count(*) from tracks" });
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      },
      { isolation: "repeatable read" },
    ),
  ),
  note("upload", () => ctx.storage.put("late.wav", Readable.from(trickle()))),
  note("download", async () => {
    for await (const _chunk of await ctx.storage.get("mix.wav")) await sleep(50);
  }),
  note("reads", async () => {
    for (let n = 0; n < 3_000; n++) {
      await ctx.query({ text: "select title from tracks where id > $1", values: [n] });
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }),
];
setTimeout(() => say({ ready: true }), 300);
await Promise.all(endings);
const kept = await tenancy.internals.parts.cache.count(tenantId);
say({ what: "cache", code: kept === 0 ? "tenant.suspended" : `${kept} kept`, atMs: Date.now() });
await tenancy.close();
process.exit(0);

async function note(what: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
    say({ what, code: "done", atMs: Date.now() });
  } catch (failure) {
    say({ what, code: (failure as { code?: string }).code ?? String(failure), atMs: Date.now() });
  }
}

async function* trickle(): AsyncGenerator<Buffer> {
  for (let n = 0; n < 100; n++) {
    yield Buffer.alloc(1_000);
    await sleep(100);
  }
}
