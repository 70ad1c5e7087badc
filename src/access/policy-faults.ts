import { isTenancyError } from "../base/errors.ts";
import type { Access } from "./access.ts";
import type { CedarEngine } from "./cedar/engine.ts";
import { compilePolicy } from "./cedar/policy.ts";
import { isPermission, type Permission, scopeOf } from "./permissions.ts";
import { type Place, placeOfByte } from "./places.ts";

/** Something that the official engine, or this platform, has against a policy; and where in its text. */
export interface PolicyTextFault {
  readonly message: string;
  readonly hint: string | null;
  readonly start: Place;
  readonly end: Place;
}

const ID = "policy";
const BEGINNING = { start: { line: 1, column: 1 }, end: { line: 1, column: 1 } };

/** Everything that is against a text as one policy of a tenant. */
export function policyFaults(access: Pick<Access, "check" | "engine">, text: string): PolicyTextFault[] {
  if (countOf(access.engine, text) > 1)
    return [{ message: "Expected one policy, got several.", hint: null, ...BEGINNING }];
  if (isTemplate(access.engine, text)) {
    const message = "Expected a policy, got a template: its slots are not filled here.";
    return [{ message, hint: null, ...BEGINNING }];
  }
  const told = access.check({ [ID]: text }).map(({ message, hint = null, at }) => ({
    message: message.replace(
      /^(for policy `policy`, |failed to parse policy with id `policy` from string: )/,
      "",
    ),
    hint,
    start: placeOfByte(text, at?.start ?? 0),
    end: placeOfByte(text, at?.end ?? 0),
  }));
  if (told.length > 0) return told;
  const problem = shapeProblem(access.engine, text);
  return problem === undefined ? [] : [{ message: problem, hint: null, ...BEGINNING }];
}

/** It has slots to be filled by links, which this platform does not keep. */
export function isTemplate(engine: CedarEngine, text: string): boolean {
  try {
    engine.split(text);
    return false;
  } catch (failure) {
    return isTenancyError(failure, "policy.template");
  }
}

/** The permissions of tenants that a permit names. */
export function permittedBy(engine: CedarEngine, text: string): Permission[] {
  return actionsOf(engine, text).filter(
    (name): name is Permission => isPermission(name) && scopeOf(name) === "tenant",
  );
}

/** What this platform asks of a permit besides the schema: what it gives must be held by its author. */
function shapeProblem(engine: CedarEngine, text: string): string | undefined {
  if (engine.effectOf(text) === "forbid") return undefined;
  const actions = actionsOf(engine, text);
  if (actions.length === 0) return "Expected a permit to name its actions, one by one.";
  return permittedBy(engine, text).length < actions.length
    ? "Expected a permit of permissions of tenants only."
    : undefined;
}

function actionsOf(engine: CedarEngine, text: string): string[] {
  return (compilePolicy(ID, engine.toJson(text)).actions ?? []).map(({ id }) => id);
}

/** 0 for a text that cannot be read: why, the check tells. */
function countOf(engine: CedarEngine, text: string): number {
  try {
    return engine.split(text).length;
  } catch {
    return 0;
  }
}
