import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { grant } from "../../test/support/grant.ts";
import { LeasedRate } from "./leased-rate.ts";

const steps = fc.array(
  fc.record({
    process: fc.nat(3),
    afterUs: fc.oneof(fc.nat(50), fc.nat(400_000)),
    calls: fc.integer({ min: 1, max: 30 }),
    isDead: fc.boolean(),
    answerUs: fc.nat(5_000),
  }),
  { minLength: 1, maxLength: 120 },
);

test("however processes lease, die and come back, no span of time sees more than a burst and the rate", () => {
  fc.assert(
    fc.property(
      fc.record({ burst: fc.integer({ min: 1, max: 60 }), perSecond: fc.integer({ min: 1, max: 400 }) }),
      steps,
      (rate, plan) => {
        let nowUs = 1_000_000_000;
        let fullAtUs: number | undefined;
        const processes = new Map<number, LeasedRate>();
        const admitted: number[] = [];
        for (const { process, afterUs, calls, isDead, answerUs } of plan) {
          nowUs += afterUs;
          const own = processes.get(process) ?? new LeasedRate(rate);
          processes.set(process, own);
          for (let i = 0; i < calls; i++) {
            let take = own.take(nowUs);
            if (!take) {
              const lease = grant(fullAtUs, nowUs, { key: "k", backlogUs: 0, ...own.ask(1) });
              fullAtUs = lease.fullAtUs;
              own.add(lease);
              take = own.take(lease.nowUs) ?? own.refusal(nowUs);
              // The answer takes its time; what was admitted by it counts from its making.
              if (take.isAdmitted) admitted.push(lease.nowUs);
              nowUs += answerUs;
            } else if (take.isAdmitted) admitted.push(nowUs);
          }
          if (isDead) processes.delete(process);
        }
        const costUs = Math.ceil(1e6 / rate.perSecond);
        for (let i = 0; i < admitted.length; i++) {
          for (let k = i; k < admitted.length; k++) {
            const spanUs = (admitted[k] as number) - (admitted[i] as number);
            assert.ok(k - i + 1 <= rate.burst + spanUs / costUs + 1e-3);
          }
        }
      },
    ),
  );
});

test("a lease is used to the last slot, and a refusal tells when the next request is admitted", () => {
  const rate = { burst: 10, perSecond: 10 };
  const own = new LeasedRate(rate);
  const lease = grant(undefined, 0, { key: "k", backlogUs: 0, ...own.ask(10) });
  own.add(lease);

  const takes = Array.from({ length: 11 }, () => own.take(0));

  assert.deepEqual(
    takes.map((take) => take?.isAdmitted),
    [...Array.from({ length: 10 }, () => true), false],
  );
  assert.equal(takes[0]?.remaining, 9);
  assert.deepEqual([takes[10]?.remaining, takes[10]?.resetS, takes[10]?.waitS], [0, 1, 1]);
  assert.equal(own.take(100_000), undefined, "the store is asked again once there may be a slot");
});
