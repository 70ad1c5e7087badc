import assert from "node:assert/strict";
import { test } from "node:test";
import type { RecordedCall } from "../audit/traffic.ts";
import type { Question } from "./ports.ts";
import { replay } from "./replay.ts";
import { takeTurns } from "./turns.ts";

const TENANT = "00000000-0000-7000-8000-0000000000aa";
const asked = { permission: "audit.read", kind: "user", id: "u", roles: ["auditor"] };

function recorded(n: number, changes: Partial<RecordedCall> = {}): RecordedCall {
  return {
    id: String(n),
    at: new Date("2026-11-20T10:00:00Z"),
    actor: "user:u",
    action: "audit.read",
    ip: "192.0.2.7",
    requestId: `r${n}`,
    asked,
    ...changes,
  };
}

async function* traffic(calls: readonly RecordedCall[]) {
  yield* calls;
}

const never = () => false;
const always = () => true;
const noTurn = () => undefined;
const judges = { inForce: always, drafted: never, readsAttributes: false };

test("the question is the one that was asked then: role, time, address, age of the second factor, purpose", async () => {
  const questions: Question[] = [];
  const call = recorded(1, { asked: { ...asked, amr: ["pwd", "otp"], mfaAgeS: 90, purpose: "audit" } });

  await replay(
    TENANT,
    traffic([call]),
    { ...judges, inForce: (question) => questions.push(question) > 0 },
    noTurn,
  );

  assert.deepEqual(questions, [
    {
      subject: { kind: "user", id: "u", roles: ["auditor"], scopes: null },
      permission: "audit.read",
      tenantId: TENANT,
      facts: {
        now: call.at,
        amr: ["pwd", "otp"],
        mfaAt: new Date(call.at.getTime() - 90_000),
        ip: "192.0.2.7",
        purpose: "audit",
      },
    },
  ]);
});

test("a request counts once, whatever records it left; what no policy decided is told apart", async () => {
  const calls = [
    recorded(1),
    recorded(2, { requestId: "r1" }),
    recorded(3, { asked: null }),
    recorded(4, { asked: { ...asked, permission: "gone.read" } }),
    recorded(5, { asked: { ...asked, kind: "operator" } }),
    recorded(6, { asked: { ...asked, resource: { id: "x", hasAttributes: true } } }),
  ];

  const found = await replay(TENANT, traffic(calls), { ...judges, readsAttributes: true }, noTurn);

  const { replayed, others, undetermined, allowedToDenied, deniedToAllowed } = found;
  assert.deepEqual([replayed, others, undetermined, allowedToDenied, deniedToAllowed], [1, 3, 1, 1, 0]);
});

test("changes are counted by who and what, and examples are of more than one", async () => {
  const calls = [
    ...Array.from({ length: 30 }, (_, i) => recorded(i)),
    recorded(100, { actor: "user:other", asked: { ...asked, permission: "roles.read" } }),
  ];

  const { groups, examples } = await replay(TENANT, traffic(calls), judges, noTurn);

  assert.deepEqual(groups, [
    { actor: "user:u", permission: "audit.read", isAllowedNow: true, calls: 30 },
    { actor: "user:other", permission: "roles.read", isAllowedNow: true, calls: 1 },
  ]);
  assert.deepEqual(
    examples.map(({ call }) => call.actor),
    ["user:u", "user:u", "user:other"],
  );
});

test("others get their turn before twenty milliseconds of work have passed, whatever a decision costs", async () => {
  for (const costMs of [0.05, 1, 9]) {
    let nowMs = 0;
    let sinceMs = 0;
    let longestMs = 0;
    const turn = takeTurns(
      () => nowMs,
      async () => {
        sinceMs = nowMs;
      },
    );
    const work = () => {
      nowMs += costMs;
      longestMs = Math.max(longestMs, nowMs - sinceMs);
      return true;
    };

    const calls = Array.from({ length: 1_000 }, (_, i) => recorded(i));
    await replay(TENANT, traffic(calls), { ...judges, inForce: work, drafted: work }, turn);

    assert.ok(longestMs > 7 && longestMs <= 20, `${longestMs} ms at ${costMs} ms a decision`);
  }
});
