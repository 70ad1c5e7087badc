import type { AlterTableCmd, IndexStmt } from "@pgsql/types";
import { unwrap } from "./ast.ts";
import { type Column, keyOf, type Sealed, type Table } from "./model.ts";
import { objectName, quote, relationName } from "./names.ts";
import { refuseMoving } from "./sealed-bindings.ts";
import { isKeyType, SEALABLE, sealedTypeOf } from "./sealed-types.ts";
import { refuseUses } from "./sealed-uses.ts";
import { emit, refuse, type Work } from "./work.ts";

const DECLARATION = /^@sealed(?![\w-])([^:\n]*)(?:[:\n]|$)/;
const OPTION = /^subject=(?:"([^"]+)"|([\p{L}_][\p{L}\p{N}_$]*))$/u;

interface Declared {
  readonly search: boolean;
  readonly subject: string | null;
}

/**
 * `comment on column tracks.lyrics is '@sealed search: what is sung'`: the column is sealed from this migration on.
 * What follows a colon or the end of the line is for people.
 */
export function sealByComment(work: Work, table: Table, name: string, text: string): void {
  const column = table.columns.find((each) => each.name === name);
  if (!column) return;
  const options = DECLARATION.exec(text)?.[1];
  if (options === undefined) {
    if (column.sealed)
      refuse(
        `${table.name}.${name} is sealed, and no migration can open it.`,
        "Keep @sealed at the start of its comment; or add another column and let the application copy the values.",
      );
    return;
  }
  const declared = readOptions(options);
  if (column.sealed) keepOptions(table, column, column.sealed, declared);
  else seal(work, table, column, declared);
}

function readOptions(text: string): Declared {
  let [search, subject] = [false, null as string | null];
  for (const word of text.split(/\s+/).filter((each) => each !== "")) {
    const match = OPTION.exec(word);
    if (word === "search") search = true;
    else if (match) subject = match[1] ?? match[2] ?? null;
    else
      refuse(
        `@sealed knows no option ${word}.`,
        "Write `@sealed`, `@sealed search` or `@sealed subject=COLUMN`, and what is for people after a colon.",
      );
  }
  if (search && subject !== null)
    refuse(
      "A blind index would outlive the key of the person whose value it finds.",
      "Leave out `search` or `subject`.",
    );
  return { search, subject };
}

/** The comment may change for people, not for the database. */
function keepOptions(table: Table, column: Column, sealed: Sealed, declared: Declared): void {
  if (declared.search === (sealed.index !== null) && declared.subject === sealed.subject) return;
  refuse(
    `${table.name}.${column.name} is sealed already, with other options.`,
    "Options stay as they were; add another column and let the application copy the values.",
  );
}

function seal(work: Work, table: Table, column: Column, { search, subject }: Declared): void {
  const key = keyOf(table.schema, table.name);
  refuseTable(work, table);
  refuseColumn(work, table, column, search);
  if (subject !== null) refuseSubject(table, column, subject);
  const sealed: Sealed = {
    id: newId(work, `${key}.${column.name}`),
    cipher: storageName(table, column, "sealed"),
    index: search ? storageName(table, column, "index") : null,
    subject,
    person: subject,
    key: [...table.primaryKey],
    only: objectName(table.name, column.name, "only_sealed"),
    present: column.nullable ? null : objectName(table.name, column.name, "not_null_sealed"),
    lookup: search ? objectName(table.name, column.name, "sealed_idx") : null,
    isNew: work.madeInFile.has(key) || work.columnsMade.has(`${key}.${column.name}`),
  };
  refuseUses(work, table, column.name);
  column.sealed = sealed;
  emitStorage(work, table, column, sealed);
}

function newId(work: Work, name: string): string {
  const { sealedIds } = work.model;
  let id = name;
  for (let n = 2; sealedIds.includes(id); n++) id = `${name}#${n}`;
  sealedIds.push(id);
  return id;
}

function refuseTable(work: Work, table: Table): void {
  const { name } = table;
  if (table.shared)
    refuse(
      `${name} is shared by all tenants, and each tenant has keys of its own.`,
      "Seal columns of tenants' tables.",
    );
  const isParent = Object.values(work.model.tables).some((each) =>
    each.inherits.includes(keyOf(table.schema, name)),
  );
  if (table.isPartitioned || table.partitionOf !== null || table.inherits.length > 0 || isParent)
    refuse(
      `${name} has partitions or inherits, so a row has no one place that a value could be bound to.`,
      "Seal columns of plain tables.",
    );
  if (table.primaryKey.length === 0)
    refuse(`${name} has no primary key, to which each value is bound.`, "Give it one before.");
  for (const part of table.primaryKey) {
    const type = table.columns.find((each) => each.name === part)?.type ?? "";
    if (!isKeyType(type))
      refuse(
        `The key column ${part} of ${name} is of type ${type}, which has several texts for one value.`,
        "Use a key of integers, uuid, text, or varchar without a length.",
      );
  }
  for (const part of table.primaryKey) refuseMoving(table, part);
}

function refuseColumn(work: Work, table: Table, column: Column, search: boolean): void {
  const at = `${table.name}.${column.name}`;
  const key = keyOf(table.schema, table.name);
  const type = sealedTypeOf(column.type);
  if (type === null)
    refuse(`${at} is of type ${column.type}, which cannot be sealed.`, `Use one of ${SEALABLE}.`);
  if (search && type.kind === "json")
    refuse(`${at} holds JSON, where equal values have many texts.`, "Leave out `search`.");
  if (table.primaryKey.includes(column.name)) refuse(`${at} is part of the key.`, "Seal another column.");
  if (table.foreignKeys.some((each) => each.columns.includes(column.name)))
    refuse(
      `${at} refers to another table, which must read it.`,
      "Drop the reference before, or seal another column.",
    );
  if (table.uniques.some((each) => each.columns.includes(column.name)))
    refuse(
      `${at} is unique, and the database cannot compare what is sealed.`,
      "Drop the unique constraint or index before.",
    );
  const index = Object.values(work.model.indexes).find(
    (each) => each.table === key && each.columns.includes(column.name),
  );
  if (index)
    refuse(
      `${at} is in the index ${index.name}, and the database cannot order what is sealed.`,
      `Drop it before (drop index ${quote(index.name)}); \`@sealed search\` finds equal values.`,
    );
  if (column.generated || column.identity || column.hasDefault)
    refuse(
      `${at} is filled by the database, which has no keys.`,
      "Drop the default before, and let the application give the value.",
    );
}

function refuseSubject(table: Table, column: Column, name: string): void {
  const subject = table.columns.find((each) => each.name === name);
  if (!subject)
    refuse(`${table.name} has no column ${name}.`, "Name the column that says whose value it is.");
  if (subject === column || subject.sealed)
    refuse(`${table.name}.${name} is sealed itself.`, "Name a column that is not.");
  if (subject.nullable)
    refuse(
      `${table.name}.${name} may be null, and then it would be nobody's value.`,
      "Make it NOT NULL before.",
    );
  if (!isKeyType(subject.type))
    refuse(
      `${table.name}.${name} is of type ${subject.type}, which has several texts for one value.`,
      "Name a column of integers, uuid, text, or varchar without a length.",
    );
  refuseMoving(table, name);
}

function storageName(table: Table, column: Column, label: "sealed" | "index"): string {
  const name = objectName(column.name, "", label);
  if (table.columns.some((each) => each.name === name) || isSealedStorage(table, name))
    refuse(
      `${table.name} has a column ${name} already.`,
      "Rename it before: the sealed values stand under this name.",
    );
  return name;
}

/**
 * The columns beside the plain one. In a new column no plain value is ever let in. Where there may be some, the
 * constraint comes when the last of them is sealed, and the index is built without holding up writes.
 */
function emitStorage(work: Work, table: Table, column: Column, sealed: Sealed): void {
  const name = relationName(table.schema, table.name);
  const plain = quote(column.name);
  const { cipher, index, only, present, lookup } = sealed;
  const commands = [
    `add column ${quote(cipher)} bytea`,
    ...(index === null ? [] : [`add column ${quote(index)} bytea`]),
    ...(column.nullable ? [] : [`alter column ${plain} drop not null`]),
  ];
  if (sealed.isNew) commands.push(`add constraint ${quote(only)} check (${plain} is null)`);
  // In place of NOT NULL, and without a moment between the two.
  const isThere = `check (${plain} is not null or ${quote(cipher)} is not null)`;
  if (present !== null)
    commands.push(`add constraint ${quote(present)} ${isThere}${sealed.isNew ? "" : " not valid"}`);
  emit(work, "place", `alter table ${name} ${commands.join(", ")}`);
  if (sealed.isNew && index !== null && lookup !== null)
    emit(
      work,
      "place",
      `create index ${quote(lookup)} on ${name} (tenant_id, ${quote(index)}) where ${quote(index)} is not null`,
    );
  for (const part of table.primaryKey) {
    const own = table.columns.find((each) => each.name === part);
    const sequence = Object.values(work.model.sequences).find(
      (each) => each.ownedBy?.table === keyOf(table.schema, table.name) && each.ownedBy.column === part,
    );
    // The key of a new row is drawn before its values are sealed; an identity's sequence is not granted otherwise.
    if (own?.identity && sequence)
      emit(
        work,
        "place",
        `grant usage on sequence ${relationName(sequence.schema, sequence.name)} to ${quote(work.appRole)}`,
      );
  }
}

export function isSealedStorage(table: Table, name: string): boolean {
  return table.columns.some(({ sealed }) => sealed && (sealed.cipher === name || sealed.index === name));
}

/** Where the values stand goes with their column. */
export function storageOf(table: Table, name: string): string[] {
  const sealed = table.columns.find((each) => each.name === name)?.sealed;
  if (!sealed) return [];
  return sealed.index === null ? [sealed.cipher] : [sealed.cipher, sealed.index];
}

/** What `emitStorage` wrote, read again: it stands already. */
export function isOfSealed(table: Table, command: AlterTableCmd): boolean {
  const definition = unwrap(command.def)?.[1];
  switch (command.subtype) {
    case "AT_AddColumn":
      return isSealedStorage(table, String(definition?.["colname"] ?? ""));
    case "AT_DropNotNull":
      return table.columns.some((each) => each.sealed !== undefined && each.name === command.name);
    case "AT_AddConstraint":
      return isSealedConstraint(table, String(definition?.["conname"] ?? ""));
    default:
      return false;
  }
}

export function isSealedIndex(table: Table, statement: IndexStmt): boolean {
  return table.columns.some(
    ({ sealed }) => sealed && sealed.lookup !== null && sealed.lookup === statement.idxname,
  );
}

function isSealedConstraint(table: Table, name: string): boolean {
  return table.columns.some(({ sealed }) => sealed && (sealed.only === name || sealed.present === name));
}

const UNBINDING = new Set(["AT_AlterColumnType", "AT_DropColumn", "AT_DropNotNull"]);

/** What holds sealed values stays as it is; a sealed column can be dropped, and that takes everything along. */
export function refuseSealedChange(table: Table, command: AlterTableCmd): void {
  const name = command.name ?? "";
  const column = table.columns.find((each) => each.name === name && each.sealed !== undefined);
  const isConstraint = command.subtype === "AT_DropConstraint" && isSealedConstraint(table, name);
  if (isSealedStorage(table, name) || isConstraint)
    refuse(
      `${name} holds sealed values of ${table.name} together.`,
      "Leave it as it is; dropping the sealed column takes it along.",
    );
  if (column && command.subtype !== "AT_DropColumn" && command.subtype !== "AT_AddConstraint")
    refuse(
      `${table.name}.${name} is sealed, and the database cannot change what it cannot read.`,
      "Add another column, and let the application copy the values.",
    );
  const isSubject = table.columns.some(
    ({ sealed }) => sealed?.subject === name || sealed?.key.includes(name),
  );
  if (isSubject && UNBINDING.has(command.subtype ?? ""))
    refuse(
      `${table.name}.${name} is bound into sealed values.`,
      "Leave it as it is, or drop the sealed column before.",
    );
}
