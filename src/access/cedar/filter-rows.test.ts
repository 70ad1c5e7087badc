import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { policyToText } from "@cedar-policy/cedar-wasm/nodejs";
import fc from "fast-check";
import pg from "pg";
import { testDatabase } from "../../../test/support/db.ts";
import { conditionSql, numbered, type RowShape } from "../../db/row-filter.ts";
import { type CedarEngine, loadCedar } from "./engine.ts";
import { Entities, placed } from "./entities.ts";
import { filterRows } from "./filter-rows.ts";
import type { ExprJson, ScopeJson } from "./policy-json.ts";
import { PolicySet } from "./policy-set.ts";
import { CedarSet, Uid, type Value } from "./value.ts";

/** CEDAR_RUNS=100000 for a long night. */
const RUNS = Number(process.env["CEDAR_RUNS"] ?? 600);
const TENANT = new Uid("Tenant", "t1");
const PRINCIPAL = new Uid("User", "ana");
const READ = new Uid("Action", "read");

interface Row {
  readonly id: string;
  readonly a: string | null;
  readonly b: string | null;
  readonly n: number | null;
}

let engine: CedarEngine;
let db: Awaited<ReturnType<typeof testDatabase>>;
let pool: pg.Pool;

before(async () => {
  engine = await loadCedar();
  db = await testDatabase();
  pool = new pg.Pool({ connectionString: db.url, max: 1 });
});
after(async () => {
  await pool.end();
  await db[Symbol.asyncDispose]();
});

const texts = fc.constantFrom("", "x", "y", "X", "a_b", "a%b", "axb", "ana", "1", "-2", "\\", "é🎵", "nul\0");
const attributes = fc.constantFrom("a", "b", "n", "gone");
const entities = fc.constantFrom(
  PRINCIPAL,
  TENANT,
  new Uid("Tenant", "t2"),
  new Uid("Role", "member"),
  new Uid("Resource", "r1"),
  new Uid("Resource", "r2"),
  new Uid("Resource", "nul\0"),
);
const entity = entities.map(({ type, id }): ExprJson => ({ Value: { __entity: { type, id } } }));
const variable = (name: string): ExprJson => ({ Var: name as never });
const tag = attributes.map(
  (name): ExprJson => ({ getTag: { left: variable("resource"), right: { Value: name } } }),
);
const leaves = fc.oneof(
  { weight: 4, arbitrary: tag },
  { weight: 3, arbitrary: texts.map((Value): ExprJson => ({ Value })) },
  { weight: 2, arbitrary: fc.constant(variable("resource")) },
  entity,
  fc.boolean().map((Value): ExprJson => ({ Value })),
  fc.integer({ min: -2, max: 2 }).map((Value): ExprJson => ({ Value })),
  fc.constantFrom("principal", "context").map(variable),
  fc
    .constantFrom("who", "ready", "teams", "none")
    .map((attr): ExprJson => ({ ".": { left: variable("context"), attr } })),
);
const { value, truth } = fc.letrec<{ value: ExprJson; truth: ExprJson }>((tie) => {
  const [any, bool] = [tie("value"), tie("truth")];
  const set = fc.array(any, { maxLength: 3 }).map((items): ExprJson => ({ Set: items }));
  const choice = (a: fc.Arbitrary<ExprJson>) =>
    fc.tuple(bool, a, a).map(([condition, yes, no]): ExprJson => {
      // biome-ignore lint/suspicious/noThenProperty: Cedar's JSON names it so
      const branches = { if: condition, then: yes, else: no };
      return { "if-then-else": branches };
    });
  const named = (names: readonly string[], left: fc.Arbitrary<ExprJson>, right: fc.Arbitrary<ExprJson>) =>
    fc
      .tuple(fc.constantFrom(...names), left, right)
      .map(([name, a, b]): ExprJson => ({ [name]: { left: a, right: b } }));
  return {
    value: fc.oneof(
      { maxDepth: 3, depthSize: "small" },
      { weight: 6, arbitrary: leaves },
      { weight: 1, arbitrary: set },
      { weight: 1, arbitrary: choice(any) },
      { weight: 1, arbitrary: bool },
      {
        weight: 1,
        arbitrary: fc.dictionary(fc.constant("x"), any).map((fields): ExprJson => ({ Record: fields })),
      },
    ),
    truth: fc.oneof(
      { maxDepth: 4, depthSize: "small" },
      { weight: 4, arbitrary: named(["==", "!="], any, any) },
      {
        weight: 3,
        arbitrary: named(
          ["==", "!="],
          tag,
          texts.map((Value): ExprJson => ({ Value })),
        ),
      },
      {
        weight: 3,
        arbitrary: attributes.map(
          (name): ExprJson => ({ hasTag: { left: variable("resource"), right: { Value: name } } }),
        ),
      },
      { weight: 3, arbitrary: named(["&&", "||"], bool, bool) },
      { weight: 2, arbitrary: bool.map((arg): ExprJson => ({ "!": { arg } })) },
      { weight: 2, arbitrary: choice(bool) },
      { weight: 2, arbitrary: named(["contains", "containsAll", "containsAny"], fc.oneof(set, any), any) },
      { weight: 2, arbitrary: named(["in"], fc.oneof(entity, any), fc.oneof(entity, set)) },
      { weight: 1, arbitrary: named(["hasTag", "<", "in", "getTag"], any, any) },
      {
        weight: 2,
        arbitrary: fc
          .record({
            left: fc.oneof(tag, any),
            pattern: fc.array(
              fc.oneof(
                fc.constant("Wildcard" as const),
                texts.map((Literal) => ({ Literal })),
              ),
              { maxLength: 3 },
            ),
          })
          .map((operands): ExprJson => ({ like: operands })),
      },
      fc
        .record({ left: any, attr: fc.constantFrom("a", "tenant", "x") })
        .map((operands): ExprJson => ({ has: operands })),
      fc
        .record({ left: any, entity_type: fc.constantFrom("Resource", "Tenant", "User") })
        .map((operands): ExprJson => ({ is: operands })),
      fc
        .record({ left: any, entity_type: fc.constantFrom("Resource", "User"), in: any })
        .map((operands): ExprJson => ({ is: operands })),
      any.map((arg): ExprJson => ({ isEmpty: { arg } })),
    ),
  };
});

const uid = entities.map(({ type, id }) => ({ type, id }));
const scope = fc.oneof(
  { weight: 6, arbitrary: fc.constant<ScopeJson>({ op: "All" }) },
  uid.map((each): ScopeJson => ({ op: "==", entity: each })),
  uid.map((each): ScopeJson => ({ op: "in", entity: each })),
  fc.constantFrom("Resource", "Tenant", "User").map((each): ScopeJson => ({ op: "is", entity_type: each })),
  uid.map((each): ScopeJson => ({ op: "is", entity_type: "Resource", in: { entity: each } })),
);
const policy = fc.record({
  effect: fc.constantFrom("permit" as const, "permit" as const, "forbid" as const),
  principal: fc.oneof({ weight: 5, arbitrary: fc.constant<ScopeJson>({ op: "All" }) }, scope),
  action: fc.oneof(
    { weight: 5, arbitrary: fc.constant<ScopeJson>({ op: "All" }) },
    fc.constantFrom("read", "write").map((id): ScopeJson => ({ op: "==", entity: { type: "Action", id } })),
  ),
  resource: scope,
  conditions: fc.array(
    fc.record({
      kind: fc.constantFrom("when" as const, "unless" as const),
      body: fc.oneof(truth, truth, value),
    }),
    { maxLength: 2 },
  ),
});
/** Policies as tenants write them: most of what is generated above allows everything or nothing. */
const plain = fc
  .record({
    effect: fc.constantFrom("permit" as const, "permit" as const, "forbid" as const),
    operator: fc.constantFrom("==", "!=", "hasTag"),
    name: fc.constantFrom("a", "b"),
    text: fc.constantFrom("", "x", "y", "X", "a_b"),
  })
  .map(({ effect, operator, name, text }) => {
    const left = { getTag: { left: variable("resource"), right: { Value: name } } };
    const body: ExprJson =
      operator === "hasTag"
        ? { hasTag: { left: variable("resource"), right: { Value: name } } }
        : { [operator]: { left, right: { Value: text } } };
    const all: ScopeJson = { op: "All" };
    return {
      effect,
      principal: all,
      action: all,
      resource: all,
      conditions: [{ kind: "when" as const, body }],
    };
  });
const policies = fc.array(fc.oneof({ weight: 2, arbitrary: policy }, plain), { minLength: 1, maxLength: 3 });
const cell = fc.option(fc.constantFrom("", "x", "y", "X", "a_b", "axb", "a%b", "ana", "é🎵", "\\"), {
  freq: 4,
});
const rows = fc
  .array(fc.tuple(cell, cell, fc.option(fc.constantFrom(1, -2, 0))), { minLength: 4, maxLength: 8 })
  .map((list) => list.map(([a, b, n], i): Row => ({ id: `r${i}`, a, b, n })));
const context: ReadonlyMap<string, Value> = new Map<string, Value>([
  ["who", "ana"],
  ["ready", true],
  ["teams", new CedarSet(["x", "y"])],
]);

const shape: RowShape = {
  name: "things",
  id: ["id"],
  column: (name) => (["a", "b", "n"].includes(name) ? { name, isText: name !== "n" } : undefined),
};

test("the rows that the filter admits are those that the official engine allows, one by one", async () => {
  const tally = { rows: 0, allowed: 0, left: 0, mixed: 0 };
  await fc.assert(
    fc.asyncProperty(policies, rows, async (given, table) => {
      const written = Object.fromEntries(given.map((json, i) => [`p${i}`, textOf(json)]));
      const set = new PolicySet({ engine, policies: written, areActionsFlat: true });

      const { condition, left } = filterRows(set, { request: requestOf(undefined), tenant: TENANT });
      const shown = await select(table, numbered(conditionSql(condition, shape, "t"), 2));

      const allowed = table
        .filter((row) => engine.decide(written, requestOf(row)).isAllowed)
        .map(({ id }) => id);
      tally.rows += table.length;
      tally.allowed += allowed.length;
      if (allowed.length > 0 && allowed.length < table.length) tally.mixed += 1;
      if (left.length === 0) assert.deepEqual(shown, allowed, JSON.stringify(written));
      else {
        tally.left += 1;
        // What could not be expressed shows fewer rows, and never one more.
        assert.deepEqual(
          shown.filter((id) => !allowed.includes(id)),
          [],
          JSON.stringify(written),
        );
      }
    }),
    { numRuns: RUNS },
  );

  // The policies are worth something only while some rows are shown and some are not, and most can be expressed.
  assert.ok(tally.mixed > RUNS / 20, JSON.stringify(tally));
  assert.ok(tally.left < RUNS / 3, JSON.stringify(tally));
});

test("a text of a policy never becomes SQL", () => {
  const evil = `x') or true --`;
  const set = new PolicySet({
    engine,
    policies: {
      p: `permit (principal, action, resource) when { resource.getTag("a") == ${JSON.stringify(evil)} || resource.getTag("a") like "${evil}*" || resource == Resource::"${evil}" };`,
    },
    areActionsFlat: true,
  });

  const { condition } = filterRows(set, { request: requestOf(undefined), tenant: TENANT });
  const { text, values } = numbered(conditionSql(condition, shape), 1);

  assert.ok(!text.includes("true --"), text);
  assert.ok(values.flat().includes(evil));
});

test("a permit that no condition expresses admits nothing, such a forbid everything; both are named", () => {
  const number = `decimal(resource.getTag("a")).lessThan(decimal("1.0"))`;
  const filter = (policies: Record<string, string>) =>
    filterRows(new PolicySet({ engine, policies, areActionsFlat: true }), {
      request: requestOf(undefined),
      tenant: TENANT,
    });

  const permit = filter({
    few: `permit (principal, action, resource) when { ${number} };`,
    all: `permit (principal, action, resource) when { resource.hasTag("b") };`,
  });
  const forbid = filter({
    few: `forbid (principal, action, resource) when { ${number} };`,
    all: `permit (principal, action, resource);`,
  });

  assert.deepEqual(permit, {
    condition: { kind: "has", value: { of: "attribute", name: "b" } },
    left: ["few"],
  });
  assert.deepEqual(forbid, { condition: { kind: "any", of: [] }, left: ["few"] });
});

function requestOf(row: Row | undefined) {
  const resource = new Uid("Resource", row?.id ?? "\0");
  const known = new Entities([{ uid: TENANT, attrs: new Map(), tags: new Map(), parents: [] }]).add(
    placed(PRINCIPAL, { parents: [new Uid("Role", "member")], attrs: new Map([["tenant", TENANT]]) }),
  );
  if (row) {
    const cells = Object.entries({ a: row.a, b: row.b, n: row.n }).filter(([, each]) => each !== null);
    known.add({
      uid: resource,
      attrs: new Map(),
      tags: new Map(cells.map(([name, each]) => [name, String(each)])),
      parents: [TENANT],
      ancestors: new Set([TENANT.key]),
    });
  }
  return { principal: PRINCIPAL, action: READ, resource, context, entities: known };
}

async function select(table: readonly Row[], { text, values }: { text: string; values: unknown[] }) {
  const { rows: found } = await pool.query<{ id: string }>(
    `select t.id from jsonb_to_recordset($1::jsonb) as t (id text, a text, b text, n int) where ${text} order by t.id`,
    [JSON.stringify(table), ...values],
  );
  return found.map(({ id }) => id);
}

function textOf(json: unknown): string {
  const answer = policyToText(json as Parameters<typeof policyToText>[0]);
  if (answer.type === "failure") throw new Error(JSON.stringify(answer.errors));
  return answer.text;
}
