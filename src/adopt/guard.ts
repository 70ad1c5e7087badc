import { family, type Table } from "./model.ts";
import { objectName, quote, relationName } from "./names.ts";
import { emit, notice, type Work } from "./work.ts";

export const TENANT_COLUMN = "tenant_id";
export const GUARD_POLICY = "tenancy_guard";
export const ROWS_POLICY = "tenancy_rows";
const SEAT = "tenancy.current_tenant()";

export const TENANT_COLUMN_SQL = `${TENANT_COLUMN} uuid NOT NULL DEFAULT ${SEAT}`;

/** Row security, policies and grants of a new table or partition. The guard is restrictive: nothing widens it. */
export function guardTable(work: Work, table: Table): void {
  const name = relationName(table.schema, table.name);
  const mine = `${TENANT_COLUMN} = (select ${SEAT})`;
  emit(work, "place", `alter table ${name} enable row level security`);
  emit(work, "place", `alter table ${name} force row level security`);
  emit(
    work,
    "place",
    `create policy ${GUARD_POLICY} on ${name} as restrictive for all to public using (${mine}) with check (${mine})`,
  );
  emit(
    work,
    "place",
    `create policy ${ROWS_POLICY} on ${name} for all to public using (true) with check (true)`,
  );
  emit(work, "place", `grant select, insert, update, delete on ${name} to ${quote(work.appRole)}`);
}

/**
 * PostgreSQL checks existing rows for a new foreign key as the table's owner, and forced row security applies to
 * that query: without a seat it raises, with one it would see that tenant's rows only. So the tables involved are
 * unforced for the length of the statement, in the same transaction, under the lock that ALTER TABLE takes.
 */
export function unforced(work: Work, keys: readonly string[], act: () => void): void {
  const all = [...new Set(keys.flatMap((key) => family(work.model, key)))];
  const tables = all.flatMap((key) => {
    const table = work.model.tables[key];
    return table && !table.shared ? [relationName(table.schema, table.name)] : [];
  });
  for (const name of tables) emit(work, "place", `alter table ${name} no force row level security`);
  act();
  for (const name of tables) emit(work, "place", `alter table ${name} force row level security`);
}

/** Tables without a key still need an index for the guard, and an identity for the change stream. */
export function finishKeys(work: Work): void {
  for (const [key, source] of work.madeInFile) {
    const table = work.model.tables[key];
    if (!table || table.shared || table.primaryKey.length > 0) continue;
    work.current = source;
    const name = relationName(table.schema, table.name);
    if (table.partitionOf === null) {
      const index = objectName(table.name, TENANT_COLUMN, "idx");
      emit(work, "place", `create index if not exists ${quote(index)} on ${name} (${TENANT_COLUMN})`);
      notice(
        work,
        "A table without a primary key sends whole rows to the change stream.",
        "Give it a primary key if you can.",
      );
    }
    if (!table.isPartitioned) emit(work, "place", `alter table ${name} replica identity full`);
    work.keyless.add(key);
  }
}
