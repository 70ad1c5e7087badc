import assert from "node:assert/strict";
import { before, test } from "node:test";
import fc from "fast-check";
import { type CedarEngine, loadCedar } from "./cedar/engine.ts";
import { Entities, placed, uid } from "./cedar/entities.ts";
import { PolicySet } from "./cedar/policy-set.ts";
import { CedarSet } from "./cedar/value.ts";
import { circumstances } from "./circumstances.ts";
import { isAddressRange } from "./condition-problems.ts";
import { type Condition, DAYS } from "./conditions.ts";
import { DEVICES, deviceOfAgent } from "./device.ts";
import type { Facts } from "./ports.ts";
import { beyond, type Grant, holdingsOf, rolePolicies } from "./role.ts";
import { cedarSchema } from "./schema.ts";

let engine: CedarEngine;
const schema = cedarSchema();

before(async () => {
  engine = await loadCedar();
});

const words = fc.string({ unit: "binary", minLength: 1, maxLength: 20 });
const times = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map(([hours, minutes]) => `${String(hours).padStart(2, "0")}:${String(minutes).padStart(2, "0")}`);
const conditions: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({
    kind: fc.constant("time" as const),
    days: fc.subarray([...DAYS], { minLength: 1 }),
    from: times,
    to: times,
  }),
  fc.record({
    kind: fc.constant("address" as const),
    ranges: fc.array(fc.constantFrom("10.0.0.0/8", "::1", "2001:db8::/32"), { minLength: 1, maxLength: 3 }),
  }),
  fc.record({
    kind: fc.constant("mfa" as const),
    maxAgeMinutes: fc.integer({ min: 1, max: 1440 }),
    methods: fc.array(words, { minLength: 1, maxLength: 2 }),
  }),
  fc.record({
    kind: fc.constant("device" as const),
    devices: fc.subarray([...DEVICES], { minLength: 1 }),
    isPasskeyBound: fc.boolean(),
    knownForDays: fc.integer({ min: 1, max: 365 }),
  }),
  fc.record({ kind: fc.constant("feature" as const), feature: words }),
  fc.record({ kind: fc.constant("plan" as const), plans: fc.array(words, { minLength: 1, maxLength: 3 }) }),
  fc.record({
    kind: fc.constant("purpose" as const),
    purposes: fc.array(words, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({
    kind: fc.constant("attribute" as const),
    name: words,
    values: fc.array(words, { minLength: 1, maxLength: 3 }),
  }),
);

function roleOf(given: readonly Condition[]) {
  return {
    key: "r",
    name: "",
    description: "",
    grants: [{ permissions: ["usage.read" as const], conditions: given }],
  };
}

test("whatever is written into a form becomes one policy that the official engine admits", () => {
  fc.assert(
    fc.property(fc.array(conditions, { maxLength: 4 }), (given) => {
      const policies = rolePolicies(roleOf(given));
      assert.deepEqual(engine.check(policies, schema), []);
      for (const text of Object.values(policies)) assert.equal(engine.split(text).length, 1);
    }),
    { numRuns: 20 },
  );
});

test("no text in a form is read as Cedar: it matches itself and nothing else", () => {
  fc.assert(
    fc.property(words, words, (word, other) => {
      const set = new PolicySet({
        engine,
        policies: rolePolicies(roleOf([{ kind: "purpose", purposes: [word] }])),
      });
      const says = (purpose: string) => set.isAllowed(requestWith({ purpose }));
      assert.equal(says(word), true);
      assert.equal(says(other), word.toWellFormed() === other.toWellFormed());
    }),
    { numRuns: 200 },
  );
});

test("hours hold from their first minute to before their last, over midnight too", () => {
  fc.assert(
    fc.property(times, times, fc.integer({ min: 0, max: 1439 }), (from, to, minute) => {
      const set = new PolicySet({
        engine,
        policies: rolePolicies(roleOf([{ kind: "time", days: [...DAYS], from, to }])),
      });
      const minutes = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
      const [first, last] = [minutes(from), minutes(to)];
      const isWithin = first < last ? minute >= first && minute < last : minute >= first || minute < last;
      assert.equal(
        set.isAllowed(requestWith({ now: new Date(Date.UTC(2026, 10, 25, 0, minute)) })),
        isWithin,
      );
    }),
    { numRuns: 200 },
  );
});

test("a device is what the client says it is, and a passkey what the session was proved with", () => {
  const agents: readonly (readonly [string | undefined, string])[] = [
    [undefined, "unknown"],
    ["", "unknown"],
    ["curl/8.5.0", "program"],
    ["Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "desktop"],
    [
      "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/19.0 Safari/605.1.15",
      "desktop",
    ],
    ["Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148", "mobile"],
    ["Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/142.0 Safari/537.36", "mobile"],
  ];
  assert.deepEqual(
    agents.map(([agent]) => deviceOfAgent(agent)),
    agents.map(([, device]) => device),
  );
  const condition = { kind: "device", devices: ["desktop"], isPasskeyBound: true } as const;
  const set = new PolicySet({ engine, policies: rolePolicies(roleOf([condition])) });
  const may = (facts: Partial<Facts>) => set.isAllowed(requestWith(facts));
  assert.equal(may({ device: "desktop", amr: ["hwk", "mfa"] }), true);
  assert.equal(may({ device: "desktop", amr: ["pwd", "otp", "mfa"] }), false);
  assert.equal(may({ device: "mobile", amr: ["hwk"] }), false);
  assert.equal(may({ amr: ["hwk"] }), false);
});

test("a device is known from the day that the form says, to the second, and one of which nothing is known never", () => {
  const condition = { kind: "device", devices: ["desktop"], knownForDays: 7 } as const;
  const set = new PolicySet({ engine, policies: rolePolicies(roleOf([condition])) });
  const now = new Date("2026-11-25T12:00:00Z");
  const ago = (ms: number) => new Date(now.getTime() - ms);
  const may = (facts: Partial<Facts>) => set.isAllowed(requestWith({ now, device: "desktop", ...facts }));

  assert.equal(may({ deviceSince: ago(7 * 86_400_000) }), true);
  assert.equal(may({ deviceSince: ago(7 * 86_400_000 - 1_000) }), false);
  assert.equal(may({ deviceSince: ago(-1_000) }), false, "a clock that was set back makes nothing older");
  assert.equal(may({ deviceSince: null }), false);
  assert.equal(may({}), false);
  assert.equal(may({ device: "mobile", deviceSince: ago(8 * 86_400_000) }), false);
});

test("what somebody may pass on is never more than they hold", () => {
  const grants = fc.array(
    fc.record({
      permissions: fc.subarray(["usage.read" as const, "audit.read" as const, "data.read" as const], {
        minLength: 1,
      }),
      conditions: fc.array(
        fc.constantFrom<Condition>(
          { kind: "feature", feature: "a" },
          { kind: "feature", feature: "b" },
          { kind: "plan", plans: ["p"] },
        ),
        { maxLength: 2 },
      ),
    }),
    { minLength: 1, maxLength: 3 },
  );
  const facts = fc.record({ plan: fc.constantFrom("p", "q"), features: fc.subarray(["a", "b"]) });
  const decides = (
    key: string,
    given: readonly Grant[],
    permission: string,
    traits: { plan: string; features: string[] },
  ) =>
    new PolicySet({
      engine,
      policies: rolePolicies({ key, name: "", description: "", grants: given }),
    }).isAllowed(requestWith({}, { key, permission, ...traits }));
  fc.assert(
    fc.property(grants, grants, facts, (held, given, traits) => {
      const holdings = holdingsOf([{ key: "h", name: "", description: "", grants: held }], null);
      if (beyond(given, holdings).length > 0) return;
      for (const permission of ["usage.read", "audit.read", "data.read"]) {
        if (decides("g", given, permission, traits)) assert.ok(decides("h", held, permission, traits));
      }
    }),
    { numRuns: 150 },
  );
});

test("addresses are told from what only looks like one", () => {
  for (const text of ["10.0.0.1", "10.0.0.0/8", "::1", "2001:db8::/32"])
    assert.ok(isAddressRange(text), text);
  for (const text of [
    "",
    "10.0.0",
    "10.0.0.300",
    "10.0.0.0/33",
    "::ffff:1.2.3.4",
    "localhost",
    "1.2.3.4/",
    " 1.2.3.4",
  ]) {
    assert.ok(!isAddressRange(text), text);
  }
});

function requestWith(
  facts: Partial<Facts>,
  asked: { key?: string; permission?: string; plan?: string; features?: readonly string[] } = {},
) {
  const { key = "r", permission = "usage.read", plan = "", features = [] } = asked;
  const principal = uid("User", "ada");
  return {
    principal,
    action: uid("Action", permission),
    resource: uid("Tenant", "t"),
    context: circumstances(
      { now: new Date("2026-11-25T12:00:00Z"), amr: [], mfaAt: null, ...facts },
      { plan, features: new CedarSet(features), timeZone: "UTC" },
    ),
    entities: new Entities().add(placed(principal, { parents: [uid("Role", key)] })),
  };
}
