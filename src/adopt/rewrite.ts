import type { Node } from "@pgsql/types";
import { type Body, parse, strings, walk } from "./ast.ts";
import { applyEdits, type Edit } from "./edits.ts";
import type { AppModel } from "./model.ts";
import { queryEdits } from "./query.ts";

/** Words without which nothing is ever rewritten. They only spare the parser work; they decide nothing. */
const MAY_NEED_WORK = /conflict|group|insert|public|select[\s\S]*(?:select|table)/i;

/**
 * The app's query as it must read on tenant tables. The same string comes back when nothing is to be done, also for
 * several statements in one text and for text that PostgreSQL cannot read: it reports that itself. Synchronous, and
 * worth a cache by text; `loadParser` must have been awaited before.
 */
export function rewriteQuery(sql: string, model: AppModel): string {
  if (!MAY_NEED_WORK.test(sql)) return sql;
  let nodes: Node[];
  try {
    nodes = parse(sql).map((statement) => statement.node);
  } catch {
    return sql;
  }
  if (nodes.length !== 1) return sql;
  const edits = queryEdits(sql, nodes, { model, listsColumns: "when needed", stars: "counted" });
  return applyEdits(sql, [...edits, ...unqualifyEdits(sql, nodes)]);
}

/** ORMs write "public"."tracks"; the tenant's place may be another schema, so the search path decides. */
function unqualifyEdits(sql: string, nodes: readonly Node[]): Edit[] {
  if (!sql.includes("public")) return [];
  const bytes = Buffer.from(sql);
  const hidden = new Set<string>();
  const starts: [number, string][] = [];
  walk({ List: { items: nodes } }, (kind, body) => {
    if (kind === "CommonTableExpr") hidden.add(String(body["ctename"]));
    const name = qualifiedName(kind, body);
    if (name && typeof body["location"] === "number") starts.push([body["location"], name]);
  });
  return starts.flatMap(([start, name]) => {
    const prefix = /^(?:public|"public")\s*\.\s*/i.exec(bytes.toString("utf8", start, start + 40))?.[0];
    return prefix && !hidden.has(name) ? [{ start, end: start + prefix.length, text: "" }] : [];
  });
}

function qualifiedName(kind: string, body: Body): string | null {
  if (kind === "RangeVar") return body["schemaname"] === "public" ? String(body["relname"]) : null;
  const list = { TypeName: "names", FuncCall: "funcname", ColumnRef: "fields" }[kind];
  if (!list || !Array.isArray(body[list])) return null;
  const names = strings(body[list]);
  const isLongEnough = kind === "ColumnRef" ? body[list].length === 3 : names.length === 2;
  return isLongEnough && names[0] === "public" ? (names[1] ?? null) : null;
}
