import { type Body, isBody, unwrap } from "./ast.ts";
import { insertAt } from "./edits.ts";
import { fromItems } from "./from.ts";
import { TENANT_COLUMN } from "./guard.ts";
import { quote } from "./names.ts";
import { columnOf, isStar, type Names, type QueryText, wordBefore } from "./query.ts";

/**
 * `GROUP BY t.id` lets a query show every column of t, because id is its key. The key is (tenant_id, id) now, so
 * tenant_id joins the list. It changes no group: within one tenant it depends on id.
 */
export function groupEdits(at: QueryText, select: Body, names: Names): void {
  const clause = select["groupClause"];
  if (!Array.isArray(clause) || clause.length === 0) return;
  if (clause.some((item) => unwrap(item)?.[0] === "GroupingSet")) return;
  const items = fromItems(at.model, select["fromClause"], names);
  const columns = clause
    .flatMap(listed)
    .map((item) => groupedColumn(select, item))
    .filter((column) => column !== null);
  const added = items.flatMap(({ alias, table }) => {
    if (!table || table.shared || table.primaryKey.length === 0) return [];
    const isGrouped = (name: string) =>
      columns.some((each) => each.column === name && isOf(each.relation, alias));
    if (!table.primaryKey.every(isGrouped) || isGrouped(TENANT_COLUMN)) return [];
    return [` ${quote(alias)}.${TENANT_COLUMN},`];
  });
  const start = added.length > 0 ? afterGroupBy(at, clause) : null;
  if (start !== null) at.edits.push(insertAt(start, added.join("")));
}

/** `GROUP BY (a, b)` is a list like `GROUP BY a, b`; only ROW(a, b) is one value. */
function listed(item: unknown): unknown[] {
  const [kind, body] = unwrap(item) ?? ["", {}];
  return kind === "RowExpr" && body["row_format"] === "COERCE_IMPLICIT_CAST" && Array.isArray(body["args"])
    ? body["args"].flatMap(listed)
    : [item];
}

function isOf(relation: string | null, alias: string): boolean {
  return relation === null || relation === alias;
}

/** The column that an item of GROUP BY names: directly, by its place in the select list, or by its output name. */
function groupedColumn(select: Body, item: unknown): { relation: string | null; column: string } | null {
  const direct = columnOf(item);
  const targets =
    (select["targetList"] as unknown[] | undefined)?.map((target) => unwrap(target)?.[1] ?? {}) ?? [];
  if (direct) {
    const output =
      direct.relation === null ? targets.find((target) => target["name"] === direct.column) : undefined;
    return columnOf(output?.["val"]) ?? direct;
  }
  const constant = unwrap(item)?.[0] === "A_Const" ? unwrap(item)?.[1]["ival"] : null;
  if (!isBody(constant)) return null;
  const place = Number(constant["ival"] ?? 0);
  const before = targets.slice(0, place);
  return before.some((target) => isStar(target["val"])) ? null : columnOf(targets[place - 1]?.["val"]);
}

/** The offset behind `GROUP BY`, or behind `GROUP BY DISTINCT`. */
function afterGroupBy(at: QueryText, clause: readonly unknown[]): number | null {
  const by = wordBefore(at, clause, "by");
  if (!by) return null;
  const next = at.tokens().find((token) => token.start >= by.end);
  const hasMode = next && !next.isQuoted && (next.word === "distinct" || next.word === "all");
  return hasMode ? next.end : by.end;
}
