import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { codeOf, pairAt, type StudioWorld, studioWorld } from "../../test/support/world.ts";
import { ISOLATION_LEVELS } from "../tenants/tenant.ts";
import type { AppTransaction } from "./context.ts";

let world: StudioWorld;
before(async () => {
  world = await studioWorld();
});
after(() => world[Symbol.asyncDispose]());

for (const level of ISOLATION_LEVELS) {
  test(`${level}: a transaction commits whole or not at all, and its neighbour sees neither`, async () => {
    const [a, b] = pairAt(world, level);
    await using ctx = await world.tenancy.data.context(a.id);
    await using other = await world.tenancy.data.context(b.id);

    const id = await ctx.transaction(async (tx) => {
      const track = await tx.table("tracks").insert({ title: "Kept" });
      await tx.table("mixes").insert({ trackId: track["id"], name: "First" });
      assert.equal(await other.table("tracks").count(), 0);
      return track["id"] as string;
    });
    const failing = ctx.transaction(async (tx) => {
      await tx.table("tracks").insert({ title: "Lost" });
      throw new Error("changed my mind");
    });

    await assert.rejects(failing, /changed my mind/);
    assert.deepEqual(
      (await ctx.table("tracks").findAll()).map((row) => row["title"]),
      ["Kept"],
    );
    assert.equal(await other.table("mixes").count(), 0);
    await ctx.table("tracks").remove(id);
  });

  test(`${level}: a savepoint fails alone, within a savepoint too`, async () => {
    const [a] = pairAt(world, level);
    await using ctx = await world.tenancy.data.context(a.id);

    await ctx.transaction(async (tx) => {
      await tx.table("tracks").insert({ title: "outer" });
      await tx.transaction(async (inner) => {
        await inner.table("tracks").insert({ title: "inner" });
        const failing = inner.transaction(async (innermost) => {
          await innermost.table("tracks").insert({ title: "innermost" });
          await innermost.query({ text: "select 1 / 0" });
        });
        assert.equal(await codeOf(failing), "22012");
      });
      await tx.db.insertInto("tracks").values({ title: "after" }).execute();
    });

    const rows = await ctx.table("tracks").findAll({ orderBy: "id" });
    assert.deepEqual(
      rows.map((row) => row["title"]),
      ["outer", "inner", "after"],
    );
    await ctx.query({ text: "delete from tracks" });
  });

  test(`${level}: two transactions that disturb each other are both done, one after the other`, async () => {
    const [a] = pairAt(world, level);
    await using ctx = await world.tenancy.data.context(a.id);
    await ctx.table("counters").insert({ id: 1, value: 0 });
    let runs = 0;
    const bothHaveRead = barrier(2);
    const increment = () =>
      ctx.transaction(
        async (tx) => {
          runs += 1;
          const row = await tx.table("counters").findById(1);
          if (runs <= 2) await bothHaveRead();
          await tx.table("counters").update(1, { value: Number(row?.["value"]) + 1 });
        },
        { isolation: "serializable", retries: 5 },
      );

    await Promise.all([increment(), increment()]);

    assert.equal((await ctx.table("counters").findById(1))?.["value"], 2);
    assert.ok(runs >= 3, `${runs} runs`);
    assert.equal(await codeOf(conflict(ctx.transaction.bind(ctx))), "40001");
    await ctx.table("counters").remove(1);
  });

  test(`${level}: an abort ends the running statement and undoes the transaction`, async () => {
    const [a] = pairAt(world, level);
    await using ctx = await world.tenancy.data.context(a.id);
    const stop = new AbortController();
    const startedMs = performance.now();

    const running = ctx.transaction(
      async (tx) => {
        await tx.table("tracks").insert({ title: "Never" });
        setTimeout(() => stop.abort(new Error("the user left")), 50);
        await tx.query({ text: "select pg_sleep(20)" });
      },
      { signal: stop.signal },
    );

    await assert.rejects(running, /the user left/);
    assert.ok(performance.now() - startedMs < 5_000);
    assert.equal(await ctx.table("tracks").count(), 0);
    const late = ctx.transaction(async () => assert.fail("ran"), { signal: stop.signal });
    await assert.rejects(late, /the user left/);
  });
}

test("isolation levels and read only are PostgreSQL's own", async () => {
  const [a] = pairAt(world, "table");
  await using ctx = await world.tenancy.data.context(a.id);
  const show = async (tx: AppTransaction) =>
    (await tx.query({ text: "show transaction_isolation" })).rows[0]?.transaction_isolation;

  assert.equal(await ctx.transaction(show), "read committed");
  for (const isolation of ["read committed", "repeatable read", "serializable"] as const) {
    assert.equal(await ctx.transaction(show, { isolation }), isolation);
  }
  const writing = ctx.transaction((tx) => tx.table("tracks").insert({ title: "x" }), { readOnly: true });
  assert.equal(await codeOf(writing), "25006");
  assert.equal(
    await ctx.transaction((tx) => tx.table("tracks").count(), { readOnly: true, isolation: "serializable" }),
    0,
  );
});

test("a transaction whose failed statement was caught does not seem done", async () => {
  const [a] = pairAt(world, "table");
  await using ctx = await world.tenancy.data.context(a.id);

  const swallowing = () =>
    ctx.transaction(async (tx) => {
      await tx.table("tracks").insert({ title: "Lost" });
      await tx.query({ text: "select 1 / 0" }).catch(() => undefined);
      return "done";
    });
  const byKysely = () =>
    ctx.db.transaction().execute(async (trx) => {
      await trx.insertInto("tracks").values({ title: "Lost" }).execute();
      await trx
        .selectFrom("no_such_table")
        .selectAll()
        .execute()
        .catch(() => undefined);
    });

  assert.equal(await codeOf(swallowing), "context.transaction_failed");
  assert.equal(await codeOf(byKysely), "context.transaction_failed");
  assert.equal(await ctx.table("tracks").count(), 0);
});

test("a transaction that ended refuses every further use, and what was not awaited is in it or refused", async () => {
  const [a] = pairAt(world, "table");
  await using ctx = await world.tenancy.data.context(a.id);
  let escaped: AppTransaction | undefined;
  const unawaited: Promise<unknown>[] = [];

  await ctx.transaction(async (tx) => {
    escaped = tx;
    unawaited.push(tx.table("tracks").insert({ title: "one" }), tx.table("tracks").insert({ title: "two" }));
  });

  await Promise.all(unawaited);
  assert.equal(await ctx.table("tracks").count(), 2);
  const tx = escaped as unknown as AppTransaction;
  const uses = [
    () => tx.query({ text: "select 1" }),
    () => tx.transaction(async () => 1),
    async () => tx.table("tracks"),
    async () => tx.db,
  ];
  for (const use of uses) assert.equal(await codeOf(use), "context.ended", String(use));
  await ctx.query({ text: "delete from tracks" });
});

test("a suspended tenant ends a transaction within a second, between its statements as well", async () => {
  const [tenant] = pairAt(world, "table");
  await using ctx = await world.tenancy.data.context(tenant.id);
  const waiting = Promise.withResolvers<void>();
  const resumed = Promise.withResolvers<void>();
  const idle = ctx.transaction(
    async (tx) => {
      await tx.table("tracks").count();
      waiting.resolve();
      await resumed.promise;
      return tx.table("tracks").findAll();
    },
    { isolation: "repeatable read" },
  );
  const sleeping = ctx.transaction((tx) => tx.query({ text: "select pg_sleep(20)" }));
  await waiting.promise;
  const outcomes = [codeOf(idle), codeOf(sleeping)];

  const startedMs = performance.now();
  await world.tenancy.tenants.suspend(tenant.id, "test");

  assert.equal(await outcomes[1], "tenant.suspended");
  assert.ok(performance.now() - startedMs < 1_000, `${performance.now() - startedMs} ms`);
  resumed.resolve();
  assert.equal(await outcomes[0], "tenant.suspended");
  assert.equal(await codeOf(ctx.transaction(async () => 1)), "tenant.suspended");
  await world.tenancy.tenants.resume(tenant.id);
  assert.equal(await ctx.transaction((tx) => tx.table("tracks").count()), 0);
});

test("a suspension ends an idle transaction with its locks, and reaches a process that heard nothing of it", async () => {
  const [tenant] = pairAt(world, "table");
  const { control } = world.tenancy.internals;
  await using ctx = await world.tenancy.data.context(tenant.id);
  await ctx.table("counters").insert({ id: 70, value: 1 });
  const waiting = Promise.withResolvers<void>();
  const resumed = Promise.withResolvers<void>();
  const idle = ctx.transaction(async (tx) => {
    await tx.table("counters").update(70, { value: 2 });
    waiting.resolve();
    await resumed.promise;
  });
  const reading = ctx.transaction(
    async (tx) => {
      for (let n = 0; n < 1_000; n++) await tx.query({ text: "select pg_sleep(0.005)" });
    },
    { isolation: "repeatable read" },
  );
  const outcomes = [codeOf(idle), codeOf(reading)];
  await waiting.promise;

  // The notification of this suspension goes to nobody: the listener is gone, and comes back half a second later.
  await control.query(
    "select pg_terminate_backend(pid, 1000) from pg_stat_activity where application_name = 'tenancy-listener' and datname = current_database()",
  );
  await world.tenancy.tenants.suspend(tenant.id, "test");
  const isLocked = async () => {
    const { rows } = await control.query("select from public.counters where id = 70 for update skip locked");
    return rows.length === 0;
  };
  while (await isLocked()) await new Promise((resolve) => setTimeout(resolve, 20));

  assert.equal(await outcomes[1], "tenant.suspended");
  resumed.resolve();
  assert.equal(await outcomes[0], "tenant.suspended");
  await world.tenancy.tenants.resume(tenant.id);
  assert.equal((await ctx.table("counters").findById(70))?.["value"], 1);
  await ctx.table("counters").remove(70);
});

/** A write that follows a read of what another transaction has changed since: a real 40001, with no retry left. */
async function conflict(
  transaction: (work: (tx: AppTransaction) => Promise<void>, options: object) => Promise<void>,
) {
  await transaction(
    async (tx) => {
      await tx.table("counters").findById(1);
      await transaction(async (other) => void (await other.table("counters").update(1, { value: 9 })), {});
      await tx.table("counters").update(1, { value: 10 });
    },
    { isolation: "repeatable read", retries: 0 },
  );
}

function barrier(parties: number): () => Promise<void> {
  const all = Promise.withResolvers<void>();
  let waiting = 0;
  return () => {
    waiting += 1;
    if (waiting >= parties) all.resolve();
    return all.promise;
  };
}
