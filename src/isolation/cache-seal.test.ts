import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Redis } from "ioredis";
import { type KeyHouse, openKeyHouse, ROOT_KEY } from "../../test/support/keys.ts";
import { type RedisServer, startRedis } from "../../test/support/redis.ts";
import { uuidv7 } from "../base/ids.ts";
import { RedisCache } from "./redis-cache.ts";

const probe = await startRedis();
await probe?.[Symbol.asyncDispose]();
const skip = probe ? false : "redis-server is not installed";

let redis: RedisServer;
let keys: KeyHouse;
let cache: RedisCache;
let admin: Redis;
before(async () => {
  if (skip) return;
  redis = (await startRedis()) as RedisServer; // skipped without one
  keys = await openKeyHouse();
  const keyring = keys.keyring();
  cache = new RedisCache({ url: redis.url, prefix: "t", rootKey: ROOT_KEY, keyring, deadlineMs: 5_000 });
  await cache.start();
  admin = new Redis(redis.url);
});
after(async () => {
  if (skip) return;
  admin.disconnect();
  await cache.close();
  await redis[Symbol.asyncDispose]();
  await keys[Symbol.asyncDispose]();
});

const bind = () => {
  const tenantId = uuidv7();
  return { tenantId, own: cache.bind({ tenantId, epoch: 1 }) };
};
const keyOf = async (tenantId: string, key: string) => {
  const found = await admin.keys(`t:{${tenantId}}:1:*:${key}`);
  assert.equal(found.length, 1);
  return found[0] as string;
};

test("what lies in Redis is not the value; whole numbers lie as they are and still count", {
  skip,
}, async () => {
  const { tenantId, own } = bind();
  await own.set("person", { name: "Ada Lovelace" }, { ttl: 60 });
  await own.set("bytes", Buffer.from("Ada Lovelace"), { ttl: 60 });
  await own.set("count", 41, { ttl: 60 });

  for (const key of ["person", "bytes"]) {
    const raw = (await admin.getBuffer(await keyOf(tenantId, key))) as Buffer;
    assert.ok(!raw.includes("Lovelace"));
  }
  assert.deepEqual(await own.get("person"), { name: "Ada Lovelace" });
  assert.deepEqual(await own.get("bytes"), Buffer.from("Ada Lovelace"));
  assert.equal(await own.increment("count", 1, { ttl: 60 }), 42);
});

test("a value changed, moved to another key or tenant, or put there plain is a miss", { skip }, async () => {
  const [mine, theirs] = [bind(), bind()];
  for (const key of ["a", "b"]) await mine.own.set(key, `mine ${key}`, { ttl: 60 });
  await theirs.own.set("a", "theirs", { ttl: 60 });
  const [a, b, other] = [
    await keyOf(mine.tenantId, "a"),
    await keyOf(mine.tenantId, "b"),
    await keyOf(theirs.tenantId, "a"),
  ];
  const sealed = (await admin.getBuffer(a)) as Buffer;

  await admin.set(b, sealed);
  await admin.set(other, sealed);
  assert.equal(await mine.own.get("b"), undefined);
  assert.equal(await theirs.own.get("a"), undefined);
  assert.equal(await mine.own.get("a"), "mine a");
  await admin.set(a, Buffer.from('"plain"'));
  assert.equal(await mine.own.get("a"), undefined);
  sealed[50] = (sealed[50] ?? 0) ^ 1;
  await admin.set(a, sealed);
  assert.equal(await mine.own.get("a"), undefined);
});

test("when a tenant's keys are destroyed, its values are misses and others' are not", { skip }, async () => {
  const [gone, stays] = [bind(), bind()];
  await gone.own.set("a", "a", { ttl: 60 });
  await stays.own.set("a", "a", { ttl: 60 });
  for (const table of ["data_keys", "wrapping_keys"]) {
    await keys.pool.query(
      `update tenancy.${table} set status = 'destroyed', wrapped = null where tenant_id = $1`,
      [gone.tenantId],
    );
  }
  keys.clock.advance(60_000);

  assert.equal(await gone.own.get("a"), undefined);
  await gone.own.set("b", "b", { ttl: 60 });
  assert.deepEqual(await admin.keys(`t:{${gone.tenantId}}:1:*:b`), []);
  assert.equal(await stays.own.get("a"), "a");
});
