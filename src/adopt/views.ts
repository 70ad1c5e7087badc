import type { ViewStmt } from "@pgsql/types";
import { type Body, isBody, parseOne, strings, type Token, tokens, unwrap } from "./ast.ts";
import { applyEdits, type Edit, insertAt } from "./edits.ts";
import { fromItems } from "./from.ts";
import { type AppModel, keyOf } from "./model.ts";
import { quote, relationName } from "./names.ts";
import { columnOf, queryEdits } from "./query.ts";
import { typeText } from "./type-text.ts";
import { emit, refuse, type Unit, type Work } from "./work.ts";

/** A view runs with its reader's rights (security_invoker), shows the columns it showed, and is granted like a table. */
export function createView(work: Work, statement: ViewStmt, unit: Unit) {
  const schema = statement.view?.schemaname ?? "public";
  const name = statement.view?.relname ?? "";
  if (statement.view?.relpersistence === "t") {
    refuse(
      "A temporary view belongs to a connection, and connections are shared by tenants.",
      "Use a CTE, or a plain view.",
    );
  }
  const edits = queryEdits(unit.text, [unit.node], {
    model: work.model,
    listsColumns: "always",
    stars: "all",
  });
  const text = applyEdits(unit.text, [...edits, ...invokerEdits(statement, tokens(unit.text))]);
  const adapted = unwrap(parseOne(text))?.[1] as ViewStmt;
  work.model.views[keyOf(schema, name)] = {
    schema,
    name,
    columns: outputColumns(work.model, adapted.query, strings(adapted.aliases)),
  };
  emit(work, "place", text);
  const grant = `grant select, insert, update, delete on ${relationName(schema, name)} to ${quote(work.appRole)}`;
  emit(work, "place", grant);
}

function invokerEdits(statement: ViewStmt, list: readonly Token[]): Edit[] {
  for (const option of statement.options ?? []) {
    const body = unwrap(option)?.[1];
    if (body?.["defname"] !== "security_invoker") continue;
    if (isTrue(body["arg"])) return [];
    refuse("Without security_invoker a view would read with its owner's rights.", "Leave the option out.");
  }
  const start = statement.view?.location ?? 0;
  let depth = 0;
  for (
    let index = list.findIndex((token) => token.start >= start);
    index >= 0 && index < list.length;
    index++
  ) {
    const token = list[index] as Token;
    if (token.text === "(") depth += 1;
    else if (token.text === ")") depth -= 1;
    if (depth > 0 || token.isQuoted) continue;
    const next = list[index + 1];
    if (token.word === "with" && next?.text === "(") return [insertAt(next.end, "security_invoker = true, ")];
    if (token.word === "as") return [insertAt(token.start, "with (security_invoker = true) ")];
  }
  return refuse("The view's head cannot be read.", "Write CREATE VIEW name AS SELECT …");
}

function isTrue(value: unknown): boolean {
  const [kind, body] = unwrap(value) ?? ["", {} as Body];
  if (kind === "") return true;
  if (kind === "Boolean") return body["boolval"] === true;
  if (kind === "Integer") return body["ival"] === 1;
  return ["true", "on", "yes", "1"].includes(String(body["sval"] ?? "").toLowerCase());
}

/** Names and types of what a query gives; a type is null where it cannot be told from the text. */
export function outputColumns(
  model: AppModel,
  query: unknown,
  aliases: readonly string[],
): { name: string; type: string | null }[] {
  let select: Body = unwrap(query)?.[1] ?? {};
  while (select["larg"]) select = select["larg"] as Body;
  const items = fromItems(model, select["fromClause"], new Set());
  const targets = (select["targetList"] as unknown[] | undefined) ?? [];
  return targets.map((target, index) => {
    const body = unwrap(target)?.[1] ?? {};
    const named = aliases[index] ?? body["name"];
    const name = typeof named === "string" ? named : (nameOf(body["val"]) ?? "?column?");
    return { name, type: typeOf(items, body["val"]) };
  });
}

function nameOf(value: unknown): string | undefined {
  const [kind, body] = unwrap(value) ?? ["", {} as Body];
  if (kind === "TypeCast") return nameOf(body["arg"]);
  return kind === "FuncCall" ? strings(body["funcname"]).at(-1) : columnOf(value)?.column;
}

function typeOf(items: ReturnType<typeof fromItems>, value: unknown): string | null {
  const [kind, body] = unwrap(value) ?? ["", {} as Body];
  if (kind === "TypeCast" && isBody(body["typeName"])) return typeText(body["typeName"]);
  if (kind === "FuncCall") {
    const called = strings(body["funcname"]).join(".");
    if (called === "count") return "bigint";
    const [argument] = Array.isArray(body["args"]) ? body["args"] : [];
    return called === "min" || called === "max" ? typeOf(items, argument) : null;
  }
  const reference = columnOf(value);
  const from = items.find(
    (item) =>
      (reference?.relation ?? item.alias) === item.alias &&
      item.table?.columns.some((column) => column.name === reference?.column),
  );
  return from?.table?.columns.find((column) => column.name === reference?.column)?.type ?? null;
}
