import { createRequire } from "node:module";
import type * as Cedar from "@cedar-policy/cedar-wasm/nodejs";
import { accessError } from "../errors.ts";
import type { Request } from "./expression.ts";
import { isFault } from "./fault.ts";
import { entitiesToJson, recordToJson, uidToJson } from "./json.ts";
import { restoreLongs, shelterLongs } from "./long-literals.ts";
import type { ExprJson, PolicyJson } from "./policy-json.ts";
import { nestingFault } from "./shape.ts";

/** What the official engine decides. */
export interface OfficialAnswer {
  readonly isAllowed: boolean;
  readonly reasons: readonly string[];
  readonly errors: readonly string[];
}

export interface PolicyFault {
  /** Id of the policy, or null when the text as a whole cannot be read. */
  readonly policyId: string | null;
  readonly message: string;
  /** What would help, in the engine's words. */
  readonly hint?: string;
  /** Bytes of the policy's text (UTF-8) that the fault is about. */
  readonly at?: { readonly start: number; readonly end: number };
}

/** Policy sets that the official engine keeps parsed; the least used one makes room. */
const PARSED_MAX = 64;

/**
 * The official Cedar engine (WebAssembly): parses, validates, formats, and is the oracle. Its first use loads 4 MB,
 * which takes about 0.2 s; one per process.
 */
export class CedarEngine {
  readonly #open: () => typeof Cedar;
  #cedar: typeof Cedar;
  /** Slot in the engine by policy set, in order of use. */
  readonly #parsed = new Map<object, string>();

  constructor(open: () => typeof Cedar) {
    this.#open = open;
    this.#cedar = open();
  }

  /** Faults of syntax, and with a schema of types too. None: the policies are well. */
  check(policies: Readonly<Record<string, string>>, schema?: string): PolicyFault[] {
    const deep = Object.entries(policies).flatMap(([policyId, text]) => {
      const message = nestingFault(text);
      return message === undefined ? [] : [{ policyId, message }];
    });
    if (deep.length > 0) return deep;
    const given = { staticPolicies: { ...policies } };
    if (schema === undefined) {
      const answer = this.#ask((cedar) => cedar.checkParsePolicySet(given));
      return answer.type === "success" ? [] : answer.errors.map(toFault);
    }
    const answer = this.#ask((cedar) =>
      cedar.validate({ schema, policies: given, validationSettings: { mode: "strict" } }),
    );
    if (answer.type === "failure") return answer.errors.map(toFault);
    return answer.validationErrors.map(({ policyId, error }) => ({ ...toFault(error), policyId }));
  }

  /** The policies of a text one by one, as written. Throws policy.invalid, policy.template. */
  split(text: string): string[] {
    assertFlat(text);
    const answer = this.#ask((cedar) => cedar.policySetTextToParts(text));
    if (answer.type === "failure") throw invalid(answer.errors.map(toFault));
    if (answer.policy_templates.length > 0) throw accessError("policy.template");
    return answer.policies;
  }

  /** The JSON form of one policy, with Longs as exact as they were written. Throws policy.invalid. */
  toJson(text: string): PolicyJson {
    assertFlat(text);
    const sheltered = shelterLongs(text);
    // The original is parsed too: a literal beyond 64 bits must not pass as its stand-in.
    const faults = sheltered.longs.size > 0 ? this.check({ policy: text }) : [];
    if (faults.length > 0) throw invalid(faults);
    const answer = this.#ask((cedar) => cedar.policyToJson(sheltered.text));
    if (answer.type === "failure") throw invalid(answer.errors.map(toFault));
    return restoreLongs(answer.json as unknown as PolicyJson, sheltered.longs);
  }

  effectOf(text: string): "permit" | "forbid" {
    assertFlat(text);
    const answer = this.#ask((cedar) => cedar.policyToJson(text));
    if (answer.type === "failure") throw invalid(answer.errors.map(toFault));
    return answer.json.effect;
  }

  /** The condition as Cedar text, to show it to people. */
  expressionText(json: ExprJson): string {
    const scope = { op: "All" } as const;
    const answer = this.#ask((cedar) =>
      cedar.policyToText({
        effect: "permit",
        principal: scope,
        action: scope,
        resource: scope,
        conditions: [{ kind: "when", body: json as unknown as Cedar.Expr }],
      }),
    );
    if (answer.type === "failure") return "";
    return /when\s*\{([\s\S]*)\};?\s*$/.exec(answer.text)?.[1]?.trim() ?? answer.text;
  }

  format(text: string): string {
    assertFlat(text);
    const answer = this.#ask((cedar) =>
      cedar.formatPolicies({ policyText: text, lineWidth: 100, indentWidth: 2 }),
    );
    return answer.type === "success" ? answer.formatted_policy : text;
  }

  /**
   * Decides with policies that are parsed once; `policies` itself, being the same object, stands for them. Throws when
   * it cannot be asked: skipping a policy for that reason could skip a forbid.
   */
  decide(policies: Readonly<Record<string, string>>, request: Request): OfficialAnswer {
    const call = { ...toCall(request), preparsedPolicySetId: this.#slotOf(policies) };
    const answer = this.#ask((cedar) => cedar.statefulIsAuthorized(call));
    if (answer.type === "failure") throw new Error(answer.errors.map(({ message }) => message).join("; "));
    const { decision, diagnostics } = answer.response;
    return {
      isAllowed: decision === "allow",
      reasons: [...diagnostics.reason].sort(),
      errors: diagnostics.errors.map(({ policyId }) => policyId).sort(),
    };
  }

  #slotOf(policies: Readonly<Record<string, string>>): string {
    const known = this.#parsed.get(policies);
    this.#parsed.delete(policies);
    const slot = known ?? this.#parse(policies);
    this.#parsed.set(policies, slot);
    return slot;
  }

  #parse(policies: Readonly<Record<string, string>>): string {
    let slot = `set${this.#parsed.size}`;
    if (this.#parsed.size >= PARSED_MAX) {
      const [oldest, itsSlot] = this.#parsed.entries().next().value as [object, string]; // there are 64
      this.#parsed.delete(oldest);
      slot = itsSlot;
    }
    for (const text of Object.values(policies)) assertFlat(text);
    const answer = this.#ask((cedar) => cedar.preparsePolicySet(slot, { staticPolicies: { ...policies } }));
    if (answer.type === "failure") throw invalid(answer.errors.map(toFault));
    return slot;
  }

  /** An engine that ran out of stack answers nothing any more, whatever it is asked: another one takes its place. */
  #ask<T>(work: (cedar: typeof Cedar) => T): T {
    try {
      return work(this.#cedar);
    } catch (thrown) {
      // RuntimeError: of WebAssembly, whose memory is not to be trusted any more.
      const isBroken = thrown instanceof Error && ["RuntimeError", "RangeError"].includes(thrown.name);
      if (!isBroken) throw thrown;
      this.#cedar = this.#open();
      this.#parsed.clear();
      throw new Error("The official engine broke and was replaced.", { cause: thrown });
    }
  }
}

let loading: Promise<CedarEngine> | undefined;

export function loadCedar(): Promise<CedarEngine> {
  loading ??= Promise.resolve().then(() => new CedarEngine(openCedar));
  return loading;
}

/** A fresh one each time: `import` would hand out the first one for ever. */
function openCedar(): typeof Cedar {
  const require = createRequire(import.meta.url);
  const path = require.resolve("@cedar-policy/cedar-wasm/nodejs");
  delete require.cache[path];
  return require(path) as typeof Cedar;
}

function assertFlat(text: string): void {
  const message = nestingFault(text);
  if (message !== undefined) throw invalid([{ policyId: null, message }]);
}

function toCall(request: Request): Omit<Cedar.StatefulAuthorizationCall, "preparsedPolicySetId"> {
  try {
    return {
      principal: uidToJson(request.principal),
      action: uidToJson(request.action),
      resource: uidToJson(request.resource),
      context: recordToJson(request.context) as Cedar.Context,
      entities: entitiesToJson(request.entities) as Cedar.Entities,
    };
  } catch (thrown) {
    if (isFault(thrown)) throw new Error(`The official engine cannot be asked: ${thrown.message}.`);
    throw thrown;
  }
}

function toFault({ message, help, sourceLocations }: Cedar.DetailedError): PolicyFault {
  const [first] = sourceLocations ?? [];
  const hint = help ?? first?.label ?? undefined;
  return {
    policyId: null,
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(first ? { at: { start: first.start, end: first.end } } : {}),
  };
}

function invalid(faults: readonly PolicyFault[]) {
  const problems = faults.map(({ policyId, message, at }) => ({
    path: policyId ?? "policy",
    message: at ? `${message} (at character ${at.start + 1})` : message,
  }));
  return accessError("policy.invalid", {}, { problems });
}
