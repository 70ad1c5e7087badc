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

test("brackets in strings and comments are no nesting", async () => {
  const text = when(`"${"([{".repeat(500)}" == "\\"((" // ${"(".repeat(500)}\n`);

  assert.deepEqual(shapeOf(text), { depth: 1, commas: 2 });
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
