import type { CreateStmt } from "@pgsql/types";
import { findTable, type Table } from "./model.ts";
import { relationName } from "./names.ts";
import { emit, refuse, type Work } from "./work.ts";

/** Bits of `LIKE … INCLUDING`: TableLikeOption in src/include/nodes/parsenodes.h. */
const LIKE_DEFAULTS = 1 << 3;
const LIKE_INDEXES = 1 << 6;

export function copyColumns(
  work: Work,
  table: Table,
  relation: { schemaname?: string; relname?: string },
  options: number,
) {
  const source = findTable(work.model, relation.schemaname, relation.relname ?? "");
  if (!source)
    return refuse(`${relation.relname}, which LIKE copies, is not in these files.`, "List the columns.");
  if (source.shared !== table.shared && (options & LIKE_INDEXES) !== 0) {
    refuse(`LIKE would copy keys between a shared and a tenant table.`, "List the columns and keys.");
  }
  if (table.shared && !source.shared)
    refuse("A shared table cannot be LIKE a tenant's.", "List the columns.");
  for (const column of source.columns) {
    table.columns.push({ ...column, hasDefault: column.hasDefault && (options & LIKE_DEFAULTS) !== 0 });
  }
  if ((options & LIKE_INDEXES) !== 0) table.primaryKey = [...source.primaryKey];
}

function likeSources(work: Work, statement: CreateStmt): { options: number; table: Table }[] {
  return (statement.tableElts ?? []).flatMap((element) => {
    if (!("TableLikeClause" in element)) return [];
    const { relation, options } = element.TableLikeClause;
    const table = findTable(work.model, relation?.schemaname, relation?.relname ?? "");
    return table && !table.shared ? [{ options: options ?? 0, table }] : [];
  });
}

export function copiesTenant(work: Work, statement: CreateStmt): boolean {
  return likeSources(work, statement).length > 0;
}

export function afterCopies(work: Work, statement: CreateStmt, table: Table) {
  for (const source of likeSources(work, statement)) {
    if ((source.options & LIKE_DEFAULTS) !== 0) continue;
    const name = relationName(table.schema, table.name);
    emit(work, "place", `alter table ${name} alter column tenant_id set default tenancy.current_tenant()`);
  }
}
