import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { after, before, describe, it } from "node:test";
import fc from "fast-check";
import { type RedisServer, startRedis } from "../../test/support/redis.ts";
import { isTenancyError } from "../base/errors.ts";
import { uuidv7 } from "../base/ids.ts";
import { RootKey } from "../keys/derive.ts";
import type { CacheStore } from "./cache.ts";
import { decodeValue, encodeValue } from "./cache-value.ts";
import { MemoryCache } from "./memory-cache.ts";
import { RedisCache } from "./redis-cache.ts";

const ODD_KEYS = [
  "plain",
  "schlüssel-日本-😀",
  "line\nfeed\r\n",
  "zero\u0000byte",
  "../../other",
  "..",
  "{}",
  "{a}{b}",
  "}:{",
  "*",
  "a?[b-c]\\",
  ":",
  "generation",
  "1:generation",
  "__proto__",
  "constructor",
  "k".repeat(1024),
];

/** What both stores promise. */
function contract(name: string, open: () => Promise<CacheStore | undefined>): void {
  describe(name, () => {
    let store: CacheStore;
    let isAbsent = false;
    before(async () => {
      const opened = await open();
      if (opened) store = opened;
      else isAbsent = true;
    });
    after(async () => store?.close());
    const test = (title: string, run: () => Promise<void>) =>
      it(title, async (t) => (isAbsent ? t.skip("redis-server is not installed") : run()));

    test("two tenants use the same keys and never see each other's values", async () => {
      const [a, b] = [store.bind(place()), store.bind(place())];
      for (const key of ODD_KEYS) {
        await a.set(key, `a's ${key}`);
        assert.equal(await b.get(key), undefined, key);
        await b.set(key, `b's ${key}`);
      }
      for (const key of ODD_KEYS) {
        assert.equal(await a.get(key), `a's ${key}`);
        await a.delete(key);
        assert.equal(await a.get(key), undefined);
        assert.equal(await b.get(key), `b's ${key}`);
      }
    });

    test("a key that could reach another tenant by its text does not", async () => {
      const [victim, thief] = [place(), place()];
      await store.bind(victim).set("k", "secret");
      const cache = store.bind(thief);
      for (const key of [
        `tenancy:{${victim.tenantId}}:1:k`,
        `}:{${victim.tenantId}}:1:k`,
        `../{${victim.tenantId}}:1:k`,
        `k\r\nGET tenancy:{${victim.tenantId}}:1:k`,
      ]) {
        assert.equal(await cache.get(key), undefined);
        await cache.delete(key);
        await cache.set(key, "x");
      }
      await cache.clear();
      assert.equal(await store.bind(victim).get("k"), "secret");
    });

    test("values come back as they were, as copies", async () => {
      const cache = store.bind(place());
      const value = { list: [1, { deep: true }], at: new Date(5), big: 2n ** 70n, $odd: "x", none: null };
      await cache.set("v", value);
      const first = await cache.get<typeof value>("v");
      assert.deepEqual(first, value);
      first?.list.push(2);
      value.list.push(3);
      assert.deepEqual((await cache.get<typeof value>("v"))?.list, [1, { deep: true }]);
      const bytes = randomBytes(1_000_000);
      await cache.set("bytes", bytes);
      assert.deepEqual(await cache.get("bytes"), bytes);
    });

    test("a new epoch finds nothing of the old one", async () => {
      const old = place();
      await store.bind(old).set("k", 1);
      const moved = store.bind({ ...old, epoch: 2 });
      assert.equal(await moved.get("k"), undefined);
      await moved.set("k", 2);
      assert.notEqual(await store.bind(old).get("k"), 2);
      await store.bind(old).set("k", 3);
      assert.equal(await moved.get("k"), 2);
    });

    test("clear drops all of this tenant and nothing of another", async () => {
      const [a, b] = [store.bind(place()), store.bind(place())];
      for (const cache of [a, b]) for (const key of ODD_KEYS) await cache.set(key, 1);
      await a.clear();
      for (const key of ODD_KEYS) {
        assert.equal(await a.get(key), undefined);
        assert.equal(await b.get(key), 1);
      }
      await a.set("again", 1);
      assert.equal(await a.get("again"), 1);
    });

    test("a ttl ends", async () => {
      const cache = store.bind(place());
      await cache.set("short", 1, { ttl: 0.02 });
      await cache.set("long", 1, { ttl: 60 });
      const endMs = Date.now() + 5_000;
      while ((await cache.get("short")) !== undefined) assert.ok(Date.now() < endMs);
      assert.equal(await cache.get("long"), 1);
    });

    test("counters count, each tenant its own", async () => {
      const [a, b] = [store.bind(place()), store.bind(place())];
      const counted = await Promise.all(Array.from({ length: 50 }, () => a.increment("n")));
      assert.deepEqual(
        counted.toSorted((x, y) => x - y),
        Array.from({ length: 50 }, (_, i) => i + 1),
      );
      assert.equal(await b.increment("n", -3), -3);
      assert.equal(await a.get("n"), 50);
      await a.set("five", 5);
      assert.equal(await a.increment("five", 2), 7);
      await a.set("text", "5x");
      for (const [key, by] of [
        ["text", 1],
        ["n", 0.5],
        ["n", Number.MAX_SAFE_INTEGER],
      ] as const) {
        await assert.rejects(a.increment(key, by), refusedAs("cache.not_a_counter"));
      }
      await a.increment("window", 1, { ttl: 0.02 });
      const endMs = Date.now() + 5_000;
      while ((await a.get("window")) !== undefined) assert.ok(Date.now() < endMs);
      assert.equal(await a.increment("window", 1, { ttl: 60 }), 1);
    });

    test("callers that miss together load once; each gets a copy; a failure is not cached", async () => {
      const cache = store.bind(place());
      let loads = 0;
      const load = async () => ({ n: ++loads });
      const got = await Promise.all(Array.from({ length: 20 }, () => cache.getOrSet("k", load, { ttl: 60 })));
      assert.equal(loads, 1);
      assert.notEqual(got[0], got[1]);
      assert.deepEqual(await cache.getOrSet("k", load), { n: 1 });
      await assert.rejects(
        cache.getOrSet("f", () => Promise.reject(new Error("no"))),
        /no/,
      );
      assert.equal(await cache.getOrSet("f", () => 7), 7);
      assert.equal(await cache.getOrSet("u", () => undefined), undefined);
    });

    test("what was loaded before a clear is not cached after it", async () => {
      const cache = store.bind(place());
      const value = await cache.getOrSet("k", async () => {
        await cache.clear();
        return "stale";
      });
      assert.equal(value, "stale");
      assert.equal(await cache.get("k"), undefined);
    });

    test("odd input is refused by name", async () => {
      const cache = store.bind(place());
      for (const key of ["", "k".repeat(1025), "é".repeat(513), "k".repeat(1_000_000), "a\ud800", 7, null]) {
        await assert.rejects(cache.get(key as string), refusedAs("cache.bad_key"));
        await assert.rejects(cache.set(key as string, 1), refusedAs("cache.bad_key"));
        await assert.rejects(cache.increment(key as string), refusedAs("cache.bad_key"));
      }
      for (const ttl of [0, -1, Number.NaN, Infinity, 0.0001, 31 * 86_400, "60" as unknown as number]) {
        await assert.rejects(cache.set("k", 1, { ttl }), refusedAs("cache.bad_ttl"));
      }
      const circle: unknown[] = [];
      circle.push(circle);
      for (const value of [
        undefined,
        () => 1,
        Symbol("s"),
        circle,
        { a: { f() {} } },
        /x/,
        new Error("x"),
        [new Promise(() => {})],
      ]) {
        await assert.rejects(cache.set("k", value), refusedAs("cache.bad_value"));
      }
      await assert.rejects(cache.set("k", "x".repeat(9_000_000)), refusedAs("cache.too_large"));
    });

    test("erasing a tenant leaves nothing of it, and the other whole; it can be repeated", async () => {
      const [gone, stays] = [place(), place()];
      for (let i = 0; i < 2_500; i++) await store.bind(gone).set(`k${i}`, i);
      await store.bind({ ...gone, epoch: 2 }).set("later", 1);
      await store.bind(stays).set("k0", "here");

      const erased = await store.eraseTenant(gone.tenantId);

      assert.ok(erased.keys >= 1);
      assert.deepEqual(await store.countTenantKeys(gone.tenantId), { keys: 0, users: 0 });
      assert.deepEqual(await store.eraseTenant(gone.tenantId), { keys: 0, users: 0 });
      assert.equal(await store.bind(stays).get("k0"), "here");
    });
  });
}

let redis: RedisServer | undefined;
after(async () => redis?.[Symbol.asyncDispose]());

contract("MemoryCache", async () => new MemoryCache());
contract("RedisCache", async () => {
  redis = await startRedis();
  if (!redis) return undefined;
  const cache = new RedisCache({
    url: redis.url,
    prefix: "tenancy",
    rootKey: new RootKey(randomBytes(32)),
    deadlineMs: 5_000,
  });
  await cache.start();
  return cache;
});

describe("MemoryCache bounds", () => {
  it("a flooding tenant evicts only itself, below its own bound and below that of all", async () => {
    const cache = new MemoryCache({ tenantBytesMax: 1_000_000, totalBytesMax: 1_500_000 });
    const small = Array.from({ length: 20 }, () => cache.bind(place()));
    for (const tenant of small) await tenant.set("k", "x".repeat(20_000));

    for (const flood of [place(), place()]) {
      const flooder = cache.bind(flood);
      for (let i = 0; i < 500; i++) await flooder.set(`k${i}`, "x".repeat(10_000));
      assert.ok(cache.usageOf(flood.tenantId) <= 1_000_000);
      assert.ok(cache.usage.bytes <= 1_500_000);
    }

    for (const tenant of small) assert.equal((await tenant.get<string>("k"))?.length, 20_000);
  });

  it("a small tenant takes room from those that hold more than their share", async () => {
    const cache = new MemoryCache({ tenantBytesMax: 1_000_000, totalBytesMax: 1_000_000 });
    const large = place();
    for (let i = 0; i < 200; i++) await cache.bind(large).set(`k${i}`, "x".repeat(10_000));
    const small = cache.bind(place());
    for (let i = 0; i < 20; i++) await small.set(`k${i}`, "x".repeat(10_000));

    for (let i = 0; i < 20; i++) assert.ok(await small.get(`k${i}`));
    assert.ok(cache.usage.bytes <= 1_000_000);
  });

  it("the count of bytes stays exact through any sequence of calls", async () => {
    const tenants = [place(), place(), place()];
    const call = fc.record({
      tenant: fc.nat(2),
      epoch: fc.integer({ min: 1, max: 2 }),
      key: fc.constantFrom("a", "b", "c", "d"),
      size: fc.nat(40_000),
      verb: fc.constantFrom("set", "get", "delete", "clear", "increment", "erase"),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(call, { maxLength: 60 }), async (calls) => {
        const cache = new MemoryCache({ tenantBytesMax: 60_000, totalBytesMax: 100_000 });
        for (const { tenant, epoch, key, size, verb } of calls) {
          const { tenantId } = tenants[tenant] ?? place();
          const bound = cache.bind({ tenantId, epoch });
          if (verb === "set") await bound.set(key, "x".repeat(size));
          if (verb === "get") await bound.get(key);
          if (verb === "delete") await bound.delete(key);
          if (verb === "clear") await bound.clear();
          if (verb === "increment") await bound.increment(key).catch(() => 0);
          if (verb === "erase") await cache.eraseTenant(tenantId);
          const sum = tenants.reduce((total, each) => total + cache.usageOf(each.tenantId), 0);
          assert.equal(cache.usage.bytes, sum + cache.usage.tenants * 4_096);
          assert.ok(cache.usage.bytes <= 100_000);
        }
      }),
    );
  });

  it("thousands of tenants under a tiny bound end, and stay below it", async () => {
    const cache = new MemoryCache({ totalBytesMax: 50_000 });
    for (let i = 0; i < 3_000; i++) await cache.bind(place()).set("k", i);
    assert.ok(cache.usage.bytes <= 50_000);
  });
});

describe("cache values", () => {
  it("any plain data survives", () => {
    const data = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withNullPrototype: false,
    });
    fc.assert(
      fc.property(
        data.filter((value) => value !== undefined),
        (value) => {
          const bytes = encodeValue(value);
          // `undefined` within objects is dropped as JSON does, so what came back is the measure.
          const decoded = decodeValue(bytes);
          assert.deepEqual(decodeValue(encodeValue(decoded)), decoded);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it("any JSON and any text survive exactly", () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.string({ unit: "grapheme" })), (value) => {
        assert.deepEqual(decodeValue(encodeValue(value)), value);
      }),
      { numRuns: 2_000 },
    );
  });

  it("what nobody encoded is a miss, never a crash", () => {
    for (const text of ["", "{", '{"$bigint":"x"}', '{"$map":5}', '{"$object":[1]}', "\u0001"]) {
      assert.equal(decodeValue(Buffer.from(text)), undefined);
    }
    assert.deepEqual(decodeValue(Buffer.from('{"__proto__":{"x":1}}')), JSON.parse('{"__proto__":{"x":1}}'));
    assert.equal(({} as { x?: number }).x, undefined);
  });
});

function place() {
  return { tenantId: uuidv7(), epoch: 1, name: randomUUID() };
}

function refusedAs(code: string) {
  return (error: unknown) => {
    assert.ok(isTenancyError(error, code), String(error));
    return true;
  };
}
