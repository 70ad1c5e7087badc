import { type Body, isBody, strings, unwrap } from "./ast.ts";
import { type FromItem, fromItems } from "./from.ts";
import { quote } from "./names.ts";
import { isStar, type Names, type QueryText } from "./query.ts";

/** Spells `*` and `t.*` out where it would show tenant_id, so that the query has the columns it had before. */
export function starEdits(at: QueryText, select: Body, names: Names): void {
  const targets = select["targetList"];
  if (!Array.isArray(targets)) return;
  const items = fromItems(at.model, select["fromClause"], names);
  if (!items.some((item) => item.table && !item.table.shared)) return;
  for (const target of targets) {
    const value = unwrap(target)?.[1]["val"];
    if (!isStar(value)) continue;
    const reference = unwrap(value)?.[1] as Body;
    const qualifier = strings(reference["fields"]).at(-1) ?? null;
    const text = qualifier ? expandOne(items, qualifier) : expandAll(select, items);
    if (text === null) continue;
    const start = reference["location"];
    // `TABLE t` is `SELECT * FROM t` without a star to replace.
    const end = typeof start === "number" ? starEnd(at, start) : null;
    if (typeof start === "number" && end !== null) at.edits.push({ start, end, text });
  }
}

function expandOne(items: readonly FromItem[], qualifier: string): string | null {
  const item = items.find((each) => each.alias === qualifier);
  return item?.table && !item.table.shared ? columnsOf(item) : null;
}

/** Joins by USING or NATURAL merge columns, and show them first; only plain lists are spelled out here. */
function expandAll(select: Body, items: readonly FromItem[]): string | null {
  if (items.some((item) => item.alias === "")) return null;
  const merged = mergedColumns(select["fromClause"]);
  if (merged === null) return null;
  if (merged.length > 0 && items.some((item) => !item.table)) return null;
  const rest = items.map((item) => (item.table ? columnsOf(item, merged) : `${quote(item.alias)}.*`));
  return [...merged.map(quote), ...rest].filter((part) => part !== "").join(", ");
}

function columnsOf(item: FromItem, without: readonly string[] = []): string {
  const columns = item.table?.columns.filter((column) => !without.includes(column.name)) ?? [];
  return columns.map((column) => `${quote(item.alias)}.${quote(column.name)}`).join(", ");
}

/** Columns of the one USING clause; null when they cannot be told. */
function mergedColumns(clause: unknown): string[] | null {
  const joins: Body[] = [];
  const visit = (item: unknown): void => {
    const [kind, body] = unwrap(item) ?? ["", {} as Body];
    if (kind !== "JoinExpr") return;
    joins.push(body);
    visit(body["larg"]);
    visit(body["rarg"]);
  };
  for (const item of Array.isArray(clause) ? clause : []) visit(item);
  if (joins.some((join) => join["isNatural"] === true || isBody(join["alias"]))) return null;
  const using = joins.filter((join) => Array.isArray(join["usingClause"]));
  if (using.length === 0) return [];
  return using.length === 1 && joins.length === 1 ? strings(using[0]?.["usingClause"]) : null;
}

function starEnd(at: QueryText, start: number): number | null {
  const list = at.tokens();
  for (
    let index = list.findIndex((token) => token.start === start);
    index >= 0 && index < list.length;
    index++
  ) {
    if (list[index]?.text === "*") return list[index]?.end ?? null;
  }
  return null;
}
