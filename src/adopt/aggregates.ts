import { type Body, isBody, strings, unwrap } from "./ast.ts";
import { keyOf, own } from "./model.ts";
import { quote, relationName } from "./names.ts";
import { typeText } from "./type-text.ts";
import { emit, refuse, type Unit, type Work } from "./work.ts";

const CALLED = new Set([
  "sfunc",
  "finalfunc",
  "combinefunc",
  "msfunc",
  "minvfunc",
  "mfinalfunc",
  "function",
  "procedure",
]);
/** serialfunc and deserialfunc take what only C reads. */
const KNOWN = new Set([
  ...CALLED,
  ...["stype", "sspace", "initcond", "mstype", "msspace", "minitcond", "parallel", "sortop"],
  ...["finalfunc_extra", "finalfunc_modify", "mfinalfunc_extra", "mfinalfunc_modify", "basetype"],
  ...["leftarg", "rightarg", "commutator", "negator", "restrict", "join", "hashes", "merges"],
]);

/** PostgreSQL runs row security before it calls either, so they are as safe as the functions that they call. */
export function createAggregate(work: Work, body: Body, unit: Unit): void {
  checkParts(work, body, "An aggregate");
  const types = argumentTypes(body);
  emit(work, "place", unit.text);
  const names = strings(body["defnames"]);
  const name = relationName(names.length > 1 ? (names.at(-2) as string) : "public", names.at(-1) ?? "");
  emit(work, "place", `grant execute on function ${name}(${types.join(", ")}) to ${quote(work.appRole)}`);
}

export function createOperator(work: Work, body: Body, unit: Unit): void {
  checkParts(work, body, "An operator");
  emit(work, "place", unit.text);
}

function checkParts(work: Work, body: Body, what: string): void {
  for (const item of Array.isArray(body["definition"]) ? body["definition"] : []) {
    const part = unwrap(item)?.[1] ?? {};
    const name = String(part["defname"]).toLowerCase();
    const names = strings(unwrap(part["arg"])?.[1]["names"]);
    if (!KNOWN.has(name)) refuse(`${what} with ${name} is not known to be safe.`, "Leave that part out.");
    if (CALLED.has(name)) checkCalled(work, names, what);
    // What the planner asks for selectivity sees statistics of all rows; PostgreSQL's own know whom they may tell.
    if ((name === "restrict" || name === "join") && !/^\w+sel$/.test(names.join(".")))
      refuse(`${what} with an estimator of its own is not known to be safe.`, "Leave that part out.");
  }
}

function checkCalled(work: Work, names: readonly string[], what: string): void {
  const called = own(work.model.functions, keyOf(names.at(-2), names.at(-1) ?? ""));
  if (called && !called.securityDefiner && called.deeds.length === 0) return;
  refuse(
    `${what} may call only functions of these files that do no more than compute.`,
    `Write ${names.at(-1)} in SQL or PL/pgSQL, or use an aggregate or operator that PostgreSQL brings.`,
  );
}

function argumentTypes(body: Body): string[] {
  const [list, direct] = Array.isArray(body["args"]) ? body["args"] : [];
  if (list === undefined)
    refuse("The old form of CREATE AGGREGATE is not read.", "Write its types behind its name.");
  if (Number(unwrap(direct)?.[1]["ival"] ?? -1) >= 0)
    refuse(
      "An ordered-set aggregate of the app's own is not known to be safe.",
      "Use one that PostgreSQL brings.",
    );
  const items = unwrap(list)?.[1]["items"];
  return (Array.isArray(items) ? items : []).flatMap((item) => {
    const parameter = unwrap(item)?.[1] ?? {};
    const type = isBody(parameter["argType"]) ? typeText(parameter["argType"]) : null;
    return type === null ? [] : [parameter["mode"] === "FUNC_PARAM_VARIADIC" ? `variadic ${type}` : type];
  });
}
