import assert from "node:assert/strict";
import { test } from "node:test";
import { testCluster, testDatabase } from "../../test/support/db.ts";
import { AdminPools } from "./databases.ts";

test("a pool that somebody holds works on, however many databases are asked for meanwhile", async () => {
  const pools = new AdminPools((await testCluster()).url);
  const control = pools.pool();
  await control.query("select 1");

  for (let n = 0; n < 200; n++) pools.pool(`pools_never_connected_${n}`);

  assert.equal((await control.query("select 1 as n")).rows[0].n, 1);
  assert.equal(pools.pool(), control);
  await pools.close();
});

test("only so many databases keep connections for their next use", async () => {
  await using first = await testDatabase();
  await using second = await testDatabase();
  await using third = await testDatabase();
  const pools = new AdminPools((await testCluster()).url, { keptMax: 2 });
  const idle = () => [first, second, third].map(({ name }) => pools.pool(name).idleCount);

  for (const { name } of [first, second, third]) await pools.pool(name).query("select 1");
  assert.deepEqual(idle(), [1, 1, 0]);

  await pools.forget(first.name);
  await pools.pool(third.name).query("select 1");
  assert.deepEqual(idle(), [0, 1, 1]);
  await pools.close();
});
