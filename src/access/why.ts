import type { CedarEngine } from "./cedar/engine.ts";
import type { Request } from "./cedar/expression.ts";
import { isFault } from "./cedar/fault.ts";
import type { CompiledPolicy, Condition } from "./cedar/policy.ts";
import type { PolicySet } from "./cedar/policy-set.ts";
import type { Permission } from "./permissions.ts";

/** Sentences told of one denial: more would not be read. */
const REASONS_MAX = 10;

/**
 * Why a request is denied: the forbids that apply; or else each permit that speaks of this principal and action, with
 * its first condition that does not hold.
 */
export function explainDenial(
  engine: CedarEngine,
  policies: PolicySet,
  request: Request,
  permission: Permission,
): string[] {
  const { reasons, errors } = policies.explain(request);
  if (reasons.length > 0) return reasons.map((id) => `Forbidden by ${id}.`);
  const near = policies.compiled
    .filter(({ effect }) => effect === "permit")
    .flatMap((policy) => {
      const failing = firstFailing(policy, request);
      const isScope = failing && failing.part !== "when" && failing.part !== "unless";
      return failing && !isScope ? [`${policy.id} would allow it, but ${inWords(engine, failing)}.`] : [];
    });
  const failed = errors.map(({ policyId, message }) => `${policyId} failed: ${message}.`);
  const all = [...near, ...failed].slice(0, REASONS_MAX);
  return all.length > 0 ? all : [`No role or policy allows ${permission}.`];
}

function firstFailing(policy: CompiledPolicy, request: Request): Condition | undefined {
  return policy.conditions.find((condition) => {
    try {
      return !condition.holds(request);
    } catch (thrown) {
      if (!isFault(thrown)) throw thrown;
      return true;
    }
  });
}

function inWords(engine: CedarEngine, { part, json }: Condition): string {
  const text = json ? engine.expressionText(json).replace(/\s+/g, " ") : "";
  return part === "unless" ? `this holds: ${text}` : `this does not hold: ${text}`;
}
