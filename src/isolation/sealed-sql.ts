import { type Body, parse, strings, unwrap, walk } from "../adopt/ast.ts";
import type { AppModel, Column, Table } from "../adopt/model.ts";
import { isolationError } from "./errors.ts";
import type { SealingStage } from "./sealed-shape.ts";

/**
 * SQL that somebody wrote by hand, or an ORM, and that names a sealed column would read nothing there, compare with
 * nothing, or write a plain value: it is refused. `select *` shows what is there: nothing, and the envelope.
 *
 * @throws context.sealed_column
 */
export function refuseSealedSql(
  text: string,
  model: AppModel,
  stageOf: (sealedId: string) => SealingStage,
): void {
  const sealed = sealedColumnsOf(model).filter(
    ({ column }) =>
      text.includes(column.name) && (column.sealed?.isNew || stageOf(column.sealed?.id ?? "") !== "declared"),
  );
  if (sealed.length === 0) return;
  let nodes: ReturnType<typeof parse>;
  try {
    nodes = parse(text);
  } catch {
    return; // it would not run either
  }
  const named = namesIn({ List: { items: nodes.map(({ node }) => node) } });
  for (const { table, column } of sealed) {
    if (!named.tables.has(table.name)) continue;
    const isNamed = named.columns.some(
      ({ name, qualifier }) =>
        name === column.name &&
        (qualifier === null || (named.aliases.get(qualifier)?.has(table.name) ?? false)),
    );
    if (isNamed) throw refusal(table, column);
  }
}

const known = new WeakMap<AppModel, { table: Table; column: Column }[]>();

function sealedColumnsOf(model: AppModel): { table: Table; column: Column }[] {
  const found =
    known.get(model) ??
    Object.values(model.tables).flatMap((table) =>
      table.columns.flatMap((column) => (column.sealed ? [{ table, column }] : [])),
    );
  known.set(model, found);
  return found;
}

interface Named {
  readonly tables: Set<string>;
  /** Tables by the names that the statement gives them. */
  readonly aliases: Map<string, Set<string>>;
  readonly columns: { name: string; qualifier: string | null }[];
}

function namesIn(root: unknown): Named {
  const named: Named = { tables: new Set(), aliases: new Map(), columns: [] };
  walk(root, (kind, body) => {
    if (kind === "RangeVar") addTable(named, body);
    if (kind === "ColumnRef") {
      const fields = strings(body["fields"]);
      const name = fields.at(-1);
      if (name !== undefined) named.columns.push({ name, qualifier: fields.at(-2) ?? null });
    }
    // Columns that an insert or an update writes.
    for (const target of [
      ...targets(body["cols"]),
      ...targets(kind === "UpdateStmt" || kind === "OnConflictClause" ? body["targetList"] : []),
    ])
      named.columns.push({ name: target, qualifier: null });
  });
  return named;
}

function addTable(named: Named, body: Body): void {
  const table = String(body["relname"] ?? "");
  const alias = body["alias"] as Body | undefined;
  const name = String(alias?.["aliasname"] ?? table);
  named.tables.add(table);
  named.aliases.set(name, (named.aliases.get(name) ?? new Set()).add(table));
}

function targets(list: unknown): string[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((item) => {
    const [kind, body] = unwrap(item) ?? ["", {} as Body];
    return kind === "ResTarget" && typeof body["name"] === "string" ? [body["name"]] : [];
  });
}

function refusal(table: Table, column: Column) {
  return isolationError("context.sealed_column", {
    table: table.name,
    column: column.name,
    reason: "SQL of your own finds nothing in it",
    cure: `Use ctx.table("${table.name}") or the query builder of ctx.db; or read \`${column.sealed?.cipher}\` and open it with ctx.sealed`,
  });
}
