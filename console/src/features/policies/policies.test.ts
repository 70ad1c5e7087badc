import assert from "node:assert/strict";
import { test } from "node:test";
import { loadCedar } from "../../../../src/access/cedar/engine.ts";
import { cedarSchema } from "../../../../src/access/schema.ts";
import { markedText, offsetOf } from "../../ui/marked-text.ts";
import { composePolicy, conditionKinds, emptyCondition, isWhole } from "./compose-policy.ts";

const filled = {
  address: { kind: "address", ranges: ["10.0.0.0/8"] },
  purpose: { kind: "purpose", purposes: ['Ticket "7"'] },
  attribute: { kind: "attribute", name: "status", values: ["draft", "é"] },
  feature: { kind: "feature", feature: "export" },
  plan: { kind: "plan", plans: ["premium"] },
} as const;

test("whatever the form says is Cedar that the official engine admits", async () => {
  const engine = await loadCedar();
  const schema = cedarSchema();
  const conditions = conditionKinds.map((kind) =>
    kind in filled ? filled[kind as keyof typeof filled] : emptyCondition(kind),
  );
  for (const effect of ["forbid", "permit"] as const) {
    for (const some of [[], ...conditions.map((one) => [one]), conditions]) {
      const form = { effect, role: "auditor", permissions: ["audit.read", "audit.export"], conditions: some };
      const text = composePolicy(form);
      assert.deepEqual(engine.check({ policy: text }, schema), [], text);
    }
  }
  const everything = composePolicy({ effect: "forbid", role: "", permissions: [], conditions: [] });
  assert.deepEqual(engine.check({ policy: everything }, schema), []);
});

test("a condition that lacks what only its author knows is not whole", () => {
  assert.deepEqual(
    conditionKinds.map((kind) => [kind, isWhole(emptyCondition(kind))]),
    [
      ["time", true],
      ["address", false],
      ["mfa", true],
      ["device", true],
      ["purpose", false],
      ["attribute", false],
      ["feature", false],
      ["plan", false],
    ],
  );
  assert.ok(Object.values(filled).every(isWhole));
});

test("marks stand where the engine says, also at ends and over each other, and the text stays whole", () => {
  const text = "ab\ncdé\n";
  const mark = (line: number, column: number, line2: number, column2: number) => ({
    start: { line, column },
    end: { line: line2, column: column2 },
  });
  const marked = (...marks: ReturnType<typeof mark>[]) =>
    markedText(text, marks)
      .map(({ text: part, isMarked }) => (isMarked ? `[${part}]` : part))
      .join("");

  assert.equal(marked(mark(2, 2, 2, 4)), "ab\nc[dé]\n");
  assert.equal(marked(mark(1, 1, 1, 1)), "[a]b\ncdé\n");
  assert.equal(marked(mark(9, 1, 9, 1)), "ab\ncdé[\n]");
  assert.equal(marked(mark(2, 1, 2, 3), mark(2, 2, 2, 4)), "ab\n[cd][é]\n");
  assert.equal(marked(), text);
  assert.equal(offsetOf(text, { line: 2, column: 99 }), 6);
});
