import type { AlterEnumStmt } from "@pgsql/types";
import { strings } from "./ast.ts";
import { type EnumType, keyOf, own } from "./model.ts";
import { relationName } from "./names.ts";
import { emit, notice, refuse, type Unit, type Work } from "./work.ts";

/** Emits the statement and remembers where, since a value that the same file adds goes into it. */
export function createEnum(work: Work, type: EnumType, sql: string) {
  work.enumsMade.set(type, { at: work.statements.length, name: relationName(type.schema, type.name) });
  emit(work, type.shared ? "database" : "place", sql);
}

/**
 * A value that is added to an enum can be used only after the transaction that adds it. So that the file may use it
 * at once, it is added ahead of its file; or, where the file itself makes the type, made with it.
 */
export function alterEnum(work: Work, statement: AlterEnumStmt, unit: Unit) {
  const names = strings(statement.typeName);
  const type = own(work.model.enums, keyOf(names.at(-2), names.at(-1) ?? ""));
  const scope = type?.shared ? "database" : "place";
  const { oldVal, newVal } = statement;
  if (type && oldVal) {
    work.enumsRenamed.add(type);
    type.values = type.values.map((each) => (each === oldVal ? String(newVal) : each));
    return emit(work, scope, unit.text);
  }
  if (!type || !newVal || type.values.includes(newVal)) return emit(work, scope, unit.text);
  if (work.enumsRenamed.has(type)) {
    refuse(
      "A new enum value is added ahead of its file, but this file renames the type or a value of it first.",
      "Put the ALTER TYPE … ADD VALUE into a file of its own.",
    );
  }
  const neighbor = type.values.indexOf(statement.newValNeighbor ?? "");
  const at = neighbor < 0 ? type.values.length : statement.newValIsAfter ? neighbor + 1 : neighbor;
  type.values.splice(at, 0, newVal);
  const made = work.enumsMade.get(type);
  const create = made && work.statements[made.at];
  if (made && create) {
    const sql = `create type ${made.name} as enum (${type.values.map(literal).join(", ")})`;
    work.statements[made.at] = { ...create, sql };
    return notice(
      work,
      "PostgreSQL lets a new enum value be used only after its transaction.",
      "The type is made with the value.",
    );
  }
  const place = statement.newValNeighbor
    ? ` ${statement.newValIsAfter ? "after" : "before"} ${literal(statement.newValNeighbor)}`
    : "";
  const name = relationName(type.schema, type.name);
  emit(work, scope, `alter type ${name} add value if not exists ${literal(newVal)}${place}`, false);
  notice(
    work,
    "PostgreSQL lets a new enum value be used only after its transaction.",
    "It is added in a transaction ahead of its file, and stays when the file fails.",
  );
}

const literal = (value: string): string => `'${value.replaceAll("'", "''")}'`;
