import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import pg from "pg";
import { codeOf, pairAt, type StudioWorld, studioWorld } from "../../test/support/world.ts";
import { uuidv7 } from "../base/ids.ts";
import { ISOLATION_LEVELS } from "../tenants/tenant.ts";

let world: StudioWorld;
before(async () => {
  world = await studioWorld();
});
after(() => world[Symbol.asyncDispose]());

for (const level of ISOLATION_LEVELS) {
  test(`${level}: Kysely reads and writes one tenant, in transactions and savepoints too`, async () => {
    const [a, b] = pairAt(world, level);
    await using ctx = await world.tenancy.data.context(a.id);
    await using other = await world.tenancy.data.context(b.id);
    const insert = (db: typeof ctx.db, title: string) => db.insertInto("tracks").values({ title });

    const made = await insert(ctx.db, "one").returning(["id", "title"]).executeTakeFirstOrThrow();
    await ctx.db.transaction().execute((trx) => insert(trx, "two").execute());
    const failing = ctx.db.transaction().execute(async (trx) => {
      await insert(trx, "three").execute();
      throw new Error("no");
    });
    await assert.rejects(failing, /no/);
    const trx = await ctx.db.startTransaction().execute();
    const point = await trx.savepoint("here").execute();
    await insert(point, "undone").execute();
    await point.rollbackToSavepoint("here").execute();
    await insert(trx, "four").execute();
    await trx.commit().execute();

    const rows = await ctx.db.selectFrom("tracks").select(["id", "title"]).orderBy("id").execute();
    assert.deepEqual(
      rows.map((row) => row["title"]),
      ["one", "two", "four"],
    );
    assert.equal(made["id"], rows[0]?.["id"]);
    assert.deepEqual(await other.db.selectFrom("tracks").selectAll().execute(), []);
    const changed = await other.db.updateTable("tracks").set({ title: "taken" }).executeTakeFirst();
    assert.equal(changed.numUpdatedRows, 0n);
    const removed = await ctx.db.deleteFrom("tracks").executeTakeFirst();
    assert.equal(removed.numDeletedRows, 3n);
  });

  test(`${level}: a context that ended refuses every further use`, async () => {
    const [a] = pairAt(world, level);
    const ctx = await world.tenancy.data.context(a.id);
    const { db, pg: pool } = ctx;
    const tracks = ctx.table("tracks");
    const client = await pool.connect();
    await client.query("begin");
    const idle = await pool.connect();
    const sleeping = codeOf(idle.query("select pg_sleep(20)"));
    const inTransaction = codeOf(ctx.transaction((tx) => tx.query({ text: "select pg_sleep(20)" })));
    await new Promise((resolve) => setTimeout(resolve, 50));
    const startedMs = performance.now();

    ctx.close();

    assert.equal(await sleeping, "context.ended");
    assert.equal(await inTransaction, "context.ended");
    assert.ok(performance.now() - startedMs < 2_000);
    const uses = [
      () => ctx.query({ text: "select 1" }),
      () => ctx.transaction(async () => 1),
      () => ctx.stream("select 1").next(),
      async () => ctx.db,
      async () => ctx.pg,
      async () => ctx.cache,
      async () => ctx.storage,
      async () => ctx.analytics,
      async () => ctx.table("tracks"),
      () => tracks.findAll(),
      () => tracks.insert({ title: "x" }),
      () => db.selectFrom("tracks").selectAll().execute(),
      () => db.transaction().execute(async () => 1),
      async () => pool.query("select 1"),
      async () => pool.connect(),
      async () => client.query("select 1"),
      async () => client.query("begin"),
      async () => client.query("commit"),
    ];
    for (const use of uses) assert.equal(await codeOf(use), "context.ended", String(use));
    client.release();
    await using again = await world.tenancy.data.context(a.id);
    assert.equal(await again.table("tracks").count(), 0);
  });

  test(`${level}: one statement is cancelled by its signal, and only that one`, async () => {
    const [a, b] = pairAt(world, level);
    await using ctx = await world.tenancy.data.context(a.id);
    await using other = await world.tenancy.data.context(b.id);
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error("enough")), 50);
    const beside = Array.from({ length: 5 }, () => other.query({ text: "select pg_sleep(0.2), 7 as n" }));

    await assert.rejects(ctx.query({ text: "select pg_sleep(20)" }, stop.signal), /enough/);

    for (const result of await Promise.all(beside)) assert.equal(result.rows[0].n, 7);
    await assert.rejects(ctx.query({ text: "select 1" }, stop.signal), /enough/);
    assert.equal((await ctx.query({ text: "select 1 as n" })).rows[0].n, 1);
  });

  test(`${level}: an open context of a suspended tenant is refused within a second, running statements too`, async () => {
    const [a, b] = pairAt(world, level);
    await using ctx = await world.tenancy.data.context(a.id);
    await using other = await world.tenancy.data.context(b.id);
    await ctx.table("tracks").count();
    const client = await ctx.pg.connect();
    const running = [
      codeOf(ctx.query({ text: "select pg_sleep(20)" })),
      codeOf(client.query("select pg_sleep(20)")),
    ];
    const startedMs = performance.now();

    await world.tenancy.tenants.suspend(a.id, "test");

    assert.deepEqual(await Promise.all(running), ["tenant.suspended", "tenant.suspended"]);
    assert.equal(await codeOf(ctx.table("tracks").count()), "tenant.suspended");
    assert.equal(await codeOf(ctx.db.selectFrom("tracks").selectAll().execute()), "tenant.suspended");
    assert.equal(await codeOf(client.query("select 1")), "tenant.suspended");
    assert.equal(await codeOf(world.tenancy.data.context(a.id)), "tenant.suspended");
    assert.ok(performance.now() - startedMs < 1_000, `${performance.now() - startedMs} ms`);
    assert.equal(await other.table("tracks").count(), 0);
    client.release();
    await world.tenancy.tenants.resume(a.id);
    assert.equal(await ctx.table("tracks").count(), 0);
  });

  test(`${level}: a failed statement disturbs nobody on the same connection`, async () => {
    const [a, b] = pairAt(world, level);
    await using ctx = await world.tenancy.data.context(a.id);
    await using other = await world.tenancy.data.context(b.id);
    const divide = "select 10 / $1::int as n";
    const add = "select 10 + $1::int as n";
    for (let i = 0; i < 4; i++) {
      await ctx.query({ text: divide, values: [1] });
      await other.query({ text: add, values: [1] });
    }

    const outcomes = await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        i % 2 === 0
          ? codeOf(ctx.query({ text: divide, values: [0] }))
          : other.query({ text: add, values: [i] }).then((result) => result.rows[0].n),
      ),
    );

    outcomes.forEach((outcome, i) => {
      assert.equal(outcome, i % 2 === 0 ? "22012" : 10 + i);
    });
  });
}

test("a tenant that is not there is not found, whatever stands for its id", async () => {
  const wrong: unknown[] = [uuidv7(), "nobody", "", "'; select 1 --", undefined, null, 7, {}, ["x"], "\0"];

  for (const id of wrong) {
    assert.equal(await codeOf(world.tenancy.data.context(id as string)), "tenant.not_found", String(id));
  }
  assert.equal(await codeOf(world.tenancy.data.run(uuidv7(), async () => 1)), "tenant.not_found");
});

test("run closes its context, so that a promise that escapes finds it ended", async () => {
  const [a] = pairAt(world, "table");
  let escaped: (() => Promise<unknown>) | undefined;

  const answer = await world.tenancy.data.run(a.id, async (ctx) => {
    escaped = () => ctx.query({ text: "select 1" });
    return "done";
  });

  assert.equal(answer, "done");
  assert.equal(await codeOf(escaped as () => Promise<unknown>), "context.ended");
  await assert.rejects(
    world.tenancy.data.run(a.id, () => Promise.reject(new Error("mine"))),
    /mine/,
  );
});

test("a statement cannot open a transaction, nor bring another statement with it", async () => {
  const [a] = pairAt(world, "table");
  await using ctx = await world.tenancy.data.context(a.id);
  const left = "isolation.transaction_left_open";

  assert.equal(await codeOf(ctx.query({ text: "begin" })), left);
  assert.equal(await codeOf(ctx.query({ text: "/* x */ start transaction" })), left);
  assert.equal(await codeOf(ctx.query({ text: "select 1; select 2" })), "42601");
  assert.equal(await codeOf(ctx.query({ text: "select 1; begin" })), "42601");
  assert.equal(await codeOf(ctx.transaction((tx) => tx.query({ text: "select 1; commit" }))), "42601");
  const client = await ctx.pg.connect();
  assert.equal(await codeOf(client.query("select 1; select 2")), "42601");
  await client.query("begin");
  assert.equal(await codeOf(client.query("commit; select 1")), "42601");
  client.release();
  for (const text of ["alter role x password 'y'", "lock table tracks", "do $$ begin end $$", "listen x"]) {
    assert.equal(await codeOf(ctx.query({ text })), "isolation.statement_refused", text);
  }
  assert.equal(await codeOf(ctx.query({ text: "" })), "none");
  for (let i = 0; i < 20; i++) assert.equal((await ctx.query({ text: "select 1 as n" })).rows[0].n, 1);
});

test("values of wrong kinds harm no connection", async () => {
  const [a] = pairAt(world, "table");
  await using ctx = await world.tenancy.data.context(a.id);
  const loop: Record<string, unknown> = {};
  loop["self"] = loop;

  await assert.rejects(ctx.query({ text: "select $1::jsonb", values: [loop] }), TypeError);
  assert.equal(await codeOf(ctx.query({ text: "select $1::int", values: ["x"] })), "22P02");
  assert.equal(await codeOf(ctx.query({ text: "select $1::int", values: [] })), "08P01");
  assert.equal(await codeOf(ctx.query({ text: "select 1", values: [1] })), "08P01");
  assert.equal(await codeOf(ctx.query({ text: "select $1::text", values: ["a\0b"] })), "22021");
  const { rows } = await ctx.query({ text: "select $1::text as a, $2::int[] as b", values: ["é", [1, 2]] });
  assert.deepEqual(rows, [{ a: "é", b: [1, 2] }]);
});

test("the plan's statement timeout ends a statement, alone or in a transaction", async () => {
  const [a] = pairAt(world, "table");
  const control = new pg.Client(world.url);
  await control.connect();
  await control.query("update tenancy.plans set statement_timeout_ms = 150 where key = 'freemium'");
  world.tenancy.internals.executor.directory.forget(a.id);
  await using ctx = await world.tenancy.data.context(a.id);
  const startedMs = performance.now();

  assert.equal(await codeOf(ctx.query({ text: "select pg_sleep(20)" })), "57014");
  assert.equal(await codeOf(ctx.transaction((tx) => tx.query({ text: "select pg_sleep(20)" }))), "57014");
  assert.ok(performance.now() - startedMs < 5_000);
  // On a shared connection: quick so often that it may share one, then behind a lock.
  await ctx.table("counters").insert({ id: 7 });
  for (let i = 0; i < 10; i++) await ctx.table("counters").update(7, { value: i });
  const isOver = Promise.withResolvers<void>();
  const isHeld = Promise.withResolvers<void>();
  const holder = ctx.transaction(async (tx) => {
    await tx.table("counters").update(7, { value: -1 });
    isHeld.resolve();
    await isOver.promise;
  });
  await isHeld.promise;
  assert.equal(await codeOf(ctx.table("counters").update(7, { value: 1 })), "57014");
  isOver.resolve();
  await holder;
  assert.equal((await ctx.table("counters").findById(7))?.["value"], -1);
  await ctx.table("counters").remove(7);

  await control.query("update tenancy.plans set statement_timeout_ms = 10000 where key = 'freemium'");
  await control.end();
  world.tenancy.internals.executor.directory.forget(a.id);
});

test("what is no statement is told by name, by the context and by its pool", async () => {
  const [a] = pairAt(world, "table");
  await using ctx = await world.tenancy.data.context(a.id);
  const odd: unknown[] = [undefined, null, 5, {}, [], { text: 5 }, { text: "select 1", values: "x" }];
  for (const input of odd) {
    assert.equal(await codeOf(ctx.query(input as { text: string })), "context.bad_input", String(input));
    assert.equal(await codeOf(ctx.pg.query(input as string)), "context.bad_input", String(input));
    assert.equal(
      await codeOf(ctx.transaction((tx) => tx.query(input as { text: string }))),
      "context.bad_input",
    );
  }
  assert.deepEqual((await ctx.query({ text: "select 1 as one" })).rows, [{ one: 1 }]);
});

test("the plan's time holds for a tenant whose SQL lifts it, between statements as well", async () => {
  const [a, b] = pairAt(world, "table");
  const { control, executor } = world.tenancy.internals;
  const setTimes = async (statementMs: number, idleMs: number) => {
    const text =
      "update tenancy.plans set statement_timeout_ms = $1, idle_timeout_ms = $2 where key = 'freemium'";
    await control.query({ text, values: [statementMs, idleMs] });
    for (const { id } of [a, b]) executor.directory.forget(id);
  };
  await setTimes(150, 250);
  await using ctx = await world.tenancy.data.context(a.id);
  await ctx.table("counters").insert({ id: 8 });
  const startedMs = performance.now();

  const lifted = ctx.transaction(async (tx) => {
    await tx.query({ text: "set local statement_timeout = 0" });
    await tx.query({ text: "select pg_sleep(20)" });
  });
  assert.equal(await codeOf(lifted), "57014");
  const alone = "select pg_sleep(20) from (select set_config('statement_timeout', '0', true)) s";
  assert.equal(await codeOf(ctx.query({ text: alone })), "57014");

  const isFreed = async () => {
    const { rows } = await control.query("select from public.counters where id = 8 for update skip locked");
    return rows.length > 0;
  };
  const lazy = ctx.transaction(async (tx) => {
    await tx.query({ text: "set local idle_in_transaction_session_timeout = 0" });
    await tx.table("counters").update(8, { value: 1 });
    while (!(await isFreed())) await new Promise((resolve) => setTimeout(resolve, 20));
    await tx.table("counters").update(8, { value: 2 });
  });
  assert.equal(await codeOf(lazy), "context.idle");
  assert.ok(performance.now() - startedMs < 5_000);
  assert.equal((await ctx.table("counters").findById(8))?.["value"], 0);

  await setTimes(10_000, 30_000);
  await ctx.table("counters").remove(8);
});

test("a tenant that keeps its connections busy leaves some to the others", async () => {
  const [a, b] = pairAt(world, "table");
  await using busy = await world.tenancy.data.context(a.id);
  await using other = await world.tenancy.data.context(b.id);
  const stop = new AbortController();
  const sleeps = Array.from({ length: 20 }, () =>
    codeOf(busy.query({ text: "select pg_sleep(9)" }, stop.signal)),
  );
  await new Promise((resolve) => setTimeout(resolve, 300));

  const startedMs = performance.now();
  for (let n = 0; n < 5; n++) await other.query({ text: `select ${n} as never_seen_before_${n}` });

  assert.ok(performance.now() - startedMs < 3_000, `${performance.now() - startedMs} ms`);
  stop.abort(new Error("enough"));
  await Promise.all(sleeps);
});

test("slow statements hold nobody up: a sleeper, and one that became slow behind a lock", async (t) => {
  const [a, b] = pairAt(world, "table");
  await using slow = await world.tenancy.data.context(a.id);
  await using quick = await world.tenancy.data.context(b.id);
  const track = await quick.table("tracks").insert({ title: "point" });
  const read = () => quick.table("tracks").findById(track["id"] as string);
  await slow.table("counters").insert({ id: 1, value: 0 });
  // Quick so far, so it shares a connection when the lock comes.
  for (let i = 0; i < 20; i++) await Promise.all([slow.table("counters").update(1, { value: i }), read()]);
  const isOver = Promise.withResolvers<void>();
  const holder = slow.transaction(async (tx) => {
    await tx.table("counters").update(1, { value: -1 });
    await isOver.promise;
  });
  const others = [
    ...Array.from({ length: 3 }, () => slow.query({ text: "select pg_sleep(1)" })),
    ...Array.from({ length: 3 }, () => slow.table("counters").update(1, { value: 1 })),
  ];

  const elapsedMs: number[] = [];
  const untilMs = performance.now() + 1_200;
  while (performance.now() < untilMs) {
    const startedMs = performance.now();
    await Promise.all(Array.from({ length: 4 }, read));
    elapsedMs.push(performance.now() - startedMs);
  }
  isOver.resolve();
  await Promise.all([holder, ...others]);

  elapsedMs.sort((x, y) => x - y);
  const p99Ms = elapsedMs[Math.floor(elapsedMs.length * 0.99)] as number;
  t.diagnostic(`p99 of ${elapsedMs.length} point reads beside slow statements: ${p99Ms.toFixed(1)} ms`);
  assert.ok(elapsedMs.length > 50, `${elapsedMs.length} reads`);
  assert.ok(p99Ms < 150, `p99 ${p99Ms} ms`);
});
