/**
 * A second process of the platform. It runs long statements of one tenant in its own lanes, says so, and then says how
 * each of them ended. Started with the tenant's id; environment as the first process has it.
 */
import { createTenancy } from "../../src/start.ts";

const [tenantId = "", cwd = "."] = process.argv.slice(2);
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
const tenancy = await createTenancy({ cwd, background: false });
const ctx = await tenancy.data.context(tenantId);
await ctx.query({ text: "select title from tracks" });

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
  note("reads", async () => {
    for (let n = 0; n < 3_000; n++) {
      await ctx.query({ text: "select title from tracks where id > $1", values: [n] });
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }),
];
setTimeout(() => say({ ready: true }), 300);
await Promise.all(endings);
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
