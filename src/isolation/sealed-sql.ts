import { parse } from "../adopt/ast.ts";
import type { AppModel, Column, Sealed, Table } from "../adopt/model.ts";
import { isolationError } from "./errors.ts";
import { type Named, namesIn } from "./sealed-names.ts";
import type { SealingStage } from "./sealed-shape.ts";

/**
 * SQL that somebody wrote by hand, or an ORM, and that names a sealed column would read nothing there, compare with
 * nothing, or write a plain value; SQL that changes what values are bound to would leave them unreadable. Both are
 * refused. `select *` shows what is there: nothing, and the envelope.
 *
 * @throws context.sealed_column
 */
export function refuseSealedSql(
  text: string,
  model: AppModel,
  stageOf: (sealedId: string) => SealingStage,
): void {
  // PostgreSQL folds the case of names, and may be given them by code points.
  const folded = text.toLowerCase();
  const mayName = ({ table, column }: SealedColumn) =>
    (folded.includes(table.name.toLowerCase()) || folded.includes('u&"')) &&
    (column.sealed.isNew || stageOf(column.sealed.id) !== "declared");
  const sealed = sealedColumnsOf(model).filter(mayName);
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
        name === column.name && (qualifier === null || leadsTo(named.aliases, qualifier, table.name)),
    );
    if (isNamed || named.obscured.has(table.name)) throw refusal(table, column);
    refuseUnbinding(table, column, named);
  }
}

/** A name may stand for a WITH query, which has a name itself. */
function leadsTo(aliases: Named["aliases"], name: string, table: string): boolean {
  const reached = new Set(aliases.get(name));
  for (const each of reached) for (const next of aliases.get(each) ?? []) reached.add(next);
  return reached.has(table);
}

/** Values are bound to their row's key for good, and to their person until they are written anew with the next. */
function refuseUnbinding(table: Table, { name, sealed }: SealedColumn["column"], named: Named): void {
  for (const { table: changed, columns } of named.changed) {
    if (changed !== table.name) continue;
    const bound = table.primaryKey.find((part) => columns.has(part));
    const isNewPerson = sealed.subject !== null && columns.has(sealed.subject) && !columns.has(sealed.cipher);
    const to = bound ?? (isNewPerson ? sealed.subject : null);
    if (to !== null)
      throw isolationError("context.sealed_column", {
        table: table.name,
        column: name,
        reason: `its values are bound to \`${to}\`, and would open no more`,
        cure: bound
          ? "Insert the row anew with the other key"
          : `Use ctx.table("${table.name}").update with the person and the value, or write \`${sealed.cipher}\` in the same statement`,
      });
  }
}

interface SealedColumn {
  readonly table: Table;
  readonly column: Column & { readonly sealed: Sealed };
}

const known = new WeakMap<AppModel, SealedColumn[]>();

function sealedColumnsOf(model: AppModel): SealedColumn[] {
  const found =
    known.get(model) ??
    Object.values(model.tables).flatMap((table) =>
      table.columns.flatMap((column) => {
        const { sealed } = column;
        return sealed ? [{ table, column: { ...column, sealed } }] : [];
      }),
    );
  known.set(model, found);
  return found;
}

function refusal(table: Table, column: SealedColumn["column"]) {
  return isolationError("context.sealed_column", {
    table: table.name,
    column: column.name,
    reason: "SQL of your own finds nothing in it",
    cure: `Use ctx.table("${table.name}") or the query builder of ctx.db; or read \`${column.sealed.cipher}\` and open it with ctx.sealed`,
  });
}
