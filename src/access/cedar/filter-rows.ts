import type { RowCondition } from "../../db/row-filter.ts";
import { Uncovered } from "./expression.ts";
import { isFault } from "./fault.ts";
import { uidFromJson } from "./json.ts";
import { isRowOfType, isRowWithin, partialTest, type RowRequest } from "./partial.ts";
import type { CompiledPolicy } from "./policy.ts";
import type { TargetJson } from "./policy-json.ts";
import type { Judge, PolicySet } from "./policy-set.ts";
import { all, any, FALSE, not, TRUE, Unfilterable } from "./row-condition.ts";

export interface FilteredRows {
  readonly condition: RowCondition;
  /** Policies that no condition on a row expresses: such a permit admits none, such a forbid admits none either. */
  readonly left: readonly string[];
}

/**
 * The rows of the tenant that a request would be allowed for, were each of them its resource: the policies, evaluated
 * as far as they say nothing of the resource. What cannot be expressed counts against the caller.
 */
export function filterRows(policies: PolicySet, asked: RowRequest): FilteredRows {
  const left: string[] = [];
  const applying = (judge: Judge, otherwise: RowCondition): RowCondition => {
    try {
      if (!isCompiled(judge)) throw new Unfilterable("decided by the official engine");
      return appliesTo(judge, asked);
    } catch (thrown) {
      if (!(thrown instanceof Unfilterable || thrown instanceof Uncovered)) throw thrown;
      left.push(judge.id);
      return otherwise;
    }
  };
  const { forbids, permits } = policies.bearingOn(asked.request.action);
  const forbidden = forbids.map((judge) => applying(judge, TRUE));
  const permitted = permits.map((judge) => applying(judge, FALSE));
  try {
    return { condition: all([any(permitted), not(any(forbidden))]), left };
  } catch (thrown) {
    if (!(thrown instanceof Unfilterable)) throw thrown;
    return { condition: FALSE, left: [...forbids, ...permits].map(({ id }) => id) };
  }
}

function isCompiled(judge: Judge): judge is CompiledPolicy {
  return "conditions" in judge;
}

function appliesTo(policy: CompiledPolicy, asked: RowRequest): RowCondition {
  const parts: RowCondition[] = [];
  for (const { part, json, holds } of policy.conditions) {
    // The scope comes first, and settles most policies without a look at their conditions.
    if (parts.includes(FALSE)) return FALSE;
    if (part === "when" || part === "unless") {
      if (!json) throw new Error(`A condition of ${policy.id} has no text.`);
      const test = partialTest(json, asked);
      parts.push(part === "when" ? test.yes : test.no);
    } else if (part === "resource") parts.push(...resourceScope(policy, asked));
    else parts.push(isHeld(() => holds(asked.request)) ? TRUE : FALSE);
  }
  return all(parts);
}

function resourceScope({ resourceScope: scope }: CompiledPolicy, asked: RowRequest): RowCondition[] {
  switch (scope.op) {
    case "All":
      return [];
    case "is": {
      if (!isRowOfType(scope.entity_type)) return [FALSE];
      return scope.in ? [targetCondition(scope.in, asked)] : [];
    }
    case "in":
      if ("entities" in scope)
        return [any(scope.entities.map((each) => isRowWithin(uidFromJson(each), asked).yes))];
      return [targetCondition(scope, asked)];
    case "==": {
      const { type } = "entity" in scope ? uidFromJson(scope.entity) : { type: "" };
      // The row itself: what it is in does not count.
      return [isRowOfType(type) ? targetCondition(scope, asked) : FALSE];
    }
  }
}

function targetCondition(target: TargetJson, asked: RowRequest): RowCondition {
  if (!("entity" in target)) throw new Unfilterable("a slot of a template");
  return isRowWithin(uidFromJson(target.entity), asked).yes;
}

function isHeld(holds: () => boolean): boolean {
  try {
    return holds();
  } catch (thrown) {
    if (isFault(thrown)) return false;
    throw thrown;
  }
}
