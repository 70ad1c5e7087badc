import assert from "node:assert/strict";
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { after, before, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";
import { grant } from "../../test/support/grant.ts";
import { type House, openHouse } from "../../test/support/house.ts";
import { type RedisServer, startRedis } from "../../test/support/redis.ts";
import type { Lease, RateStore } from "./ports.ts";
import { RedisRates } from "./redis-rates.ts";
import { PostgresRates } from "./share-store.ts";
import type { LimitFacts } from "./shared-limits.ts";

const CHILD = fileURLToPath(new URL("../../test/support/limit-child.ts", import.meta.url));
const RATE = { burst: 60, perSecond: 50 };

let house: House;
let redis: RedisServer | undefined;
before(async () => {
  [house, redis] = await Promise.all([openHouse({ sql: null }), startRedis()]);
});
/** A process that a test has killed counts for a while; the next test is about others. */
beforeEach(async () => {
  await house.tenancy.internals.control.query("delete from tenancy.gate_holders");
});
after(async () => {
  await redis?.[Symbol.asyncDispose]();
  await house[Symbol.asyncDispose]();
});

interface Child extends AsyncDisposable {
  ask<T>(command: Readonly<Record<string, unknown>>): Promise<T>;
  kill(): Promise<void>;
}

async function child(env: Readonly<Record<string, string>> = {}): Promise<Child> {
  const process_: ChildProcessWithoutNullStreams = spawn(process.execPath, [CHILD], {
    env: { PATH: process.env["PATH"], ...house.env, ...env },
    cwd: house.cwd,
  });
  process_.stderr.resume();
  const lines = createInterface(process_.stdout)[Symbol.asyncIterator]();
  const next = async () => JSON.parse((await lines.next()).value as string);
  await next();
  const kill = async () => {
    if (process_.exitCode !== null || process_.signalCode !== null) return;
    process_.kill("SIGKILL");
    await once(process_, "exit");
  };
  return {
    ask: async (command) => {
      process_.stdin.write(`${JSON.stringify(command)}\n`);
      return next();
    },
    kill,
    [Symbol.asyncDispose]: kill,
  };
}

interface Hammered {
  readonly admittedMs: readonly number[];
  readonly refused: number;
}

/** In no span more than a burst and the rate: to the request, but for the time that an answer is on its way. */
function assertBounded(all: readonly Hammered[], { burst, perSecond } = RATE, toleranceMs = 0): void {
  const moments = all.flatMap(({ admittedMs }) => admittedMs).sort((a, b) => a - b);
  for (let i = 0; i < moments.length; i++) {
    for (let k = i; k < moments.length; k++) {
      const spanMs = (moments[k] as number) - (moments[i] as number) + toleranceMs;
      assert.ok(k - i + 1 <= burst + (spanMs / 1_000) * perSecond, `${k - i + 1} in ${spanMs} ms`);
    }
  }
}

/** A request is written down after it was let in: up to a loop's turn late on a machine with few cores. */
const WRITTEN_LATE_MS = 250;

const stores: [string, () => RateStore | undefined][] = [
  ["PostgreSQL", () => new PostgresRates(house.tenancy.internals.control)],
  ["Redis", () => redis && new RedisRates({ url: redis.url, prefix: "contract" })],
];
for (const [name, open] of stores) {
  test(`${name} leases what the rule says, in one step each`, async (t) => {
    const store = open();
    if (!store) return t.skip("no Redis is installed");
    const ask = { costUs: 10_000, depthUs: 1_000_000, backlogUs: 0 };
    const asks = [
      { ...ask, key: "a", need: 3, want: 50 },
      { ...ask, key: "b", need: 0, want: 5 },
      { ...ask, key: "c", need: 500, want: 0 },
      { ...ask, key: "d", need: 1, want: 0, backlogUs: 995_000 },
    ];
    let states = new Map<string, number>();
    try {
      for (let round = 0; round < 3; round++) {
        const leases: readonly Lease[] = await store.lease(asks);

        for (const [i, each] of asks.entries()) {
          const lease = leases[i];
          assert.ok(lease);
          assert.deepEqual(
            { ...lease, fullAtUs: Math.round(lease.fullAtUs / 10) },
            (({ fullAtUs, ...rest }) => ({ ...rest, fullAtUs: Math.round(fullAtUs / 10) }))(
              grant(states.get(each.key), lease.nowUs, each),
            ),
            `${each.key} in round ${round}`,
          );
          states = new Map(states).set(each.key, lease.fullAtUs);
        }
      }
    } finally {
      store.close();
    }
  });
}

for (const store of ["PostgreSQL", "Redis"]) {
  test(`three processes that hammer one tenant admit together what the rate allows, to the request (${store})`, async (t) => {
    if (store === "Redis" && !redis) return t.skip("no Redis is installed");
    const env: Record<string, string> = store === "Redis" && redis ? { TENANT_CACHE_URL: redis.url } : {};
    await using first = await child(env);
    await using second = await child(env);
    await using third = await child(env);
    const hammer = { do: "hammer", key: `tenant:${store}`, rate: RATE, forMs: 1_500, width: 16 };
    const all = [first, second, third];

    const hammered = await Promise.all(all.map((each) => each.ask<Hammered>(hammer)));
    const facts = await Promise.all(all.map((each) => each.ask<LimitFacts>({ do: "facts" })));

    const admitted = hammered.flatMap(({ admittedMs }) => admittedMs);
    assertBounded(hammered, RATE, WRITTEN_LATE_MS);
    assert.ok(admitted.length >= RATE.burst, `${admitted.length} were admitted`);
    assert.ok(hammered.every(({ refused }) => refused > 0));
    assert.deepEqual(
      facts.map(({ mode, processes }) => [mode, processes]),
      all.map(() => ["shared", 3]),
    );
  });
}

test("what a process admitted while it was alone counts when another one joins", async () => {
  const rate = { burst: 40, perSecond: 0.001 };
  const hammer = { do: "hammer", key: "tenant:joined", rate, forMs: 300, width: 4 };
  await using first = await child();
  const alone = await first.ask<LimitFacts>({ do: "facts" });
  const before = await first.ask<Hammered>({ ...hammer, rate: { ...rate }, forMs: 1, width: 10 });
  await using second = await child();

  const hammered = await Promise.all([first, second].map((each) => each.ask<Hammered>(hammer)));

  assert.equal(alone.mode, "alone");
  const count = [before, ...hammered].reduce((sum, { admittedMs }) => sum + admittedMs.length, 0);
  assert.equal(count, rate.burst);
});

test("far from the limit requests ask nobody: a thousand cost a handful of statements", async () => {
  const rate = { burst: 100_000, perSecond: 10_000 };
  await using first = await child();
  await using second = await child();
  const before = await first.ask<LimitFacts>({ do: "facts" });

  const hammered = await Promise.all(
    [first, second].map((each) =>
      each.ask<Hammered>({ do: "hammer", key: "tenant:far", rate, forMs: 500, width: 8 }),
    ),
  );
  const after_ = await first.ask<LimitFacts>({ do: "facts" });

  const count = hammered[0]?.admittedMs.length ?? 0;
  assert.ok(count > 500, `${count} were admitted`);
  assert.ok(
    after_.asks - before.asks < count / 50,
    `${after_.asks - before.asks} asks for ${count} requests`,
  );
  assert.ok(hammered.every(({ refused }) => refused === 0));
});

test("slots that a killed process had leased come back", async () => {
  const rate = { burst: 80, perSecond: 40 };
  await using first = await child();
  await using second = await child();
  const hammer = { do: "hammer", key: "tenant:killed", rate, width: 1 };
  // Leases ahead what it does not use.
  await first.ask({ ...hammer, forMs: 1 });
  await first.kill();
  await new Promise((resolve) => setTimeout(resolve, (rate.burst / rate.perSecond) * 1_000));

  const { admittedMs } = await second.ask<Hammered>({ ...hammer, forMs: 1_000, width: 90 });

  assert.ok(admittedMs.length >= rate.burst, `${admittedMs.length} were admitted`);
});

test("without Redis each process admits its share, and shares again when it is back", async (t) => {
  if (!redis) return t.skip("no Redis is installed");
  const env = { TENANT_CACHE_URL: redis.url };
  const rate = { burst: 60, perSecond: 0.001 };
  const hammer = { do: "hammer", key: "tenant:apart", rate, forMs: 400, width: 8 };
  await using first = await child(env);
  await using second = await child(env);
  await first.ask({ ...hammer, key: "tenant:warm", forMs: 1 });

  await redis.kill();
  const hammered = await Promise.all([first, second].map((each) => each.ask<Hammered>(hammer)));
  const apart = await first.ask<LimitFacts>({ do: "facts" });
  await redis.restart();
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  const again = await Promise.all([first, second].map((each) => each.ask<Hammered>(hammer)));
  const shared = await first.ask<LimitFacts>({ do: "facts" });

  assert.deepEqual(
    hammered.map(({ admittedMs }) => admittedMs.length),
    [30, 30],
  );
  assert.deepEqual([apart.mode, apart.losses, apart.processes], ["apart", 1, 2]);
  const count = again.reduce((sum, { admittedMs }) => sum + admittedMs.length, 0);
  // The one that is back first does not know yet what the other one admitted.
  assert.ok(count <= rate.burst / 2, `${count} more were admitted of a burst that was used up`);
  assert.equal(shared.mode, "shared");
});

test("two processes let in together as many at one time as the limit, and what a killed one held is free again", async () => {
  await using first = await child();
  await using second = await child();
  const hold = { do: "hold", key: "tenant:held", most: 10 };

  const [a, b] = await Promise.all(
    [first, second].map((each) => each.ask<{ admitted: number }>({ ...hold, tries: 10 })),
  );
  await first.kill();
  const early = await second.ask<{ admitted: number }>({ ...hold, tries: 10 });
  const deadlineMs = performance.now() + 20_000;
  let late = 0;
  while (late < (a?.admitted ?? 0) && performance.now() < deadlineMs) {
    late += (await second.ask<{ admitted: number }>({ ...hold, tries: 10 })).admitted;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }

  assert.equal((a?.admitted ?? 0) + (b?.admitted ?? 0), 10);
  assert.equal(early.admitted, 0, "it may still be at work");
  assert.equal(late, a?.admitted);
});

test("what is released in one process is admitted in the other", async () => {
  await using first = await child();
  await using second = await child();
  const hold = { do: "hold", key: "tenant:released", most: 4 };
  await first.ask({ ...hold, tries: 4 });
  const refused = await second.ask<{ admitted: number }>({ ...hold, tries: 1 });

  await first.ask({ do: "release", key: "tenant:released", count: 4 });
  const deadlineMs = performance.now() + 20_000;
  let admitted = 0;
  while (admitted === 0 && performance.now() < deadlineMs) {
    admitted += (await second.ask<{ admitted: number }>({ ...hold, tries: 1 })).admitted;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }

  assert.equal(refused.admitted, 0);
  assert.equal(admitted, 1);
});
