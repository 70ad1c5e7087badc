import type { RenameStmt } from "@pgsql/types";
import { namesOf } from "./drop.ts";
import { GUARD_POLICY, ROWS_POLICY, TENANT_COLUMN } from "./guard.ts";
import { type AppModel, findTable, keyOf, own, type Table } from "./model.ts";
import { isSealedStorage } from "./sealed.ts";
import { emit, refuse, type Unit, type Work } from "./work.ts";

export function rename(work: Work, statement: RenameStmt, unit: Unit) {
  const { schemaname, relname } = statement.relation ?? {};
  const table = findTable(work.model, schemaname, relname ?? "");
  const to = statement.newname ?? "";
  const from = statement.subname ?? "";
  switch (statement.renameType) {
    case "OBJECT_COLUMN":
      if (from === TENANT_COLUMN || (to === TENANT_COLUMN && !table?.shared))
        refuse("tenant_id is Tenancy's column.", "Choose another name.");
      if (table && isSealedStorage(table, from))
        refuse(`The column ${from} of ${table.name} holds sealed values.`, "Leave its name.");
      if (table) renameColumn(work, table, from, to);
      break;
    case "OBJECT_TABLE":
      if (table) renameTable(work, table, to);
      else renameKey(work.model, keyOf(schemaname, relname ?? ""), to);
      break;
    case "OBJECT_TABCONSTRAINT":
      if (table) renameConstraint(work, table, from, to);
      break;
    case "OBJECT_POLICY":
      if (from === GUARD_POLICY || from === ROWS_POLICY)
        refuse("The policy is Tenancy's.", "Leave its name.");
      if (table) table.policies = table.policies.map((each) => (each === from ? to : each));
      break;
    case "OBJECT_INDEX":
    case "OBJECT_VIEW":
    case "OBJECT_SEQUENCE":
      renameKey(work.model, keyOf(schemaname, relname ?? ""), to);
      break;
    case "OBJECT_TYPE":
    case "OBJECT_DOMAIN":
    case "OBJECT_FUNCTION":
    case "OBJECT_PROCEDURE": {
      const names = namesOf(statement.object);
      const type = own(work.model.enums, keyOf(names.at(-2), names.at(-1) ?? ""));
      if (type) work.enumsRenamed.add(type);
      renameKey(work.model, keyOf(names.at(-2), names.at(-1) ?? ""), to);
      break;
    }
    case "OBJECT_TRIGGER":
    case "OBJECT_DOMCONSTRAINT":
    case "OBJECT_ATTRIBUTE":
      break;
    default:
      refuse(
        `Renaming ${statement.renameType?.slice(7).toLowerCase()} is not known to be safe.`,
        "Leave the name.",
      );
  }
  emit(work, table?.shared ? "database" : "place", unit.text);
}

function renameColumn(work: Work, table: Table, from: string, to: string) {
  const key = keyOf(table.schema, table.name);
  const renamed = (names: (string | null)[]) => names.map((each) => (each === from ? to : each));
  for (const column of table.columns) {
    if (column.name === from) column.name = to;
    if (column.sealed) column.sealed.key = renamed(column.sealed.key) as string[];
    if (column.sealed?.subject === from) column.sealed.subject = to;
  }
  table.primaryKey = renamed(table.primaryKey) as string[];
  for (const unique of table.uniques) unique.columns = renamed(unique.columns) as string[];
  for (const foreign of table.foreignKeys) foreign.columns = renamed(foreign.columns) as string[];
  for (const index of Object.values(work.model.indexes))
    if (index.table === key) index.columns = renamed(index.columns);
  for (const sequence of Object.values(work.model.sequences)) {
    if (sequence.ownedBy?.table === key && sequence.ownedBy.column === from) sequence.ownedBy.column = to;
  }
  for (const other of Object.values(work.model.tables)) {
    for (const foreign of other.foreignKeys) {
      if (foreign.table === key) foreign.targetColumns = renamed(foreign.targetColumns) as string[];
    }
  }
}

function renameTable(work: Work, table: Table, to: string) {
  const before = keyOf(table.schema, table.name);
  const after = keyOf(table.schema, to);
  const { model } = work;
  delete model.tables[before];
  table.name = to;
  model.tables[after] = table;
  const swap = (key: string) => (key === before ? after : key);
  const made = work.madeInFile.get(before);
  if (made && work.madeInFile.delete(before)) work.madeInFile.set(after, made);
  for (const set of [work.keyless, work.sharedTables]) if (set.delete(before)) set.add(after);
  model.sharedTables = model.sharedTables.map(swap);
  for (const index of Object.values(model.indexes)) index.table = swap(index.table);
  for (const sequence of Object.values(model.sequences)) {
    if (sequence.ownedBy) sequence.ownedBy.table = swap(sequence.ownedBy.table);
  }
  for (const other of Object.values(model.tables)) {
    for (const foreign of other.foreignKeys) foreign.table = swap(foreign.table);
    if (other.partitionOf) other.partitionOf = swap(other.partitionOf);
    other.inherits = other.inherits.map(swap);
  }
}

function renameConstraint(work: Work, table: Table, from: string, to: string) {
  const kind = own(table.constraints, from);
  if (kind) table.constraints[to] = kind;
  delete table.constraints[from];
  for (const each of [...table.uniques, ...table.foreignKeys]) if (each.name === from) each.name = to;
  renameKey(work.model, keyOf(table.schema, from), to);
}

function renameKey(model: AppModel, key: string, to: string) {
  for (const record of [
    model.views,
    model.sequences,
    model.indexes,
    model.enums,
    model.domains,
    model.types,
    model.functions,
  ]) {
    renameEntry(record as Record<string, { schema: string; name: string }>, key, to);
  }
}

function renameEntry(record: Record<string, { schema: string; name: string }>, key: string, to: string) {
  const entry = own(record, key);
  if (!entry) return;
  delete record[key];
  entry.name = to;
  record[keyOf(entry.schema, to)] = entry;
}
