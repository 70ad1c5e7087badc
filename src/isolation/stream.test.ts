import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { codeOf, pairAt, type StudioWorld, studioWorld } from "../../test/support/world.ts";
import { ISOLATION_LEVELS } from "../tenants/tenant.ts";

const MIB = 1_048_576;

let world: StudioWorld;
before(async () => {
  world = await studioWorld({ connections: { privateMax: 2, waitMsMax: 3_000 } });
});
after(() => world[Symbol.asyncDispose]());

for (const level of ISOLATION_LEVELS) {
  test(`${level}: a stream gives the tenant's own rows, in order, and nobody else's`, async () => {
    const [a, b] = pairAt(world, level);
    await using ctx = await world.tenancy.data.context(a.id);
    await using other = await world.tenancy.data.context(b.id);
    const insert = "insert into tracks (title) select $1 || n from generate_series(1, 1200) n";
    await ctx.query({ text: insert, values: ["mine "] });
    await other.query({ text: insert, values: ["theirs "] });

    const titles: string[] = [];
    for await (const row of ctx.stream<{ title: string }>("select title from tracks order by id")) {
      titles.push(row.title);
    }

    let streamed = 0;
    for await (const row of ctx.db.selectFrom("tracks").select("title").orderBy("id").stream()) {
      assert.equal(row["title"], titles[streamed]);
      streamed += 1;
    }

    assert.deepEqual([titles.length, streamed], [1200, 1200]);
    assert.ok(titles.every((title, i) => title === `mine ${i + 1}`));
  });
}

test("a million rows pass through a bounded memory", async () => {
  const [a] = pairAt(world, "table");
  await using ctx = await world.tenancy.data.context(a.id);
  const text =
    "select n, md5(n::text) as hash, repeat('x', 100) as padding from generate_series(1, 1000000) n";
  let rows = 0;
  let peak = 0;
  const before = heldBytes();

  for await (const row of ctx.stream<{ n: number }>(text)) {
    rows += 1;
    assert.equal(row.n, rows);
    if (rows % 200_000 === 0) peak = Math.max(peak, heldBytes());
  }

  assert.equal(rows, 1_000_000);
  assert.ok(peak - before < 20 * MIB, `holds ${Math.round((peak - before) / MIB)} MiB`);
});

test("an early break gives the connection back, however often", async () => {
  const [a] = pairAt(world, "table");
  await using ctx = await world.tenancy.data.context(a.id);

  for (let round = 0; round < 8; round++) {
    for await (const row of ctx.stream("select n from generate_series(1, 100000) n")) {
      assert.deepEqual(row, { n: 1 });
      break;
    }
  }

  assert.equal(await ctx.transaction((tx) => tx.table("counters").count()), 0);
});

test("an abort ends a stream, while it waits for the database and while the reader is at work", async () => {
  const [a] = pairAt(world, "table");
  await using ctx = await world.tenancy.data.context(a.id);
  const slow = new AbortController();
  setTimeout(() => slow.abort(new Error("stop")), 50);
  const startedMs = performance.now();

  await assert.rejects(collect(ctx.stream("select pg_sleep(20)", [], slow.signal)), /stop/);

  assert.ok(performance.now() - startedMs < 5_000);
  const busy = new AbortController();
  let seen = 0;
  await assert.rejects(async () => {
    for await (const _row of ctx.stream("select generate_series(1, 5000)", [], busy.signal)) {
      seen += 1;
      if (seen === 10) busy.abort(new Error("enough"));
    }
  }, /enough/);
  assert.ok(seen <= 500, `${seen} rows after the abort`);
  await assert.rejects(collect(ctx.stream("select 1", [], busy.signal)), /enough/);
});

test("a context that ends takes its streams with it", async () => {
  const [a] = pairAt(world, "table");
  const ctx = await world.tenancy.data.context(a.id);
  const rows = ctx.stream("select n from generate_series(1, 5000) n");
  await rows.next();

  ctx.close();

  assert.equal(await codeOf(collect(rows)), "context.ended");
  assert.equal(await codeOf(collect(ctx.stream("select 1"))), "context.ended");
});

test("a suspended tenant ends a stream that is being read", async () => {
  const [, tenant] = pairAt(world, "schema");
  await using ctx = await world.tenancy.data.context(tenant.id);
  const rows = ctx.stream("select n from generate_series(1, 100000) n");
  await rows.next();
  const read = async () => {
    for await (const _row of rows) await new Promise((resolve) => setImmediate(resolve));
  };
  const reading = codeOf(read);

  const startedMs = performance.now();
  await world.tenancy.tenants.suspend(tenant.id, "test");

  assert.equal(await reading, "tenant.suspended");
  assert.ok(performance.now() - startedMs < 1_000);
  await world.tenancy.tenants.resume(tenant.id);
});

test("a faulty stream says why, and a second statement in its text is refused", async () => {
  const [a] = pairAt(world, "table");
  await using ctx = await world.tenancy.data.context(a.id);

  assert.equal(await codeOf(collect(ctx.stream("select nope"))), "42703");
  assert.equal(await codeOf(collect(ctx.stream("select 1; select 2"))), "42601");
  assert.equal(await codeOf(collect(ctx.stream("insert into counters values (1)"))), "42601");
  assert.equal(await ctx.table("counters").count(), 0);
});

/** What is in use, without what only waits for the collector: that depends on how busy the machine is. */
function heldBytes(): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  return process.memoryUsage().heapUsed;
}

async function collect(rows: AsyncIterable<unknown>): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const row of rows) all.push(row);
  return all;
}
