import type { ViewStmt } from "@pgsql/types";
import { type Body, parseOne, strings, type Token, tokens, unwrap } from "./ast.ts";
import { applyEdits, type Edit, insertAt } from "./edits.ts";
import { fromItems } from "./from.ts";
import { type AppModel, keyOf, type View } from "./model.ts";
import { quote, relationName } from "./names.ts";
import { columnOf, queryEdits } from "./query.ts";
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
  work.model.views[keyOf(schema, name)] = { schema, name, columns: viewColumns(work.model, adapted) };
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

function viewColumns(model: AppModel, statement: ViewStmt): View["columns"] {
  const aliases = strings(statement.aliases);
  let select: Body = unwrap(statement.query)?.[1] ?? {};
  while (select["larg"]) select = select["larg"] as Body;
  const items = fromItems(model, select["fromClause"], new Set());
  const targets = (select["targetList"] as unknown[] | undefined) ?? [];
  return targets.map((target, index) => {
    const body = unwrap(target)?.[1] ?? {};
    const reference = columnOf(body["val"]);
    const name =
      aliases[index] ?? (typeof body["name"] === "string" ? body["name"] : (reference?.column ?? "?column?"));
    const from = items.find(
      (item) =>
        (reference?.relation ?? item.alias) === item.alias &&
        item.table?.columns.some((column) => column.name === reference?.column),
    );
    return {
      name,
      type: from?.table?.columns.find((column) => column.name === reference?.column)?.type ?? null,
    };
  });
}
