import { accessError } from "../access/errors.ts";
import { isTenancyError } from "../base/errors.ts";
import { type Asked, type Evaluated, type EvaluationParts, evaluate, readEvaluation } from "./authzen.ts";
import { lookUp } from "./authzen-subjects.ts";

/** Evaluations in one request. */
export const EVALUATIONS_MAX = 200;

type Json = Readonly<Record<string, unknown>>;
const SEMANTICS = ["execute_all", "deny_on_first_deny", "permit_on_first_permit"] as const;
type Semantic = (typeof SEMANTICS)[number];

/**
 * Section 7: many at once. Top-level keys are defaults of each; without any `evaluations` it is one. A fault of one is
 * its denial, and the others are decided.
 *
 * @throws authzen.bad_request for faults of the whole
 */
export async function evaluateAll(
  parts: EvaluationParts,
  tenantId: string,
  input: Json,
): Promise<Evaluated | { readonly evaluations: readonly Evaluated[] }> {
  const { evaluations, options, ...defaults } = input;
  if (evaluations === undefined || (Array.isArray(evaluations) && evaluations.length === 0))
    return evaluate(parts, tenantId, readEvaluation(defaults));
  if (!Array.isArray(evaluations) || evaluations.length > EVALUATIONS_MAX)
    throw bad("evaluations", `Expected \`evaluations\` to be a list of at most ${EVALUATIONS_MAX}.`);
  const semantic = semanticOf(options);
  const answers: Evaluated[] = [];
  const questions = (evaluations as readonly unknown[]).map((each) =>
    read({ ...defaults, ...(isObject(each) ? each : { subject: null }) }),
  );
  const subjects = questions.flatMap((each) => ("asked" in each ? [each.asked.subject] : []));
  const lookup = await lookUp(parts, tenantId, subjects);
  for (const each of questions) {
    const answer = "asked" in each ? await evaluate(parts, tenantId, each.asked, lookup) : each.fault;
    answers.push(answer);
    if (semantic === "deny_on_first_deny" && !answer.decision) break;
    if (semantic === "permit_on_first_permit" && answer.decision) break;
  }
  return { evaluations: answers };
}

function read(input: Json): { readonly asked: Asked } | { readonly fault: Evaluated } {
  try {
    return { asked: readEvaluation(input) };
  } catch (failure) {
    if (!isTenancyError(failure) || failure.code !== "authzen.bad_request") throw failure;
    const message = failure.problems.map((problem) => problem.message).join(" ");
    return { fault: { decision: false, context: { error: { status: 400, message } } } };
  }
}

function semanticOf(options: unknown): Semantic {
  const asked = isObject(options) ? (options["evaluations_semantic"] ?? "execute_all") : "execute_all";
  const known = SEMANTICS.find((each) => each === asked);
  if (!known)
    throw bad(
      "options.evaluations_semantic",
      `Expected \`evaluations_semantic\` to be one of ${SEMANTICS.join(", ")}.`,
    );
  return known;
}

function bad(path: string, message: string) {
  return accessError("authzen.bad_request", {}, { problems: [{ path, message }] });
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
