import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import type * as Cedar from "@cedar-policy/cedar-wasm/nodejs";
import { cedarSchema } from "../schema.ts";
import { CedarEngine, loadCedar } from "./engine.ts";
import { shapeOf } from "./shape.ts";

const WELL = "permit (principal, action, resource);";
const when = (text: string) => `forbid (principal, action, resource) when { ${text} };`;
const DEEP = {
  parentheses: when(`${"(".repeat(4_900)}true${")".repeat(4_900)}`),
  sets: when(`${"[".repeat(4_900)}1${"]".repeat(4_900)} == 1`),
  records: when(`${"{a:".repeat(2_400)}1${"}".repeat(2_400)} == 1`),
  "what never closes": when("!(".repeat(4_900)),
};

for (const [what, text] of Object.entries(DEEP)) {
  test(`a policy with ${what} nested thousands deep is refused, and the engine goes on for everybody`, async () => {
    const engine = await loadCedar();

    assert.throws(() => engine.split(text), { code: "policy.invalid" });
    assert.throws(() => engine.toJson(text), { code: "policy.invalid" });
    assert.throws(() => engine.effectOf(text), { code: "policy.invalid" });
    assert.match(engine.check({ policy: text }, cedarSchema())[0]?.message ?? "", /at most 50 deep/);

    assert.deepEqual(engine.split(WELL), [WELL]);
  });
}

test("half of a surrogate pair in a policy is refused, not a fault of the engine", async () => {
  const engine = await loadCedar();
  const text = when('context.plan == "\ud800"');

  assert.throws(() => engine.toJson(text), { code: "policy.invalid" });
  assert.match(engine.check({ policy: text })[0]?.message ?? "", /surrogate/);
});

test("brackets in strings and comments are no nesting", async () => {
  const text = when(`"${"([{".repeat(500)}" == "\\"((" // ${"(".repeat(500)}\n`);

  const { depth, commas } = shapeOf(text);

  assert.deepEqual({ depth, commas }, { depth: 1, commas: 2 });
  assert.deepEqual((await loadCedar()).check({ policy: text }), []);
});

test("an engine that ran out of stack is replaced: one call fails, the next is answered", () => {
  const require = createRequire(import.meta.url);
  const path = require.resolve("@cedar-policy/cedar-wasm/nodejs");
  const opened: (typeof Cedar)[] = [];
  const engine = new CedarEngine(() => {
    delete require.cache[path];
    opened.push(require(path) as typeof Cedar);
    return opened.at(-1) as typeof Cedar; // just pushed
  });
  assert.throws(() => opened[0]?.policySetTextToParts(DEEP.parentheses));
  assert.throws(() => opened[0]?.policySetTextToParts(WELL), "a broken one stays broken");

  assert.throws(() => engine.split(WELL), /broke and was replaced/);

  assert.deepEqual(engine.split(WELL), [WELL]);
  assert.equal(opened.length, 2);
});

test("what hangs on each other in a chain is bounded before the engine breaks on it; what stands side by side is not", async () => {
  const engine = await loadCedar();
  const policy = (condition: string) => `permit (principal, action, resource) when { ${condition} };`;
  const chains = {
    member: `context${".plan".repeat(400)} == 1`,
    method: `context.now${'.offset(duration("1d"))'.repeat(300)} == context.now`,
    plus: `1${"+1".repeat(400)} == 1`,
    minus: `1${"-1".repeat(400)} == 1`,
    ifs: `${"if context.a && context.b then true else ".repeat(400)}true`,
    mixed: `${"(1+1+1+(".repeat(20)}1${"))".repeat(20)} == 1`,
  };
  const wide = Array.from({ length: 300 }, () => "context.a.b + 1 == 2").join(" && ");

  for (const [name, chain] of Object.entries(chains)) {
    assert.throws(() => engine.toJson(policy(chain)), { code: "policy.invalid" }, name);
    assert.notDeepEqual(engine.check({ policy: policy(chain) }, cedarSchema()), [], name);
  }
  assert.ok(engine.toJson(policy(wide)));
});
