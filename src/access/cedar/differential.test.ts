import assert from "node:assert/strict";
import { before, test } from "node:test";
import { policyToText } from "@cedar-policy/cedar-wasm/nodejs";
import fc from "fast-check";
import { type CedarEngine, loadCedar } from "./engine.ts";
import { entitiesFromJson, recordFromJson, uidFromJson, type ValueJson } from "./json.ts";
import type { ExprJson, ScopeJson } from "./policy-json.ts";
import { PolicySet } from "./policy-set.ts";

/** CEDAR_RUNS=100000 for a long night. */
const RUNS = Number(process.env["CEDAR_RUNS"] ?? 600);
let engine: CedarEngine;

before(async () => {
  engine = await loadCedar();
});

/** A small world, so that names meet: two types, four ids, three attributes. */
const uids = fc.record({
  type: fc.constantFrom("User", "App::Group"),
  id: fc.constantFrom("a", "b", "c", 'q"\n'),
});
const attributes = fc.constantFrom("x", "y", "z", "if");
const texts = fc.constantFrom("", "a", "ab", "a*b", "ba", "10.0.0.1", "1.5", "2024-02-29", "1h", "é🎵");
const longs = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(2 ** 53 - 1, -(2 ** 53 - 1), 3_037_000_500, 86_400_000),
);
const ips = fc.constantFrom(
  "10.0.0.1",
  "10.0.0.0/8",
  "10.1.0.0/16",
  "127.0.0.1",
  "127.0.0.0/7",
  "::1",
  "ff00::/8",
  "1::2:3",
  "::1:2:3:4:5:6:7",
  "1:2:3:4:5:6:7::",
  "::/0",
  "01.2.3.4",
  "1.2.3.4/33",
  "::ffff:1.2.3.4",
  "224.0.0.1/3",
  "",
);
const decimals = fc.constantFrom(
  "0.0",
  "-0.0",
  "1.5",
  "1.50",
  "-1.2345",
  "1.23456",
  "922337203685477.5807",
  "922337203685477.5808",
  "-922337203685477.5808",
  ".5",
  "1.",
);
const datetimes = fc.constantFrom(
  "1970-01-01",
  "1969-12-31T23:59:59Z",
  "2024-02-29T12:00:00.123Z",
  "2023-02-29",
  "2024-01-01T00:00:00+0130",
  "2024-01-01T00:00:00.5Z",
  "0000-01-01",
  "9999-12-31T23:59:59.999-2359",
  "2024-01-01T24:00:00Z",
  "2024-01-01T00:00:60Z",
);
const durations = fc.constantFrom(
  "0ms",
  "1d",
  "-1h30m",
  "1d2h3m4s5ms",
  "5ms1d",
  "",
  "-",
  "9223372036854775807ms",
  "-9223372036854775808ms",
  "106751991167d",
  "106751991168d",
  "1h",
);

const call = (name: string, inner: fc.Arbitrary<string>) =>
  inner.map((text): ExprJson => ({ [name]: [{ Value: text }] }));

const { expression } = fc.letrec<{ expression: ExprJson }>((tie) => {
  const any = tie("expression");
  const two = fc.record({ left: any, right: any });
  const binary = fc
    .tuple(
      fc.constantFrom(
        "==",
        "!=",
        "<",
        "<=",
        ">",
        ">=",
        "+",
        "-",
        "*",
        "in",
        "contains",
        "containsAll",
        "containsAny",
        "getTag",
        "hasTag",
      ),
      two,
    )
    .map(([operator, operands]): ExprJson => ({ [operator]: operands }));
  const logic = fc
    .tuple(fc.constantFrom("&&", "||"), two)
    .map(([op, operands]): ExprJson => ({ [op]: operands }));
  const unary = fc
    .tuple(fc.constantFrom("!", "neg", "isEmpty"), any)
    .map(([operator, arg]): ExprJson => ({ [operator]: { arg } }));
  const methods = fc
    .tuple(
      fc.constantFrom(
        "isInRange",
        "lessThan",
        "lessThanOrEqual",
        "greaterThan",
        "greaterThanOrEqual",
        "offset",
        "durationSince",
      ),
      any,
      any,
    )
    .map(([name, a, b]): ExprJson => ({ [name]: [a, b] }));
  const getters = fc
    .tuple(
      fc.constantFrom(
        "isIpv4",
        "isIpv6",
        "isLoopback",
        "isMulticast",
        "toDate",
        "toTime",
        "toMilliseconds",
        "toSeconds",
        "toMinutes",
        "toHours",
        "toDays",
      ),
      any,
    )
    .map(([name, a]): ExprJson => ({ [name]: [a] }));
  const constructors = fc.oneof(
    call("ip", ips),
    call("decimal", decimals),
    call("datetime", datetimes),
    call("duration", durations),
  );
  const leaves = fc.oneof(
    fc.boolean().map((Value): ExprJson => ({ Value })),
    longs.map((Value): ExprJson => ({ Value })),
    texts.map((Value): ExprJson => ({ Value })),
    uids.map((uid): ExprJson => ({ Value: { __entity: uid } })),
    fc
      .constantFrom("principal", "action", "resource", "context")
      .map((Var): ExprJson => ({ Var: Var as unknown as ValueJson })),
    constructors,
  );
  const deep = fc.oneof(
    { weight: 4, arbitrary: binary },
    { weight: 2, arbitrary: logic },
    unary,
    methods,
    getters,
    fc.record({ left: any, attr: attributes }).map((operands): ExprJson => ({ ".": operands })),
    fc.record({ left: any, attr: attributes }).map((operands): ExprJson => ({ has: operands })),
    fc
      .record({ left: any, attr: fc.array(fc.constantFrom("x", "y", "z"), { minLength: 2, maxLength: 3 }) })
      .map(({ left, attr }): ExprJson => ({ has: { left, attr } })),
    fc
      .record({
        left: any,
        pattern: fc.array(
          fc.oneof(
            fc.constant("Wildcard" as const),
            fc.constantFrom("a", "b", "*", "🎵").map((Literal) => ({ Literal })),
          ),
          { maxLength: 5 },
        ),
      })
      .map((operands): ExprJson => ({ like: operands })),
    fc
      .record({ left: any, entity_type: fc.constantFrom("User", "App::Group") })
      .map((operands): ExprJson => ({ is: operands })),
    fc
      .record({ left: any, entity_type: fc.constantFrom("User", "App::Group"), in: any })
      .map((operands): ExprJson => ({ is: operands })),
    fc.tuple(any, any, any).map(
      ([a, b, c]): ExprJson =>
        Object.fromEntries([
          [
            "if-then-else",
            Object.fromEntries([
              ["if", a],
              // biome-ignore lint/suspicious/noThenProperty: Cedar's JSON names it so
              ["then", b],
              ["else", c],
            ]),
          ],
        ]),
    ),
    fc.array(any, { maxLength: 3 }).map((items): ExprJson => ({ Set: items })),
    fc.dictionary(attributes, any, { maxKeys: 2 }).map((fields): ExprJson => ({ Record: fields })),
  );
  return {
    expression: fc.oneof(
      { maxDepth: 5, depthSize: "medium" },
      { weight: 1, arbitrary: leaves },
      { weight: 3, arbitrary: deep },
    ),
  };
});

const scope = fc.oneof(
  fc.constant<ScopeJson>({ op: "All" }),
  uids.map((entity): ScopeJson => ({ op: "==", entity })),
  uids.map((entity): ScopeJson => ({ op: "in", entity })),
  fc.constant<ScopeJson>({ op: "is", entity_type: "User" }),
  uids.map((entity): ScopeJson => ({ op: "is", entity_type: "User", in: { entity } })),
);
const actionIds = fc.constantFrom("read", "write", "all");
const actions = actionIds.map((id) => ({ type: "Action", id }));
const actionScope = fc.oneof(
  fc.constant<ScopeJson>({ op: "All" }),
  actions.map((entity): ScopeJson => ({ op: "==", entity })),
  actions.map((entity): ScopeJson => ({ op: "in", entity })),
  fc.array(actions, { minLength: 1, maxLength: 2 }).map((entities): ScopeJson => ({ op: "in", entities })),
);
const policy = fc.record({
  effect: fc.constantFrom("permit" as const, "permit" as const, "forbid" as const),
  principal: scope,
  action: actionScope,
  resource: scope,
  conditions: fc.array(
    fc.record({ kind: fc.constantFrom("when" as const, "unless" as const), body: expression }),
    { maxLength: 2 },
  ),
});

const plain = fc.oneof(
  fc.boolean(),
  longs,
  texts,
  uids.map((uid): ValueJson => ({ __entity: uid })),
);
const value: fc.Arbitrary<ValueJson> = fc.oneof(
  plain,
  fc.array(plain, { maxLength: 10 }),
  fc.dictionary(attributes, plain, { maxKeys: 3 }),
  fc.constantFrom("10.1.2.3", "::1").map((arg): ValueJson => ({ __extn: { fn: "ip", arg } })),
  fc.constantFrom("1.5", "0.0").map((arg): ValueJson => ({ __extn: { fn: "decimal", arg } })),
  fc.constantFrom("1h", "0ms").map((arg): ValueJson => ({ __extn: { fn: "duration", arg } })),
  fc.constantFrom("2024-02-29", "1970-01-01").map((arg): ValueJson => ({ __extn: { fn: "datetime", arg } })),
);
const fields = fc.dictionary(attributes, value, { maxKeys: 3 });
const uniqueUids = fc.uniqueArray(uids, {
  minLength: 2,
  maxLength: 6,
  selector: ({ type, id }) => `${type} ${id}`,
});
/** Parents come later in the list, so there is no circle. */
const entities = uniqueUids.chain((list) =>
  fc.tuple(
    ...list.map((uid, i) =>
      fc.record({
        uid: fc.constant(uid),
        attrs: fields,
        tags: fc.dictionary(texts, plain, { maxKeys: 1 }),
        parents: fc.subarray(list.slice(i + 1)),
      }),
    ),
  ),
);
const actionTree = [
  { uid: { type: "Action", id: "read" }, attrs: {}, parents: [{ type: "Action", id: "all" }] },
  { uid: { type: "Action", id: "all" }, attrs: {}, parents: [] },
];

test("random policies on random requests are decided as the official engine decides them", () => {
  const tally = { allowed: 0, failed: 0, decisions: 0 };
  fc.assert(
    fc.property(
      fc.array(policy, { minLength: 1, maxLength: 4 }),
      entities,
      fc.array(fc.record({ principal: uids, action: actions, resource: uids, context: fields }), {
        minLength: 3,
        maxLength: 3,
      }),
      (given, world, requests) => {
        const policies = Object.fromEntries(given.map((json, i) => [`p${i}`, textOf(json)]));
        const set = new PolicySet({ engine, policies });
        assert.deepEqual(set.uncovered, []);
        const known = entitiesFromJson([...actionTree, ...world]);
        for (const asked of requests) {
          const request = {
            principal: uidFromJson(asked.principal),
            action: uidFromJson(asked.action),
            resource: uidFromJson(asked.resource),
            context: recordFromJson(asked.context),
            entities: known,
          };
          const { isAllowed, reasons, errors } = set.explain(request);
          const ours = { isAllowed, reasons, errors: errors.map(({ policyId }) => policyId) };
          assert.deepEqual(ours, engine.decide(policies, request), JSON.stringify(policies));
          assert.equal(set.isAllowed(request), isAllowed);
          tally.decisions += 1;
          if (isAllowed) tally.allowed += 1;
          if (errors.length > 0) tally.failed += 1;
        }
      },
    ),
    { numRuns: RUNS },
  );

  // The worlds are worth something only while all three ends are reached.
  assert.ok(tally.allowed > tally.decisions / 50, JSON.stringify(tally));
  assert.ok(tally.failed > tally.decisions / 50, JSON.stringify(tally));
  assert.ok(tally.allowed + tally.failed < tally.decisions * 2, JSON.stringify(tally));
});

function textOf(json: unknown): string {
  const answer = policyToText(json as Parameters<typeof policyToText>[0]);
  if (answer.type === "failure") throw new Error(JSON.stringify(answer.errors));
  return answer.text;
}
