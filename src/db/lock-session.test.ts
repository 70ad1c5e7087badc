import assert from "node:assert/strict";
import { test } from "node:test";
import pg from "pg";
import { testDatabase } from "../../test/support/db.ts";
import { withAdvisoryLock } from "./tx.ts";

test("more locks than the pool has connections do not stand still, and exclude each other all the same", async () => {
  await using db = await testDatabase();
  const [one, other] = [
    new pg.Pool({ connectionString: db.url, max: 2 }),
    new pg.Pool({ connectionString: db.url, max: 2 }),
  ];
  const work = async () => (await one.query("select 7 as n")).rows[0].n;

  const outcomes = await Promise.all(
    Array.from({ length: 20 }, (_, n) => withAdvisoryLock(one, `lock ${n}`, work)),
  );
  const nested = await withAdvisoryLock(one, "outer", async () => ({
    again: await withAdvisoryLock(one, "outer", work),
    elsewhere: await withAdvisoryLock(other, "outer", work),
    inner: await withAdvisoryLock(one, "inner", work),
  }));
  const free = await withAdvisoryLock(other, "outer", work);

  assert.ok(outcomes.every((outcome) => outcome.isHeld && outcome.result === 7));
  assert.ok(nested.isHeld);
  assert.equal(nested.result.again.isHeld, false);
  assert.equal(nested.result.elsewhere.isHeld, false);
  assert.equal(nested.result.inner.isHeld, true);
  assert.equal(free.isHeld, true);
  await Promise.all([one.end(), other.end()]);
});

test("a lock whose connection was killed is free, and the next one works", async () => {
  await using db = await testDatabase();
  const pool = new pg.Pool({ connectionString: db.url, max: 3 });
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));

  await withAdvisoryLock(pool, "a", async () => {
    await pool.query(
      "select pg_terminate_backend(pid, 5000) from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())",
    );
  });
  const next = await withAdvisoryLock(pool, "a", async () => true);

  assert.equal(next.isHeld, true);
  await pool.end();
});
