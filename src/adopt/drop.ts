import type { DropStmt, RenameStmt } from "@pgsql/types";
import { type Body, strings, unwrap } from "./ast.ts";
import { GUARD_POLICY, ROWS_POLICY, TENANT_COLUMN } from "./guard.ts";
import { type AppModel, findTable, keyOf, own, type Table } from "./model.ts";
import { quote, relationName } from "./names.ts";
import { emit, NOT_THERE, notice, refuse, type Unit, type Work } from "./work.ts";

const PLAIN_DROPS: Readonly<
  Record<string, keyof AppModel & ("views" | "sequences" | "functions" | "enums")>
> = {
  OBJECT_VIEW: "views",
  OBJECT_SEQUENCE: "sequences",
  OBJECT_FUNCTION: "functions",
  OBJECT_PROCEDURE: "functions",
  OBJECT_ROUTINE: "functions",
  OBJECT_TYPE: "enums",
  OBJECT_DOMAIN: "enums",
};

export function drop(work: Work, statement: DropStmt, unit: Unit) {
  const kind = statement.removeType ?? "OBJECT_TABLE";
  const objects = (statement.objects ?? []).map(namesOf);
  switch (kind) {
    case "OBJECT_TABLE":
      return dropTables(work, statement, objects);
    case "OBJECT_INDEX":
      return dropIndexes(work, statement, objects);
    case "OBJECT_SCHEMA":
      return dropSchemas(work, statement, objects);
    case "OBJECT_EXTENSION":
      return notice(
        work,
        "Extensions serve every tenant of the database.",
        "The line is dropped; the extension stays.",
      );
    case "OBJECT_POLICY":
      return dropPolicy(work, objects[0] ?? [], unit);
    case "OBJECT_TRIGGER": {
      const table = findTable(work.model, objects[0]?.at(-3), objects[0]?.at(-2) ?? "");
      if (
        !table &&
        statement.missing_ok &&
        !own(work.model.views, keyOf(objects[0]?.at(-3), objects[0]?.at(-2) ?? ""))
      ) {
        return notice(work, ...NOT_THERE);
      }
      return emit(work, table?.shared ? "database" : "place", unit.text);
    }
    default: {
      const record = PLAIN_DROPS[kind];
      if (!record && statement.missing_ok) return notice(work, ...NOT_THERE);
      if (!record)
        refuse(`DROP of ${kind.slice(7).toLowerCase()} is not known to be safe.`, "Leave the line out.");
      return dropPlain(work, record, objects, unit, statement.missing_ok === true);
    }
  }
}

function namesOf(object: unknown): string[] {
  const [kind, body] = unwrap(object) ?? ["", {} as Body];
  if (kind === "String") return [String(body["sval"])];
  return strings(body["items"] ?? body["objname"] ?? body["names"]);
}

function dropTables(work: Work, statement: DropStmt, objects: readonly string[][]) {
  const ending = `${statement.behavior === "DROP_CASCADE" ? " cascade" : ""}`;
  const condition = statement.missing_ok ? "if exists " : "";
  if (
    !objects.some((names) => findTable(work.model, names.at(-2), names.at(-1) ?? "")) &&
    statement.missing_ok
  ) {
    return notice(work, ...NOT_THERE);
  }
  for (const isShared of [false, true]) {
    const names = objects.filter((names) => {
      const table = findTable(work.model, names.at(-2), names.at(-1) ?? "");
      if (!table && !statement.missing_ok)
        refuse(`The table ${names.at(-1)} is not in these files.`, "Add the file that makes it.");
      return table !== null && table.shared === isShared;
    });
    if (names.length === 0) continue;
    const list = names.map((each) => relationName(each.at(-2) ?? "public", each.at(-1) ?? "")).join(", ");
    emit(work, isShared ? "database" : "place", `drop table ${condition}${list}${ending}`);
  }
  for (const names of objects) forgetTable(work, keyOf(names.at(-2), names.at(-1) ?? ""));
}

export function forgetTable(work: Work, key: string) {
  const { model } = work;
  delete model.tables[key];
  work.madeInFile.delete(key);
  work.keyless.delete(key);
  model.sharedTables = model.sharedTables.filter((each) => each !== key);
  for (const [name, index] of Object.entries(model.indexes))
    if (index.table === key) delete model.indexes[name];
  for (const [name, sequence] of Object.entries(model.sequences)) {
    if (sequence.ownedBy?.table === key) delete model.sequences[name];
  }
  for (const [name, table] of Object.entries(model.tables)) {
    for (const foreign of table.foreignKeys)
      if (foreign.table === key) delete table.constraints[foreign.name];
    table.foreignKeys = table.foreignKeys.filter((each) => each.table !== key);
    if (table.partitionOf === key) forgetTable(work, name);
    else table.inherits = table.inherits.filter((each) => each !== key);
  }
}

function dropIndexes(work: Work, statement: DropStmt, objects: readonly string[][]) {
  if (statement.concurrent) {
    notice(
      work,
      "A file runs in one transaction, where CONCURRENTLY is not possible.",
      "CONCURRENTLY is dropped.",
    );
  }
  for (const names of objects) {
    const key = keyOf(names.at(-2), names.at(-1) ?? "");
    const index = own(work.model.indexes, key);
    const table = index ? own(work.model.tables, index.table) : null;
    if (table) table.uniques = table.uniques.filter((each) => each.name !== index?.name);
    delete work.model.indexes[key];
    const name = relationName(names.at(-2) ?? "public", names.at(-1) ?? "");
    const ending = statement.behavior === "DROP_CASCADE" ? " cascade" : "";
    emit(
      work,
      table?.shared ? "database" : "place",
      `drop index ${statement.missing_ok ? "if exists " : ""}${name}${ending}`,
    );
  }
}

function dropSchemas(work: Work, statement: DropStmt, objects: readonly string[][]) {
  for (const [name = ""] of objects) {
    if (!work.model.schemas.includes(name)) {
      if (statement.missing_ok && name !== "public" && !name.startsWith("tenancy")) continue;
      refuse(`The schema ${name} is not the app's.`, "Leave the line out.");
    }
    const cascades = statement.behavior === "DROP_CASCADE";
    emit(work, "place", `drop schema ${quote(name)}${cascades ? " cascade" : ""}`);
    work.model.schemas = work.model.schemas.filter((each) => each !== name);
    for (const [key, table] of Object.entries(work.model.tables))
      if (table.schema === name) forgetTable(work, key);
    const { views, enums, domains, types, functions, sequences } = work.model;
    for (const record of [views, enums, domains, types, functions, sequences]) {
      for (const [key, entry] of Object.entries(record)) if (entry.schema === name) delete record[key];
    }
  }
}

function dropPolicy(work: Work, names: readonly string[], unit: Unit) {
  const policy = names.at(-1) ?? "";
  if (policy === ROWS_POLICY) return;
  if (policy === GUARD_POLICY) refuse("tenancy_guard is what keeps tenants apart.", "Leave the line out.");
  const table = findTable(work.model, names.at(-3), names.at(-2) ?? "");
  if (table) {
    table.policies = table.policies.filter((each) => each !== policy);
    if (table.policies.length === 0) {
      notice(
        work,
        `${table.name} has no permissive policy now, so nobody sees its rows.`,
        "Add a policy; row security cannot be turned off.",
      );
    }
  }
  emit(work, "place", unit.text);
}

function dropPlain(
  work: Work,
  record: "views" | "sequences" | "functions" | "enums",
  objects: readonly string[][],
  unit: Unit,
  isConditional: boolean,
) {
  const keys = objects.map((names) => keyOf(names.at(-2), names.at(-1) ?? ""));
  const known = record === "enums" ? (["enums", "domains", "types"] as const) : [record];
  if (isConditional && !keys.some((key) => known.some((each) => own<unknown>(work.model[each], key)))) {
    return notice(work, ...NOT_THERE);
  }
  const isShared = keys.some((key) => work.sharedTypes.has(key) || own(work.model.sequences, key)?.shared);
  const records =
    record === "enums" ? [work.model.enums, work.model.domains, work.model.types] : [work.model[record]];
  for (const key of keys) for (const each of records) delete each[key];
  const isBoth = record === "functions" && keys.some((key) => work.sharedFunctions.has(key));
  if (isBoth)
    refuse("The function is used by a shared table.", "Replace it by CREATE OR REPLACE FUNCTION instead.");
  emit(work, isShared ? "database" : "place", unit.text);
}

export function rename(work: Work, statement: RenameStmt, unit: Unit) {
  const { schemaname, relname } = statement.relation ?? {};
  const table = findTable(work.model, schemaname, relname ?? "");
  const to = statement.newname ?? "";
  const from = statement.subname ?? "";
  switch (statement.renameType) {
    case "OBJECT_COLUMN":
      if (from === TENANT_COLUMN || (to === TENANT_COLUMN && !table?.shared))
        refuse("tenant_id is Tenancy's column.", "Choose another name.");
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
  for (const column of table.columns) if (column.name === from) column.name = to;
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
