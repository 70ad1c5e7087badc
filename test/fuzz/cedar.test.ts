import assert from "node:assert/strict";
import { before, test } from "node:test";
import fc from "fast-check";
import { type CedarEngine, loadCedar } from "../../src/access/cedar/engine.ts";
import { Entities, placed, uid } from "../../src/access/cedar/entities.ts";
import type { Request } from "../../src/access/cedar/expression.ts";
import { PolicySet } from "../../src/access/cedar/policy-set.ts";
import { CedarSet } from "../../src/access/cedar/value.ts";
import { circumstances } from "../../src/access/circumstances.ts";
import { conditionProblems } from "../../src/access/condition-problems.ts";
import { type Condition, conditionText } from "../../src/access/conditions.ts";
import { cedarSchema } from "../../src/access/schema.ts";
import { fuzz } from "../support/fuzz.ts";

let engine: CedarEngine;
before(async () => {
  engine = await loadCedar();
});

const FACTS = {
  now: new Date("2026-11-25T12:00:00Z"),
  ip: "192.168.1.7",
  amr: ["pwd", "otp"],
  mfaAt: new Date("2026-11-25T11:50:00Z"),
  purpose: "support",
};
const TRAITS = { plan: "premium", features: new CedarSet(["analytics"]), timeZone: "UTC" };

function request(): Request {
  const tenant = uid("Tenant", "t");
  const principal = uid("User", "u");
  const entity = placed(principal, {
    parents: [uid("Role", "member")],
    attrs: new Map([["tenant", tenant]]),
  });
  const context = circumstances(FACTS, TRAITS);
  return {
    principal,
    action: uid("Action", "data.read"),
    resource: tenant,
    context,
    entities: new Entities().add(entity),
  };
}

test("Cedar: a policy that can be read decides like the official engine, and the rest is refused", () =>
  fuzz({
    corpus: [
      'permit (principal in Role::"member", action == Action::"data.read", resource) when { context.minute >= 480 && context.minute < 1080 };',
      'forbid (principal, action, resource) unless { context has ip && context.ip.isInRange(ip("192.168.0.0/16")) };',
      '@id("x") permit (principal is User, action in [Action::"data.read"], resource is Tenant) when { context.amr.containsAny(["otp", "hwk"]) && (if context has mfaAge then context.mfaAge < 900 else false) };',
      'permit (principal, action, resource) when { context.plan like "pre*" && context.now < datetime("2027-01-01") && principal.tenant == resource };',
    ],
    pieces: [
      "permit",
      "forbid",
      "when",
      "unless",
      "{",
      "}",
      "&&",
      "||",
      "!",
      "-",
      "(",
      ")",
      "has",
      "like",
      "in",
      "is",
      "==",
      "<",
      "context.ip",
      "context.mfaAge",
      "principal.tenant",
      "9223372036854775808",
      "-9223372036854775808",
      'ip("::1")',
      'decimal("1.5")',
      "?principal",
      "//",
      "\\u{1F600}",
      '"*"',
      "if",
      "then",
      "else",
      "[",
      "]",
      ".",
    ],
    runs: 300,
    read: (text) => {
      const policies = { policy: text };
      const set = new PolicySet({ engine, policies });
      return [set.isAllowed(request()), engine.decide(policies, request()).isAllowed];
    },
    judge: (_, read) => {
      const [ours, official] = read as [boolean, boolean];
      assert.equal(ours, official);
    },
  }));

const word = fc.oneof(
  fc.string({ maxLength: 12, unit: "binary" }),
  fc.constantFrom('"', "\\", '") || true || ("', "*", "\u2028", "é", "10.0.0.0/8", "::1"),
);
const words = fc.array(word, { minLength: 1, maxLength: 4 });
const conditions: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ kind: fc.constant("address"), ranges: words }),
  fc.record({
    kind: fc.constant("mfa"),
    maxAgeMinutes: fc.integer({ min: 1, max: 100_000 }),
    methods: words,
  }),
  fc.record({ kind: fc.constant("feature"), feature: word }),
  fc.record({ kind: fc.constant("plan"), plans: words }),
  fc.record({ kind: fc.constant("purpose"), purposes: words }),
  fc.record({ kind: fc.constant("attribute"), name: word, values: words }),
  fc.record({
    kind: fc.constant("time"),
    days: fc.constant(["mon"] as const),
    from: fc.oneof(word, fc.constant("08:00")),
    to: fc.constant("18:00"),
  }),
);

test("forms of conditions: whatever is typed into them is text of the condition, never more of the policy", () => {
  const schema = cedarSchema();
  fc.assert(
    fc.property(conditions, (condition) => {
      if (conditionProblems(condition, "c").length > 0) return;
      const text = `permit (principal, action == Action::"data.read", resource) when { ${conditionText(condition)} };`;

      assert.deepEqual(engine.check({ policy: text }, schema), []);
      assert.equal(engine.split(text).length, 1);
    }),
    {
      seed: Number(process.env["TENANCY_FUZZ_SEED"] ?? 20_261_126),
      numRuns: Number(process.env["TENANCY_FUZZ_RUNS"] ?? 300),
    },
  );
});
