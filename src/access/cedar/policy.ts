import { asBoolean, compileExpression, type Evaluate, isWithin, type Request } from "./expression.ts";
import { uidFromJson } from "./json.ts";
import type { ExprJson, PolicyJson, ScopeJson, TargetJson } from "./policy-json.ts";
import type { Uid } from "./value.ts";

type Variable = "principal" | "action" | "resource";

/** One condition of a policy; all must hold. */
export interface Condition {
  readonly part: Variable | "when" | "unless";
  /** Absent for the scope. */
  readonly json?: ExprJson;
  readonly holds: (request: Request) => boolean;
}

export interface CompiledPolicy {
  readonly id: string;
  readonly effect: "permit" | "forbid";
  readonly annotations: Readonly<Record<string, string>>;
  /** The actions that it names; undefined when it names none. */
  readonly actions: readonly Uid[] | undefined;
  readonly isEveryAction: boolean;
  /** It names one action and none that is in it. */
  readonly isActionEqual: boolean;
  readonly resourceScope: ScopeJson;
  readonly conditions: readonly Condition[];
  /** Whether it applies. Throws an EvaluationFault. */
  readonly applies: (request: Request) => boolean;
}

/** Entities that stand in the slots of a template. */
export type Slots = Readonly<Record<string, Uid>>;

/** Compiles one policy of the JSON form. Throws Uncovered. */
export function compilePolicy(id: string, json: PolicyJson, slots: Slots = {}): CompiledPolicy {
  const conditions = [
    ...scopeConditions("principal", json.principal, slots),
    ...scopeConditions("action", json.action, slots),
    ...scopeConditions("resource", json.resource, slots),
    ...json.conditions.flatMap(({ kind, body }) => clauseConditions(kind, body)),
  ];
  return {
    id,
    effect: json.effect,
    annotations: json.annotations ?? {},
    actions: namedActions(json.action),
    isEveryAction: json.action.op === "All",
    isActionEqual: json.action.op === "==",
    resourceScope: json.resource,
    conditions,
    applies: all(conditions.map(({ holds }) => holds)),
  };
}

function scopeConditions(part: Variable, scope: ScopeJson, slots: Slots): Condition[] {
  const holds = scopeTest(part, scope, slots);
  return holds ? [{ part, holds }] : [];
}

function scopeTest(part: Variable, scope: ScopeJson, slots: Slots): Condition["holds"] | undefined {
  switch (scope.op) {
    case "All":
      return undefined;
    case "==": {
      const { key } = target(scope, slots);
      return (request) => request[part].key === key;
    }
    case "in": {
      const keys =
        "entities" in scope ? scope.entities.map((uid) => uidFromJson(uid).key) : [target(scope, slots).key];
      const [only] = keys;
      if (keys.length === 1 && only !== undefined)
        return (request) => isWithin(request[part], only, request.entities);
      return (request) => keys.some((key) => isWithin(request[part], key, request.entities));
    }
    case "is": {
      const { entity_type: type } = scope;
      const within = scope.in && target(scope.in, slots).key;
      if (within === undefined) return (request) => request[part].type === type;
      return (request) => request[part].type === type && isWithin(request[part], within, request.entities);
    }
  }
}

function target(json: TargetJson, slots: Slots): Uid {
  if ("entity" in json) return uidFromJson(json.entity);
  const uid = slots[json.slot];
  if (!uid) throw new Error(`The slot ${json.slot} of a template is not filled.`);
  return uid;
}

function namedActions(scope: ScopeJson): readonly Uid[] | undefined {
  if (scope.op === "==" && "entity" in scope) return [uidFromJson(scope.entity)];
  if (scope.op !== "in") return undefined;
  if ("entities" in scope) return scope.entities.map(uidFromJson);
  return "entity" in scope ? [uidFromJson(scope.entity)] : undefined;
}

/** `a && b` in a clause is two conditions: then one can be told that does not hold. */
function clauseConditions(kind: "when" | "unless", body: ExprJson): Condition[] {
  if (kind === "unless") {
    const run = compileExpression(body);
    return [{ part: kind, json: body, holds: (request) => !truth(run, request) }];
  }
  return conjuncts(body).map((json) => {
    const run = compileExpression(json);
    return { part: kind, json, holds: (request) => truth(run, request) };
  });
}

function conjuncts(body: ExprJson): ExprJson[] {
  const parts: ExprJson[] = [];
  const open = [body];
  for (let json = open.pop(); json; json = open.pop()) {
    const both = json["&&"] as { left: ExprJson; right: ExprJson } | undefined;
    if (both) open.push(both.right, both.left);
    else parts.push(json);
  }
  return parts;
}

function truth(run: Evaluate, request: Request): boolean {
  return asBoolean(run(request));
}

/** Few conditions are the rule, and a loop over closures costs more than a call. */
function all(tests: readonly Condition["holds"][]): Condition["holds"] {
  const [a, b, c] = tests;
  if (!a) return () => true;
  if (!b) return a;
  if (!c) return (request) => a(request) && b(request);
  const rest = all(tests.slice(3));
  if (tests.length === 3) return (request) => a(request) && b(request) && c(request);
  return (request) => a(request) && b(request) && c(request) && rest(request);
}
