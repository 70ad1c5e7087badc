/**
 * Works on a platform until it is killed: creates tenants at every level and writes rows. Each thing that was
 * acknowledged is appended to a file at once, so that the killer can ask for it afterwards. argv = folder, ack file.
 */
import { appendFileSync } from "node:fs";
import { createTenancy } from "../../src/start.ts";
import { ISOLATION_LEVELS } from "../../src/tenants/tenant.ts";

const [cwd, acknowledged] = process.argv.slice(2) as [string, string];
const tenancy = await createTenancy({ cwd, env: {} });
const own: string[] = (await tenancy.tenants.list({ limit: 200 })).map((tenant) => tenant.id);
const acknowledge = (line: string) => appendFileSync(acknowledged, `${line}\n`);
process.stdout.write("ready\n");

async function create(n: number): Promise<void> {
  const isolation = ISOLATION_LEVELS[n % 3];
  const tenant = await tenancy.tenants.create({
    name: `Kill ${process.pid} ${n}`,
    ...(isolation ? { isolation } : {}),
  });
  acknowledge(`tenant ${tenant.id}`);
  own.push(tenant.id);
}

async function write(): Promise<void> {
  const id = own[Math.floor(Math.random() * own.length)];
  if (!id) throw new Error("no tenant yet");
  await tenancy.data.run(id, async (ctx) => {
    const row = await ctx.transaction(async (tx) => {
      const track = await tx.table("tracks").insert({ title: id });
      await tx.table("mixes").insert({ trackId: track["id"], name: `${id} ${String(track["id"])}` });
      return track;
    });
    acknowledge(`row ${id} ${String(row["id"])}`);
    const foreign = await ctx.query({ text: "select title from tracks where title <> $1", values: [id] });
    if (foreign.rows.length > 0) acknowledge(`crossed ${id}`);
  });
}

async function loop(work: (n: number) => Promise<void>): Promise<void> {
  // Ends with the process: it is here to be killed.
  for (let n = 0; ; n++) {
    await work(n).catch(() => new Promise((resolve) => setTimeout(resolve, 10)));
  }
}

await Promise.all([loop(create), loop(write), loop(write), loop(write)]);
