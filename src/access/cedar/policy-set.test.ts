import assert from "node:assert/strict";
import { before, test } from "node:test";
import { isTenancyError } from "../../base/errors.ts";
import { type CedarEngine, loadCedar } from "./engine.ts";
import { Entities, placed, uid } from "./entities.ts";
import type { Request } from "./expression.ts";
import { PolicySet } from "./policy-set.ts";
import type { Value } from "./value.ts";

let engine: CedarEngine;

before(async () => {
  engine = await loadCedar();
});

function ask(context: Record<string, Value> = {}, action = "read"): Request {
  return {
    principal: uid("User", "ada"),
    action: uid("Action", action),
    resource: uid("Doc", "1"),
    context: new Map(Object.entries(context)),
    entities: new Entities().add(placed(uid("User", "ada"), { parents: [uid("Role", "owner")] })),
  };
}

function setOf(policies: Record<string, string>, areActionsFlat = false): PolicySet {
  return new PolicySet({ engine, policies, areActionsFlat });
}

const PERMIT = "permit(principal, action, resource);";

test("a forbid wins over every permit", () => {
  const set = setOf({ all: PERMIT, not: 'forbid(principal in Role::"owner", action, resource);' });

  assert.deepEqual(set.explain(ask()), { isAllowed: false, reasons: ["not"], errors: [] });
  assert.equal(set.isAllowed(ask()), false);
});

test("a policy that fails is skipped and told, and permits nothing", () => {
  const set = setOf({ fails: "permit(principal, action, resource) when { context.level > 3 };" });

  const { isAllowed, errors } = set.explain(ask());
  assert.equal(isAllowed, false);
  assert.deepEqual(errors, [{ policyId: "fails", message: "there is no attribute `level`" }]);
  assert.equal(set.isAllowed(ask({ level: 4 })), true);
});

/** Nested deeper than the compiler goes. */
const DEEP = `${"false || ".repeat(250)}context has yes`;

test("a policy that the compiler does not cover is decided by the official engine, with its effect", () => {
  const set = setOf({ all: PERMIT, odd: `forbid(principal, action, resource) when { ${DEEP} };` });

  assert.deepEqual(set.uncovered, ["odd"]);
  assert.equal(set.isAllowed(ask()), true);
  assert.equal(set.isAllowed(ask({ yes: true })), false);
  assert.deepEqual(set.explain(ask({ yes: true })), { isAllowed: false, reasons: ["odd"], errors: [] });
});

test("when the official engine cannot be asked the decision throws, rather than skip what may forbid", () => {
  const set = setOf({ all: PERMIT, odd: `forbid(principal, action, resource) when { ${DEEP} };` });

  assert.throws(() => set.isAllowed(ask({ big: 2n ** 62n })), /cannot be asked/);
});

test("a record may have the key __proto__", () => {
  const set = setOf({
    p: 'permit(principal, action, resource) when { {"__proto__": {"a": 1}}["__proto__"].a == 1 };',
  });

  assert.equal(set.isAllowed(ask()), true);
  assert.deepEqual(set.uncovered, []);
});

test("integers are exact to 64 bits, in policies and in requests", () => {
  const set = setOf({
    exact: "permit(principal, action, resource) when { context.n == 9007199254740993 };",
    lowest: "permit(principal, action, resource) when { context.n == -9223372036854775808 };",
    overflows: "permit(principal, action, resource) when { context.n + 1 > 0 };",
  });

  assert.deepEqual(set.explain(ask({ n: 9007199254740993n })).reasons, ["exact", "overflows"]);
  assert.deepEqual(set.explain(ask({ n: 9007199254740992n })).reasons, ["overflows"]);
  assert.deepEqual(set.explain(ask({ n: -(2n ** 63n) })).reasons, ["lowest"]);
  assert.deepEqual(set.explain(ask({ n: 2n ** 63n - 1n })).errors, [
    { policyId: "overflows", message: "integer overflow" },
  ]);
});

test("a literal beyond 64 bits is refused, and one within a string is text", () => {
  const beyond = () =>
    setOf({ p: "permit(principal, action, resource) when { context.n == 9223372036854775808 };" });
  assert.throws(beyond, (error) => isTenancyError(error, "policy.invalid"));

  const text = setOf({
    p: 'permit(principal, action, resource) when { context.n == "9223372036854775808" && 1 == 1 };',
  });
  assert.equal(text.isAllowed(ask({ n: "9223372036854775808" })), true);
});

test("where actions are flat a policy bears on those that it names", () => {
  const set = setOf({ p: 'permit(principal, action in [Action::"read", Action::"list"], resource);' }, true);

  assert.equal(set.isAllowed(ask()), true);
  assert.equal(set.isAllowed(ask({}, "write")), false);
});

test("what is no Cedar is refused with its place", () => {
  assert.throws(
    () => setOf({ p: "permit(principal, action, resource) when { context.a = 1 };" }),
    (error) =>
      isTenancyError(error, "policy.invalid") && /at character/.test(error.problems[0]?.message ?? ""),
  );
});
