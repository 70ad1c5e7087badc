import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, it } from "node:test";
import { Redis } from "ioredis";
import { type RedisServer, startRedis } from "../../test/support/redis.ts";
import { isTenancyError } from "../base/errors.ts";
import { uuidv7 } from "../base/ids.ts";
import { RootKey } from "../keys/derive.ts";
import { RedisAcl } from "./redis-acl.ts";
import { RedisCache } from "./redis-cache.ts";

const rootKey = new RootKey(randomBytes(32));
const PREFIX = "tenancy";
const probe = await startRedis();
await probe?.[Symbol.asyncDispose]();
const skip = probe ? false : "redis-server is not installed";

interface House extends AsyncDisposable {
  readonly redis: RedisServer;
  readonly cache: RedisCache;
  readonly changes: string[];
}

async function openHouse(deadlineMs = 2_000): Promise<House> {
  const redis = await startRedis();
  assert.ok(redis);
  const changes: string[] = [];
  const onChange = (state: "lost" | "back") => changes.push(state);
  const cache = new RedisCache({ url: redis.url, prefix: PREFIX, rootKey, deadlineMs, onChange });
  await cache.start();
  return {
    redis,
    cache,
    changes,
    [Symbol.asyncDispose]: async () => {
      await cache.close();
      await redis[Symbol.asyncDispose]();
    },
  };
}

function connectAs(redis: RedisServer, username?: string, password?: string): Redis {
  const url = new URL(redis.url);
  if (username !== undefined) Object.assign(url, { username, password });
  const client = new Redis(url.href, {
    protocol: 2,
    enableReadyCheck: false,
    disableClientInfo: true,
  });
  client.on("error", () => undefined);
  return client;
}

describe("RedisCache", { skip }, () => {
  it("a tenant's login reaches its own keys and runs nothing that is not bound by keys", async () => {
    await using house = await openHouse();
    const [a, b] = [uuidv7(), uuidv7()];
    await house.cache.bind({ tenantId: a, epoch: 1 }).set("k", "a");
    await house.cache.bind({ tenantId: b, epoch: 1 }).set("k", "b");
    const { user, password } = new RedisAcl({ prefix: PREFIX, rootKey }).tenantLogin(a);
    const client = connectAs(house.redis, user, password);
    const own = `${PREFIX}:{${a}}:1:x`;
    const others = [
      `${PREFIX}:{${b}}:generation`,
      `${PREFIX}:{${b}}:1:x`,
      `${PREFIX}:{${a}`,
      "x",
      `{${a}}:x`,
      "*",
    ];

    try {
      assert.equal(await client.call("SET", own, "1"), "OK");
      assert.equal(await client.call("GET", own), "1");
      for (const key of others) {
        for (const command of [
          ["GET", key],
          ["SET", key, "x"],
          ["DEL", key],
          ["UNLINK", key],
          ["INCRBY", key, "1"],
          ["PEXPIRE", key, "1"],
          ["MGET", own, key],
        ]) {
          await assert.rejects(client.call(...(command as [string])), /NOPERM/, command.join(" "));
        }
      }
      const everything = `
        KEYS * | SCAN 0 | RANDOMKEY | DBSIZE | FLUSHALL | FLUSHDB | CONFIG GET * | EVAL return(1) 0 | FUNCTION LIST
        ACL WHOAMI | ACL LIST | ACL SETUSER x on | CLIENT LIST | MONITOR | INFO | COMMAND | SELECT 1 | SWAPDB 0 1
        SUBSCRIBE x | PUBLISH x y | PSUBSCRIBE * | COPY ${own} ${others[1]} | RENAME ${own} y | MOVE ${own} 1
        OBJECT ENCODING ${own} | DUMP ${own} | RESTORE ${own} 0 x | SHUTDOWN | SAVE | REPLICAOF x 1
        MULTI | WATCH ${own} | SCRIPT LOAD x | MEMORY USAGE ${own} | XADD ${own} * a b | SORT ${own} | TYPE ${own}
        APPEND ${own} x | GETRANGE ${own} 0 1 | SLOWLOG GET | LATENCY LATEST | MIGRATE 127.0.0.1 1 ${own} 0 10`;
      for (const command of everything
        .split(/[|\n]/)
        .map((text) => text.trim())
        .filter(Boolean)) {
        await assert.rejects(client.call(...(command.split(" ") as [string])), /NOPERM/, command);
      }
    } finally {
      client.disconnect();
    }
  });

  it("between two calls the shared connection is logged in as nobody", async () => {
    await using house = await openHouse();
    const { user, password } = new RedisAcl({ prefix: PREFIX, rootKey }).laneLogin();
    const admin = connectAs(house.redis);
    const lane = connectAs(house.redis, user, password);

    try {
      for (const call of [1, 2]) {
        const clients = String(await admin.call("CLIENT", "LIST"))
          .trim()
          .split("\n");
        const users = clients.map((client) => /user=(\S*)/.exec(client)?.[1]).toSorted();
        assert.deepEqual(users, ["default", "default", user, user], `before call ${call}`);
        await house.cache.bind({ tenantId: uuidv7(), epoch: 1 }).set("k", 1);
      }
      for (const command of ["GET x", "KEYS *", "ACL WHOAMI", "PING", "INFO"]) {
        await assert.rejects(lane.call(...(command.split(" ") as [string])), /NOPERM/);
      }
    } finally {
      admin.disconnect();
      lane.disconnect();
    }
  });

  it("hundreds of tenants interleaved on one connection keep apart", async () => {
    await using house = await openHouse(120_000);
    const tenants = Array.from({ length: 200 }, () => house.cache.bind({ tenantId: uuidv7(), epoch: 1 }));

    await Promise.all(
      Array.from({ length: 20 }, async (_, round) => {
        await Promise.all(tenants.map((tenant, i) => tenant.set(`k${round}`, `${i}:${round}`)));
        const read = await Promise.all(tenants.map((tenant) => tenant.get(`k${round}`)));
        assert.deepEqual(
          read,
          tenants.map((_tenant, i) => `${i}:${round}`),
        );
      }),
    );
  });

  it("a clear in one process is seen by another at once", async () => {
    await using house = await openHouse();
    await using other = disposable(
      new RedisCache({ url: house.redis.url, prefix: PREFIX, rootKey, deadlineMs: 2_000 }),
    );
    await other.cache.start();
    const place = { tenantId: uuidv7(), epoch: 1 };
    await house.cache.bind(place).set("k", 1);
    assert.equal(await other.cache.bind(place).get("k"), 1);

    await house.cache.bind(place).clear();

    assert.equal(await other.cache.bind(place).get("k"), undefined);
    await other.cache.bind(place).set("k", 2);
    assert.equal(await house.cache.bind(place).get("k"), 2);
  });

  it("a server that forgets the generation or the login brings nothing cleared back", async () => {
    await using house = await openHouse();
    const place = { tenantId: uuidv7(), epoch: 1 };
    const cache = house.cache.bind(place);
    const admin = connectAs(house.redis);

    try {
      await cache.set("k", 1);
      await admin.del(`${PREFIX}:{${place.tenantId}}:generation`);
      assert.equal(await cache.get("k"), undefined);
      await cache.set("k", 2);
      await admin.acl("DELUSER", `${PREFIX}-${place.tenantId}`);
      assert.equal(await cache.get("k"), 2);
    } finally {
      admin.disconnect();
    }
  });

  it("a killed server makes reads miss and writes pass, at once, with one report; counters fail", async () => {
    await using house = await openHouse();
    const place = { tenantId: uuidv7(), epoch: 1 };
    const cache = house.cache.bind(place);
    await cache.set("k", 1);
    const underWay = Promise.all(Array.from({ length: 100 }, () => cache.get("k")));

    await house.redis.kill();

    for (const value of await underWay) assert.ok(value === 1 || value === undefined);
    const startMs = Date.now();
    for (let i = 0; i < 200; i++) {
      assert.equal(await cache.get("k"), undefined);
      await cache.set("k", 1);
      await cache.delete("other");
      await assert.rejects(cache.increment("n"), (error) => isTenancyError(error, "cache.unavailable"));
    }
    assert.equal(await cache.getOrSet("k", () => "loaded"), "loaded");
    await assert.rejects(house.cache.eraseTenant(place.tenantId), (error) =>
      isTenancyError(error, "cache.unavailable"),
    );
    assert.ok(Date.now() - startMs < 2_000);
    assert.deepEqual(house.changes, ["lost"]);
  });

  it("a server that comes back is used again, with logins made anew", async () => {
    await using house = await openHouse();
    const cache = house.cache.bind({ tenantId: uuidv7(), epoch: 1 });
    await cache.set("k", 1);
    await house.redis.restart();

    await eventually(async () => (await cache.increment("n").catch(() => 0)) > 0);

    assert.equal(await cache.get("k"), undefined);
    assert.deepEqual(house.changes, ["lost", "back"]);
  });

  it("a server that hangs costs one deadline, then nothing", async () => {
    // Long enough that a busy machine answers within it, and fifty of them would show.
    const deadlineMs = 500;
    await using house = await openHouse(deadlineMs);
    const cache = house.cache.bind({ tenantId: uuidv7(), epoch: 1 });
    await cache.set("k", 1);
    house.redis.pause();
    const startMs = Date.now();

    assert.equal(await cache.get("k"), undefined);
    const firstMs = Date.now() - startMs;
    for (let i = 0; i < 50; i++) assert.equal(await cache.get("k"), undefined);
    const allMs = Date.now() - startMs;
    house.redis.resume();

    assert.ok(firstMs >= deadlineMs - 5 && firstMs < deadlineMs * 5, `${firstMs} ms`);
    assert.ok(allMs - firstMs < deadlineMs * 5, `${allMs} ms`);
    await eventually(async () => (await cache.increment("n").catch(() => 0)) > 0);
  });

  it("a delete that could not reach the server is made good before the next read", async () => {
    await using house = await openHouse(100);
    const cache = house.cache.bind({ tenantId: uuidv7(), epoch: 1 });
    await cache.set("k", "stale");
    house.redis.pause();
    await cache.get("k");
    await cache.delete("k");
    house.redis.resume();

    await eventually(async () => (await cache.increment("n").catch(() => 0)) > 0);

    assert.equal(await cache.get("k"), undefined);
  });

  it("an erased tenant gets no login again", async () => {
    await using house = await openHouse();
    const place = { tenantId: uuidv7(), epoch: 1 };
    const cache = house.cache.bind(place);
    await cache.set("k", 1);

    assert.deepEqual(await house.cache.eraseTenant(place.tenantId), { keys: 2, users: 1 });
    await cache.set("k", 1);

    assert.deepEqual(await house.cache.countTenantKeys(place.tenantId), { keys: 0, users: 0 });
  });

  it("a login that may not manage users is refused at start; an absent server is not", async () => {
    await using house = await openHouse();
    const admin = connectAs(house.redis);
    await admin.acl("SETUSER", "weak", "on", ">weak", "+@all", "-acl", "~*");
    admin.disconnect();
    const url = house.redis.url.replace(/\/\/.*@/, "//weak:weak@");
    const weak = new RedisCache({ url, prefix: PREFIX, rootKey });
    await assert.rejects(weak.start(), (error) => isTenancyError(error, "cache.acl_refused"));
    await weak.close();

    const absent = new RedisCache({ url: "redis://127.0.0.1:1", prefix: PREFIX, rootKey });
    await absent.start();
    assert.equal(await absent.bind({ tenantId: uuidv7(), epoch: 1 }).get("k"), undefined);
    await absent.close();
  });

  it("a prefix or a tenant id that could be a pattern is a programmer's error", () => {
    assert.throws(() => new RedisAcl({ prefix: "a*", rootKey }), RangeError);
    const acl = new RedisAcl({ prefix: "a", rootKey });
    for (const id of ["*", "", "x y", `${uuidv7()}*`, `${uuidv7()} +@all`]) {
      assert.throws(() => acl.tenantKeys(id), RangeError);
      assert.throws(() => acl.tenantLogin(id), RangeError);
    }
  });
});

function disposable(cache: RedisCache): { cache: RedisCache } & AsyncDisposable {
  return { cache, [Symbol.asyncDispose]: () => cache.close() };
}

async function eventually(isTrue: () => Promise<boolean>): Promise<void> {
  const endMs = Date.now() + 10_000;
  while (!(await isTrue())) {
    assert.ok(Date.now() < endMs, "it never came true");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
