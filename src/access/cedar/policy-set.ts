import type { CedarEngine } from "./engine.ts";
import { type Request, Uncovered } from "./expression.ts";
import { type EvaluationFault, fault, isFault } from "./fault.ts";
import { type CompiledPolicy, compilePolicy } from "./policy.ts";
import type { Uid } from "./value.ts";

/** A decision with all that led to it. */
export interface Explained {
  readonly isAllowed: boolean;
  /** The policies that decided, sorted: forbids, or else permits. */
  readonly reasons: readonly string[];
  /** Policies that were skipped because they failed. */
  readonly errors: readonly { readonly policyId: string; readonly message: string }[];
}

/** Whether one policy applies to a request. Throws an EvaluationFault. */
export interface Judge {
  readonly id: string;
  readonly effect: "permit" | "forbid";
  readonly applies: (request: Request) => boolean;
}

/** The policies that can bear on one action: forbids first. */
export interface Bucket {
  readonly forbids: readonly Judge[];
  readonly permits: readonly Judge[];
}

export interface PolicySetOptions {
  readonly engine: CedarEngine;
  /** Cedar text by policy id. */
  readonly policies: Readonly<Record<string, string>>;
  /** No action is in another: then a policy bears on the actions that it names and no others. */
  readonly areActionsFlat?: boolean;
  /** Policies that stand before these: compiled once, shared by many sets. */
  readonly base?: PolicySet;
}

/**
 * Policies, compiled. A policy that the compiler does not cover is decided by the official engine, alone and whole;
 * none is left out.
 */
export class PolicySet {
  /** All of them, by id; the official engine keeps its parse under this very object. */
  readonly policies: Readonly<Record<string, string>>;
  readonly compiled: readonly CompiledPolicy[];
  /** Ids that the official engine decides. */
  readonly uncovered: readonly string[];
  readonly #judges: readonly { readonly judge: Judge; readonly compiled: CompiledPolicy | undefined }[];
  readonly #areActionsFlat: boolean;
  readonly #buckets = new Map<string, Bucket>();

  /** Throws policy.invalid. */
  constructor({ engine, policies, areActionsFlat = false, base }: PolicySetOptions) {
    this.policies = base ? { ...base.policies, ...policies } : policies;
    this.#areActionsFlat = areActionsFlat;
    const own = Object.entries(policies).map(([id, text]) => judgeOf(engine, id, text));
    this.#judges = base ? [...base.#judges, ...own] : own;
    this.compiled = this.#judges.flatMap(({ compiled }) => compiled ?? []);
    this.uncovered = this.#judges.filter(({ compiled }) => !compiled).map(({ judge }) => judge.id);
  }

  /** The decision alone: stops at the first policy that settles it. A policy that fails is skipped. */
  isAllowed(request: Request): boolean {
    const { forbids, permits } = this.bearingOn(request.action);
    return !anyApplies(forbids, request) && anyApplies(permits, request);
  }

  /** The decision with its determining policies and the errors of all others. */
  explain(request: Request): Explained {
    const errors: { policyId: string; message: string }[] = [];
    const { forbids, permits } = this.bearingOn(request.action);
    const applying = (judges: readonly Judge[]) =>
      judges.filter((judge) =>
        applies(judge, request, ({ message }) => errors.push({ policyId: judge.id, message })),
      );
    const [forbidding, permitting] = [applying(forbids), applying(permits)];
    const deciding = forbidding.length > 0 ? forbidding : permitting;
    return {
      isAllowed: forbidding.length === 0 && permitting.length > 0,
      reasons: deciding.map(({ id }) => id).sort(),
      errors: errors.sort((a, b) => (a.policyId < b.policyId ? -1 : 1)),
    };
  }

  /** What can bear on an action; compiled policies are judges themselves. */
  bearingOn(action: Uid): Bucket {
    const known = this.#buckets.get(action.key);
    if (known) return known;
    const bearing = this.#judges
      .filter(({ compiled }) => !compiled || this.#bearsOn(compiled, action))
      .map(({ judge }) => judge);
    const bucket = {
      forbids: bearing.filter(({ effect }) => effect === "forbid"),
      permits: bearing.filter(({ effect }) => effect === "permit"),
    };
    // Callers may ask about any action; only so many are remembered.
    if (this.#buckets.size < BUCKETS_MAX) this.#buckets.set(action.key, bucket);
    return bucket;
  }

  #bearsOn({ isEveryAction, isActionEqual, actions }: CompiledPolicy, action: Uid): boolean {
    if (isEveryAction || !actions) return true;
    return actions.some(({ key }) => key === action.key) || !(isActionEqual || this.#areActionsFlat);
  }
}

const BUCKETS_MAX = 1_000;

function anyApplies(judges: readonly Judge[], request: Request): boolean {
  for (const judge of judges) if (applies(judge, request, ignore)) return true;
  return false;
}

function ignore(): void {}

function applies(judge: Judge, request: Request, onFault: (fault: EvaluationFault) => void): boolean {
  try {
    return judge.applies(request);
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    onFault(thrown);
    return false;
  }
}

function judgeOf(engine: CedarEngine, id: string, text: string) {
  try {
    const compiled = compilePolicy(id, engine.toJson(text));
    return { judge: compiled, compiled };
  } catch (thrown) {
    if (!(thrown instanceof Uncovered)) throw thrown;
    return { judge: officialJudge(engine, id, text), compiled: undefined };
  }
}

/** Alone, a policy is a reason exactly when it applies, whatever its effect. */
function officialJudge(engine: CedarEngine, id: string, text: string): Judge {
  const alone = { [id]: text };
  return {
    id,
    effect: engine.effectOf(text),
    applies: (request) => {
      const { reasons, errors } = engine.decide(alone, request);
      if (errors.length > 0) fault("the policy failed in the official engine");
      return reasons.length > 0;
    },
  };
}
