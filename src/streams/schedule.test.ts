import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Answer, judge, parseRetryAfter, RETRY_PAUSES_S } from "./schedule.ts";

const status = (code: number, retryAfterS: number | null = null): Answer => ({
  kind: "status",
  status: code,
  retryAfterS,
});

test("what fails is tried ten times over three days, then given up", () => {
  const pauses = Array.from({ length: 10 }, (_, i) => judge(status(500), i + 1, 0));

  assert.deepEqual(pauses, [
    ...RETRY_PAUSES_S.map((pauseS) => ({ kind: "retry", afterMs: pauseS * 1_000 })),
    { kind: "given_up" },
  ]);
  assert.equal(
    RETRY_PAUSES_S.reduce((sum, each) => sum + each, 0),
    75 * 3_600 + 35 * 60 + 5,
  );
});

test("no pause is shorter than the schedule says, none longer than by a fifth or than the receiver asked for", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 100, max: 599 }).filter((code) => code < 200 || code > 299),
      fc.integer({ min: 1, max: 9 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      fc.option(fc.integer({ min: 0, max: 1_000_000 })),
      (code, attempts, random, asked) => {
        const verdict = judge(status(code, asked), attempts, random);
        if (verdict.kind !== "retry") return code === 410 || [400, 413, 415, 422].includes(code);
        const pauseMs = (RETRY_PAUSES_S[attempts - 1] ?? 0) * 1_000;
        const mostMs = Math.max(pauseMs * 1.2, Math.min(asked ?? 0, 86_400) * 1_000);
        return verdict.afterMs >= pauseMs && verdict.afterMs <= mostMs + 1;
      },
    ),
  );
});

test("only 2xx is an arrival, 410 ends it, and a message that is refused by itself does not hold the others up for days", () => {
  assert.equal(judge(status(204), 1, 0).kind, "delivered");
  assert.equal(judge(status(302), 1, 0).kind, "retry");
  assert.equal(judge(status(410), 1, 0).kind, "gone");
  assert.equal(judge({ kind: "fault", reason: "The host does not answer." }, 1, 0).kind, "retry");
  assert.equal(judge(status(422), 3, 0).kind, "retry");
  assert.equal(judge(status(422), 4, 0).kind, "given_up");
});

test("Retry-After is read as seconds and as a date", () => {
  const nowMs = Date.parse("2026-11-26T08:00:00Z");

  assert.equal(parseRetryAfter("120", nowMs), 120);
  assert.equal(parseRetryAfter("Thu, 26 Nov 2026 08:01:00 GMT", nowMs), 60);
  assert.equal(parseRetryAfter("Thu, 26 Nov 2026 07:00:00 GMT", nowMs), 0);
  for (const odd of [null, "", "soon", "-5", "1e9"]) assert.equal(parseRetryAfter(odd, nowMs), null);
});
