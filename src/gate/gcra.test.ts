import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { hourly, takeOne } from "./gcra.ts";

const rates = fc.record({
  burst: fc.integer({ min: 1, max: 50 }),
  perSecond: fc.double({ min: 0.01, max: 500, noNaN: true }),
});

test("in no span of time are more admitted than a burst and the rate allow", () => {
  fc.assert(
    fc.property(
      rates,
      fc.array(fc.integer({ min: 0, max: 5_000 }), { minLength: 1, maxLength: 200 }),
      (rate, gaps) => {
        let state: number | undefined;
        let nowMs = 1_000_000;
        const admitted: number[] = [];
        for (const gap of gaps) {
          nowMs += gap;
          const take = takeOne(rate, state, nowMs);
          state = take.fullAtMs;
          if (take.isAdmitted) admitted.push(nowMs);
        }
        for (let i = 0; i < admitted.length; i++) {
          for (let k = i; k < admitted.length; k++) {
            const spanS = ((admitted[k] as number) - (admitted[i] as number)) / 1_000;
            assert.ok(k - i + 1 <= rate.burst + spanS * rate.perSecond + 1e-3);
          }
        }
      },
    ),
  );
});

test("whoever waits as long as told is admitted, and not before what is left runs out", () => {
  fc.assert(
    fc.property(rates, fc.integer({ min: 1, max: 120 }), (rate, calls) => {
      let state: number | undefined;
      let last = takeOne(rate, state, 0);
      for (let i = 0; i < calls; i++) {
        const before = last;
        last = takeOne(rate, state, 0);
        if (i > 0) assert.equal(last.isAdmitted, before.remaining > 0);
        state = last.fullAtMs;
      }
      if (!last.isAdmitted) assert.ok(takeOne(rate, state, last.waitS * 1_000).isAdmitted);
    }),
  );
});

test("a clock that was set back locks nobody out for longer than a burst takes", () => {
  const rate = { burst: 10, perSecond: 10 };
  const far = takeOne(rate, undefined, 10_000_000).fullAtMs;

  assert.equal(takeOne(rate, far, 0).isAdmitted, false);
  const kept = takeOne(rate, far, 0).fullAtMs;
  assert.equal(takeOne(rate, kept, 1_000).isAdmitted, true);
});

test("an hour's calls are spread over the hour", () => {
  assert.deepEqual(hourly(3_600), { burst: 180, perSecond: 1 });
  assert.equal(hourly(1).burst, 1);
});
