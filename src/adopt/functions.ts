import type { AlterFunctionStmt, CreateFunctionStmt, Node } from "@pgsql/types";
import { type Body, children, isBody, parse, strings, type Token, tokens, unwrap } from "./ast.ts";
import { bodyOf } from "./body.ts";
import { applyEdits, type Edit } from "./edits.ts";
import { TENANT_COLUMN } from "./guard.ts";
import { keyOf, own } from "./model.ts";
import { quote, relationName } from "./names.ts";
import { checkProcedural, deeds, proceduralEdits } from "./plpgsql.ts";
import { type QueryRules, queryEdits } from "./query.ts";
import { typeText } from "./type-text.ts";
import { dropPublic } from "./unqualify.ts";
import { emit, knownModel, notice, refuse, type Unit, type Work } from "./work.ts";

/** What a function declares about itself. */
interface Head {
  language: string;
  isDefiner: boolean;
  isPinned: boolean;
  body: string | null;
}

export function createFunction(work: Work, statement: CreateFunctionStmt, unit: Unit): void {
  const names = strings(statement.funcname);
  const name = names.at(-1) ?? "";
  const schema = names.length > 1 ? (names.at(-2) as string) : "public";
  const head = readHead(statement);
  checkHead(work, statement, head, name);
  const edits = [...searchPathEdits(statement, unit), ...bodyEdits(work, statement, unit, head)];
  const kind = statement.is_procedure ? "procedure" : "function";
  work.model.functions[keyOf(schema, name)] = {
    ...{ schema, name, kind, language: head.language, securityDefiner: head.isDefiner },
    deeds: head.body === null ? [] : deeds(head.body),
  };
  const text = applyEdits(unit.text, edits);
  const signature = `${relationName(schema, name)}(${argumentTypes(statement).join(", ")})`;
  const grant = `grant execute on ${kind} ${signature} to ${quote(work.appRole)}`;
  if (work.sharedFunctions.has(name)) {
    // A shared table needs it in public, the place its own; where both are one schema the second replaces the first.
    const replacing = applyEdits(text, statement.replace ? [] : [orReplace(text)]);
    if (work.sharedTexts.get(signature) === replacing) return;
    work.sharedTexts.set(signature, replacing);
    for (const scope of ["database", "place"] as const) {
      emit(work, scope, replacing);
      emit(work, scope, grant);
    }
    return;
  }
  emit(work, "place", text);
  emit(work, "place", grant);
}

function readHead(statement: CreateFunctionStmt): Head {
  const { text, language } = bodyOf(statement);
  const head: Head = { language, isDefiner: false, isPinned: false, body: text };
  for (const option of statement.options ?? []) {
    const body = unwrap(option)?.[1] ?? {};
    const [kind, value] = unwrap(body["arg"]) ?? ["", {} as Body];
    if (body["defname"] === "security") head.isDefiner = value["boolval"] === true;
    if (body["defname"] === "set" && kind === "VariableSetStmt") readSetting(head, value);
  }
  return head;
}

function readSetting(head: Head, setting: Body): void {
  const name = String(setting["name"] ?? "");
  if (name === "search_path") head.isPinned = true;
  else if (
    name.startsWith("tenancy.") ||
    name === "role" ||
    name === "session_authorization" ||
    name === "row_security"
  ) {
    refuse(`A function may not set ${name}.`, "Leave the SET clause out.");
  }
}

function checkHead(work: Work, statement: CreateFunctionStmt, head: Head, name: string): void {
  if (head.language !== "sql" && head.language !== "plpgsql") {
    refuse(
      `A function in ${head.language} is not read here, and may reach outside the tenant.`,
      "Write it in SQL or PL/pgSQL.",
    );
  }
  const parameters = (statement.parameters ?? []).map((each) => unwrap(each)?.[1]["name"]);
  if (parameters.includes(TENANT_COLUMN)) {
    refuse(`The parameter tenant_id of ${name} would be mistaken for the column.`, "Give it another name.");
  }
  if (head.isDefiner && !head.isPinned) {
    refuse(
      `${name} is SECURITY DEFINER without a pinned search_path: its caller decides what its names mean.`,
      "Add SET search_path = public, pg_temp; or drop SECURITY DEFINER.",
    );
  }
  if (head.body !== null) checkProcedural(work, head.body, name, head.isDefiner);
  if (head.isDefiner) refuseLending(work, name);
}

/** What a SECURITY DEFINER function calls, also by a trigger, runs with the owner's rights too. */
function refuseLending(work: Work, name: string): void {
  const risky = Object.values(work.ahead?.functions ?? {}).find((each) => each.deeds.length > 0);
  if (!risky) return;
  refuse(
    `${name} is SECURITY DEFINER and could lend the owner's rights to ${risky.name}, which ${risky.deeds.join(" and ")}.`,
    `Drop SECURITY DEFINER, or write the statements of ${risky.name} out.`,
  );
}

/** A place may be any schema, so a pinned path is the one at creation: the place, then extensions. */
function searchPathEdits(statement: CreateFunctionStmt, unit: Unit): Edit[] {
  const list = tokens(unit.text);
  return (statement.options ?? []).flatMap((option) => {
    const body = unwrap(option)?.[1] ?? {};
    const setting = unwrap(body["arg"])?.[1];
    if (
      body["defname"] !== "set" ||
      setting?.["name"] !== "search_path" ||
      setting["kind"] === "VAR_SET_CURRENT"
    )
      return [];
    const start = list.findIndex((token) => token.start === Number(body["location"]));
    const count = (setting["args"] as unknown[] | undefined)?.length ?? 0;
    // SET search_path TO a, b: three tokens, then one per name and per comma.
    const last = list[start + 2 + Math.max(count * 2 - 1, 1)];
    const first = list[start];
    return first && last ? [{ start: first.start, end: last.end, text: "SET search_path FROM CURRENT" }] : [];
  });
}

function bodyEdits(work: Work, statement: CreateFunctionStmt, unit: Unit, head: Head): Edit[] {
  const returned = statement.returnType ? strings(statement.returnType.names).at(-1) : null;
  const returnsTable =
    returned !== null && returned !== undefined && own(knownModel(work).tables, returned) !== null;
  const rules: QueryRules = {
    model: knownModel(work),
    listsColumns: "always",
    stars: returnsTable ? "none" : "all",
  };
  if (statement.sql_body) {
    const nodes = (unwrap(statement.sql_body) ? children({ body: statement.sql_body }) : []).map(
      ([kind, body]) => ({ [kind]: body }) as unknown as Node,
    );
    return queryEdits(unit.text, nodes, rules);
  }
  if (head.body === null) return [];
  const changed =
    head.language === "sql" ? rewriteSqlBody(head.body, rules) : rewriteProcedural(head.body, rules);
  return changed === head.body ? [] : [replaceBody(unit, head.body, changed)];
}

function rewriteSqlBody(body: string, rules: QueryRules): string {
  const text = applyEdits(body, dropPublic(body));
  const statements = parse(text);
  return applyEdits(
    text,
    queryEdits(
      text,
      statements.map((each) => each.node),
      rules,
    ),
  );
}

function rewriteProcedural(body: string, rules: QueryRules): string {
  const text = applyEdits(body, dropPublic(body));
  return applyEdits(text, proceduralEdits(text, { ...rules, stars: "counted" }, rules.stars));
}

function replaceBody(unit: Unit, before: string, after: string): Edit {
  const literal = tokens(unit.text).find((token) => isBodyLiteral(token, before));
  if (!literal)
    refuse("The function's body cannot be found in its text.", "Write the body between $$ and $$.");
  const tag = /^\$[^$]*\$/.exec(literal.text)?.[0] ?? freeTag(after);
  return { start: literal.start, end: literal.end, text: `${tag}${after}${tag}` };
}

function isBodyLiteral(token: Token, body: string): boolean {
  const tag = /^\$[^$]*\$/.exec(token.text)?.[0];
  if (tag) return token.text === `${tag}${body}${tag}`;
  return (
    token.text === `'${body.replaceAll("'", "''")}'` ||
    (/^[eE]?'/.test(token.text) && token.text.length > body.length)
  );
}

function freeTag(body: string): string {
  let tag = "$body$";
  for (let count = 1; body.includes(tag); count++) tag = `$body${count}$`;
  return tag;
}

function orReplace(text: string): Edit {
  const first = tokens(text)[0];
  return { start: first?.end ?? 0, end: first?.end ?? 0, text: " or replace" };
}

const INPUT_MODES = new Set([
  "FUNC_PARAM_IN",
  "FUNC_PARAM_INOUT",
  "FUNC_PARAM_VARIADIC",
  "FUNC_PARAM_DEFAULT",
]);

function argumentTypes(statement: CreateFunctionStmt): string[] {
  return (statement.parameters ?? []).flatMap((parameter) => {
    const body = unwrap(parameter)?.[1] ?? {};
    const isInput = INPUT_MODES.has(String(body["mode"])) || statement.is_procedure === true;
    if (!isInput || !isBody(body["argType"])) return [];
    const mode =
      body["mode"] === "FUNC_PARAM_VARIADIC" ? "variadic " : body["mode"] === "FUNC_PARAM_OUT" ? "out " : "";
    return [`${mode}${typeText(body["argType"])}`];
  });
}

export function alterFunction(work: Work, statement: AlterFunctionStmt, unit: Unit): void {
  const name = strings(statement.func?.objname).at(-1) ?? "";
  for (const action of statement.actions ?? []) {
    const body = unwrap(action)?.[1] ?? {};
    const value = unwrap(body["arg"])?.[1];
    if (body["defname"] === "security" && value?.["boolval"] === true) {
      refuse(
        `${name} becomes SECURITY DEFINER after its body was checked.`,
        "Say so in CREATE OR REPLACE FUNCTION, with SET search_path.",
      );
    }
    if (body["defname"] === "set") {
      refuse(`A setting of ${name} changes after it was checked.`, "Say so in CREATE OR REPLACE FUNCTION.");
    }
  }
  emit(work, "place", unit.text);
  if (work.sharedFunctions.has(name))
    notice(work, `${name} also lives in public.`, "Use CREATE OR REPLACE FUNCTION to change both.");
}
