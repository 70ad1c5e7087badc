import type { Node } from "@pgsql/types";
import { type Body, children, isBody, strings, type Token, tokens, unwrap, walk } from "./ast.ts";
import { type Edit, insertAt } from "./edits.ts";
import { fromItems } from "./from.ts";
import { groupEdits } from "./grouping.ts";
import { TENANT_COLUMN } from "./guard.ts";
import { type AppModel, findTable, type Table } from "./model.ts";
import { quote } from "./names.ts";
import { starEdits } from "./stars.ts";

/** What a rewrite of queries is for. */
export interface QueryRules {
  readonly model: AppModel;
  /** Lists the columns of every positional insert, or only where tenant_id stands before some column. */
  readonly listsColumns: "always" | "when needed";
  /** Expands `*` everywhere, or only where the number of columns matters. */
  readonly stars: "all" | "counted" | "none";
}

/** One text that is being rewritten. */
export interface QueryText extends QueryRules {
  readonly edits: Edit[];
  tokens(): readonly Token[];
}

/** Names of CTEs hide tables of the same name. */
export type Names = ReadonlySet<string>;

/** The changes that let a single-tenant statement run on tenant tables, in byte offsets of `text`. */
export function queryEdits(text: string, nodes: readonly Node[], rules: QueryRules): Edit[] {
  let cached: readonly Token[] | null = null;
  const at: QueryText = {
    ...rules,
    edits: [],
    tokens: () => {
      cached ??= tokens(text);
      return cached;
    },
  };
  for (const node of nodes) {
    const wrapped = unwrap(node);
    if (wrapped) visit(at, wrapped[0], wrapped[1], new Set(), false);
  }
  return at.edits;
}

/** `isCounted`: the number of output columns of this query matters to what stands around it. */
function visit(at: QueryText, kind: string, body: Body, names: Names, isCounted: boolean): void {
  const inner = withCtes(body, names);
  if (kind === "SelectStmt") {
    groupEdits(at, body, inner);
    const isSetOperation = body["op"] !== undefined && body["op"] !== "SETOP_NONE";
    if (!isSetOperation && (at.stars === "all" || (at.stars === "counted" && isCounted)))
      starEdits(at, body, inner);
    isCounted = isCounted || isSetOperation;
  } else if (kind === "InsertStmt") {
    insertEdits(at, body);
    conflictEdits(at, body);
    isCounted = true;
  } else if (kind === "MergeStmt") {
    mergeEdits(at, body);
    isCounted = false;
  } else {
    isCounted = kind === "SubLink" && body["subLinkType"] !== "EXISTS_SUBLINK";
  }
  for (const [childKind, child] of children(body)) {
    const keepsCount =
      childKind === "SelectStmt" && (kind === "InsertStmt" || kind === "SubLink" || isSetArm(body, child));
    visit(at, childKind, child, inner, keepsCount && isCounted);
  }
}

function isSetArm(body: Body, child: Body): boolean {
  return body["larg"] === child || body["rarg"] === child;
}

function withCtes(body: Body, names: Names): Names {
  const clause = body["withClause"];
  if (!isBody(clause) || !Array.isArray(clause["ctes"])) return names;
  return new Set([...names, ...clause["ctes"].map((cte) => String(unwrap(cte)?.[1]["ctename"]))]);
}

/** The tenant table that a RangeVar names, unless a CTE hides it. */
export function tenantTable(model: AppModel, relation: unknown, names: Names): Table | null {
  if (!isBody(relation) || typeof relation["relname"] !== "string") return null;
  const schema = relation["schemaname"];
  if (typeof schema !== "string" && names.has(relation["relname"])) return null;
  const table = findTable(model, typeof schema === "string" ? schema : null, relation["relname"]);
  return table && !table.shared ? table : null;
}

/** `ON CONFLICT (email)` becomes `ON CONFLICT (tenant_id, email)`: the unique index leads with tenant_id. */
function conflictEdits(at: QueryText, body: Body): void {
  const infer = (body["onConflictClause"] as Body | undefined)?.["infer"] as Body | undefined;
  const elements = infer?.["indexElems"];
  if (!infer || !Array.isArray(elements) || !tenantTable(at.model, body["relation"], new Set())) return;
  if (elements.some((element) => unwrap(element)?.[1]["name"] === TENANT_COLUMN)) return;
  const start = Number(infer["location"] ?? 0);
  at.edits.push(insertAt(start + 1, `${TENANT_COLUMN}, `));
}

/** `INSERT INTO t VALUES (…)` gets its column list, since tenant_id may stand among the columns. */
function insertEdits(at: QueryText, body: Body): void {
  const table = tenantTable(at.model, body["relation"], new Set());
  const source = unwrap(body["selectStmt"])?.[1];
  if (!table || !source || Array.isArray(body["cols"])) return;
  if (at.listsColumns === "when needed" && table.tenantPosition >= table.columns.length) return;
  const width = sourceWidth(at, source, withCtes(body, new Set()));
  if (width === null && table.tenantPosition >= table.columns.length) return;
  const columns = table.columns.slice(0, width ?? undefined).map((column) => quote(column.name));
  const end = relationEnd(at, body["relation"] as Body);
  if (columns.length > 0 && end !== null) at.edits.push(insertAt(end, ` (${columns.join(", ")})`));
}

/** How many columns a query gives; null when that cannot be told. */
function sourceWidth(at: QueryText, select: Body, names: Names): number | null {
  const rows = select["valuesLists"];
  if (Array.isArray(rows)) return (unwrap(rows[0])?.[1]["items"] as unknown[] | undefined)?.length ?? null;
  if (isBody(select["larg"])) return sourceWidth(at, select["larg"], names);
  const targets = select["targetList"];
  if (!Array.isArray(targets)) return null;
  const inner = withCtes(select, names);
  const items = fromItems(at.model, select["fromClause"], inner);
  const isPlain =
    items.every((item) => item.table) && !JSON.stringify(select["fromClause"] ?? "").includes("Join");
  let width = 0;
  for (const target of targets) {
    const value = unwrap(target)?.[1]["val"];
    if (!isStar(value)) width += 1;
    else if (!isPlain) return null;
    else {
      const qualifier = strings(unwrap(value)?.[1]["fields"]).at(-1);
      const shown = items.filter((item) => qualifier === undefined || item.alias === qualifier);
      for (const item of shown) width += item.table?.columns.length ?? 0;
    }
  }
  return width;
}

/** `MERGE … WHEN NOT MATCHED THEN INSERT VALUES (…)`, which counts columns as INSERT does. */
function mergeEdits(at: QueryText, body: Body): void {
  const table = tenantTable(at.model, body["relation"], new Set());
  const clauses = Array.isArray(body["mergeWhenClauses"]) ? body["mergeWhenClauses"] : [];
  if (!table || (at.listsColumns === "when needed" && table.tenantPosition >= table.columns.length)) return;
  for (const clause of clauses.map((each) => unwrap(each)?.[1] ?? {})) {
    const values = clause["values"];
    if (
      clause["commandType"] !== "CMD_INSERT" ||
      Array.isArray(clause["targetList"]) ||
      !Array.isArray(values)
    )
      continue;
    const columns = table.columns.slice(0, values.length).map((column) => quote(column.name));
    const insert = wordBefore(at, values, "insert");
    if (insert) at.edits.push(insertAt(insert.end, ` (${columns.join(", ")})`));
  }
}

/** The last token of that word before the first of these nodes. */
export function wordBefore(at: QueryText, nodes: readonly unknown[], word: string): Token | null {
  let first = Number.POSITIVE_INFINITY;
  walk({ List: { items: nodes } }, (_kind, body) => {
    if (typeof body["location"] === "number" && body["location"] < first) first = body["location"];
  });
  return (
    at.tokens().findLast((token) => token.end <= first && token.word === word && !token.isQuoted) ?? null
  );
}

export function isStar(value: unknown): boolean {
  const [kind, body] = unwrap(value) ?? ["", {}];
  return (
    kind === "ColumnRef" && Array.isArray(body["fields"]) && unwrap(body["fields"].at(-1))?.[0] === "A_Star"
  );
}

/** Where the name of a relation ends, with its alias. */
function relationEnd(at: QueryText, relation: Body): number | null {
  const list = at.tokens();
  let index = list.findIndex((token) => token.start === Number(relation["location"] ?? 0));
  if (index < 0) return null;
  while (list[index + 1]?.text === ".") index += 2;
  if (isBody(relation["alias"])) index += 2;
  return list[index]?.end ?? null;
}

/** The last name of a column reference and the relation before it, if any. */
export function columnOf(value: unknown): { relation: string | null; column: string } | null {
  const [kind, body] = unwrap(value) ?? ["", {}];
  if (kind !== "ColumnRef") return null;
  const fields = strings(body["fields"]);
  const column = fields.at(-1);
  if (!column || fields.length !== (body["fields"] as unknown[]).length) return null;
  return { relation: fields.at(-2) ?? null, column };
}
