import type { ColumnDef, Constraint, CreateStmt, Node } from "@pgsql/types";
import { type Body, parseOne, print, shape, strings, unwrap } from "./ast.ts";
import { adaptConstraint, includingKey, inOrderOf } from "./constraints.ts";
import { afterCopies, copiesTenant, copyColumns } from "./copies.ts";
import { guardTable, TENANT_COLUMN, TENANT_COLUMN_SQL } from "./guard.ts";
import { type Column, findTable, isRelation, keyOf, type Table } from "./model.ts";
import { freeName, quote, relationName } from "./names.ts";
import { typeText } from "./type-text.ts";
import { emit, notice, refuse, type Unit, type Work } from "./work.ts";

export function createTable(work: Work, statement: CreateStmt, unit: Unit) {
  const schema = statement.relation?.schemaname ?? "public";
  const name = statement.relation?.relname ?? "";
  const key = keyOf(schema, name);
  if (statement.if_not_exists && isRelation(work.model, schema, name)) {
    return notice(work, `${name} exists already.`, "Nothing to do: the line is dropped.");
  }
  checkKind(work, statement);
  const table: Table = {
    ...{ schema, name, shared: work.sharedTables.has(key), columns: [], tenantPosition: 0, primaryKey: [] },
    ...{ uniques: [], foreignKeys: [], constraints: {}, policies: [] },
    ...{ isPartitioned: statement.partspec !== undefined, partitionOf: null, inherits: [] },
  };
  takeParents(work, statement, table);
  const { elements, moved } = readElements(work, statement, table);
  work.model.tables[key] = table;
  work.madeInFile.set(key, work.current);
  const adaptedAll = inOrderOf(inOrderOf(moved).flatMap((each) => adaptConstraint(work, table, each)));
  const later = adaptedAll.flatMap((each) => includingKey(table, each) ?? []);
  const constraints = adaptedAll.filter((each) => includingKey(table, each) === null);
  if (table.shared) return emitShared(work, table, unit);

  const hasOwn = table.partitionOf !== null || table.inherits.length > 0 || copiesTenant(work, statement);
  if (!hasOwn) elements.push(tenantColumn());
  const all: Node[] = [...elements, ...constraints.map((each) => ({ Constraint: each }))];
  const adapted: CreateStmt = {
    ...statement,
    relation: { ...statement.relation, relpersistence: "p" },
    tableElts: all.length > 0 ? all : undefined,
    tablespacename: undefined,
  };
  const sql =
    print({ CreateStmt: adapted }) ??
    refuse(`The table ${name} uses a form that cannot be printed.`, "Write it in a plainer form.");
  emit(work, "place", sql);
  afterCopies(work, statement, table);
  guardTable(work, table);
  grantSequences(work, table);
  for (const key of later) emit(work, "place", key);
}

function checkKind(work: Work, statement: CreateStmt) {
  const persistence = statement.relation?.relpersistence;
  if (persistence === "t") {
    refuse(
      "A temporary table belongs to a connection, and connections are shared by tenants.",
      "Use a CTE, or an ordinary table.",
    );
  }
  if (persistence === "u") {
    notice(work, "An unlogged table cannot be backed up or moved.", "It is made an ordinary table.");
  }
  if (statement.ofTypename) refuse("A table OF a type takes no further column.", "List the columns.");
  if (statement.tablespacename) {
    notice(work, "Where a table's files lie is the cell's business.", "TABLESPACE is dropped.");
  }
}

/** Partitions and children have their parent's columns, `tenant_id` among them. */
function takeParents(work: Work, statement: CreateStmt, table: Table) {
  for (const relation of statement.inhRelations ?? []) {
    const { schemaname, relname } = (unwrap(relation)?.[1] ?? {}) as {
      schemaname?: string;
      relname?: string;
    };
    const parent = findTable(work.model, schemaname, relname ?? "");
    if (!parent) refuse(`The parent ${relname} is not in these files.`, "Add the file that makes it.");
    if (parent.shared !== table.shared) {
      refuse(
        `${table.name} and its parent ${parent.name} must both be shared or both belong to tenants.`,
        "Share both or neither.",
      );
    }
    const known = new Set(table.columns.map((column) => column.name));
    table.columns.push(
      ...parent.columns.filter((column) => !known.has(column.name)).map((column) => ({ ...column })),
    );
    table.tenantPosition = parent.tenantPosition;
    if (statement.partbound) {
      table.partitionOf = keyOf(parent.schema, parent.name);
      table.primaryKey = [...parent.primaryKey];
    } else {
      table.inherits.push(keyOf(parent.schema, parent.name));
    }
  }
}

interface Elements {
  elements: Node[];
  moved: Constraint[];
}

/** Columns in order, with keys and references taken out of them: these become table constraints. */
function readElements(work: Work, statement: CreateStmt, table: Table): Elements {
  const elements: Node[] = [];
  const moved: Constraint[] = [];
  for (const element of statement.tableElts ?? []) {
    if ("ColumnDef" in element) {
      if (!table.shared && isTenantColumn(element)) continue;
      const column = readColumn(work, table, element.ColumnDef);
      elements.push({ ColumnDef: column.definition });
      moved.push(...column.moved);
    } else if ("Constraint" in element) {
      moved.push(element.Constraint);
    } else if ("TableLikeClause" in element) {
      copyColumns(work, table, element.TableLikeClause.relation ?? {}, element.TableLikeClause.options ?? 0);
      elements.push(element);
    } else {
      refuse("A table element of this kind is not known.", "Write columns and constraints.");
    }
  }
  if (table.partitionOf === null && table.inherits.length === 0) table.tenantPosition = table.columns.length;
  return { elements, moved };
}

/** True for the column as we write it; any other column of that name is refused. */
function isTenantColumn(element: { ColumnDef: ColumnDef }): boolean {
  if (element.ColumnDef.colname !== TENANT_COLUMN) return false;
  if (shape(element) === shape(tenantColumn())) return true;
  return refuse(
    "The table has a column tenant_id of its own.",
    "Rename it, for example to account_id: tenant_id is Tenancy's.",
  );
}

let tenantColumnNode: Node | null = null;

function tenantColumn(): Node {
  if (!tenantColumnNode) {
    const body = unwrap(parseOne(`create table x (${TENANT_COLUMN_SQL})`))?.[1] as Body;
    tenantColumnNode = (body["tableElts"] as Node[])[0] as Node;
  }
  return tenantColumnNode;
}

const SERIAL = /^(small|big)?serial[248]?$/;

/** Enters a column into the model, and takes its keys and references out. */
export function readColumn(
  work: Work,
  table: Table,
  definition: ColumnDef,
): { definition: ColumnDef; moved: Constraint[] } {
  const name = definition.colname ?? "";
  const kept: Node[] = [];
  const moved: Constraint[] = [];
  const known = table.columns.find((each) => each.name === name);
  if (!known) work.columnsMade.add(`${keyOf(table.schema, table.name)}.${name}`);
  const column = known ?? newColumn(table, definition);
  let last: Constraint | null = null;
  for (const node of definition.constraints ?? []) {
    const constraint = (unwrap(node)?.[1] ?? {}) as Constraint;
    const kind = constraint.contype ?? "CONSTR_NULL";
    if (kind === "CONSTR_PRIMARY" || kind === "CONSTR_UNIQUE" || kind === "CONSTR_FOREIGN") {
      last = {
        ...constraint,
        ...(kind === "CONSTR_FOREIGN"
          ? { fk_attrs: [{ String: { sval: name } }] }
          : { keys: [{ String: { sval: name } }] }),
      };
      moved.push(last);
    } else if (kind.startsWith("CONSTR_ATTR") && last) {
      applyAttribute(last, kind);
    } else {
      if (!kind.startsWith("CONSTR_ATTR")) last = null;
      kept.push(node);
      noteConstraint(table, column, constraint);
    }
  }
  const type = strings(definition.typeName?.names).at(-1) ?? "";
  if (SERIAL.test(type) || column.identity) addSequence(work, table, name);
  if (SERIAL.test(type)) Object.assign(column, { hasDefault: true, nullable: false });
  return { definition: { ...definition, constraints: kept.length > 0 ? kept : undefined }, moved };
}

function newColumn(table: Table, definition: ColumnDef): Column {
  const column: Column = {
    ...{ name: definition.colname ?? "", type: definition.typeName ? typeText(definition.typeName) : "" },
    ...{ nullable: !definition.is_not_null, hasDefault: false, generated: false, identity: null },
  };
  table.columns.push(column);
  return column;
}

function noteConstraint(table: Table, column: Column, constraint: Constraint) {
  switch (constraint.contype) {
    case "CONSTR_NOTNULL":
      column.nullable = false;
      break;
    case "CONSTR_DEFAULT":
      setDefault(column, constraint.raw_expr);
      break;
    case "CONSTR_GENERATED":
      column.generated = true;
      break;
    case "CONSTR_IDENTITY":
      column.identity = constraint.generated_when === "a" ? "always" : "by default";
      Object.assign(column, { nullable: false, hasDefault: true });
      break;
    default:
      if (constraint.conname) table.constraints[constraint.conname] = "check";
  }
}

/** Follows a default, or its end, in the model. */
export function setDefault(column: Column, expression: unknown): void {
  column.hasDefault = expression !== undefined && expression !== null;
  delete column.drawnBy;
  const [kind, body] = unwrap(expression) ?? ["", {} as Body];
  const isBare = kind === "FuncCall" && !Array.isArray(body["args"]);
  const name = isBare ? strings(body["funcname"]).at(-1) : undefined;
  if (name !== undefined) column.drawnBy = name;
}

function applyAttribute(constraint: Constraint, kind: string) {
  switch (kind) {
    case "CONSTR_ATTR_DEFERRED":
      constraint.deferrable = true;
      constraint.initdeferred = true;
      break;
    case "CONSTR_ATTR_DEFERRABLE":
      constraint.deferrable = true;
      break;
    case "CONSTR_ATTR_NOT_ENFORCED":
      constraint.is_enforced = false;
      constraint.skip_validation = true;
      constraint.initially_valid = false;
      break;
  }
}

function addSequence(work: Work, table: Table, column: string) {
  const name = freeName(table.name, column, "seq", (each) => isRelation(work.model, table.schema, each));
  const ownedBy = { table: keyOf(table.schema, table.name), column };
  work.model.sequences[keyOf(table.schema, name)] = {
    schema: table.schema,
    name,
    shared: table.shared,
    ownedBy,
  };
}

/** Sequences of serial columns: an insert needs USAGE on them. An identity's needs nothing. */
export function grantSequences(work: Work, table: Table, columns: readonly string[] | null = null) {
  const key = keyOf(table.schema, table.name);
  for (const sequence of Object.values(work.model.sequences)) {
    if (sequence.ownedBy?.table !== key || (columns && !columns.includes(sequence.ownedBy.column))) continue;
    const column = table.columns.find((each) => each.name === sequence.ownedBy?.column);
    if (column?.identity) continue;
    emit(
      work,
      "place",
      `grant usage on sequence ${relationName(sequence.schema, sequence.name)} to ${quote(work.appRole)}`,
    );
  }
}

function emitShared(work: Work, table: Table, unit: Unit) {
  const key = keyOf(table.schema, table.name);
  if (!work.model.sharedTables.includes(key)) work.model.sharedTables.push(key);
  emit(work, "database", unit.text);
  emit(
    work,
    "database",
    `grant select on ${relationName(table.schema, table.name)} to ${quote(work.appRole)}`,
  );
}
