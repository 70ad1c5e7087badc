import type { DropStmt } from "@pgsql/types";
import { type Body, strings, unwrap } from "./ast.ts";
import { GUARD_POLICY, ROWS_POLICY } from "./guard.ts";
import { type AppModel, findTable, keyOf, own } from "./model.ts";
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
    case "OBJECT_AGGREGATE":
    case "OBJECT_OPERATOR":
      return emit(work, "place", unit.text);
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

export function namesOf(object: unknown): string[] {
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

function forgetTable(work: Work, key: string) {
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
