import type { Constraint, Node, RangeVar } from "@pgsql/types";
import { type Body, parseOne, stringNodes, strings, unwrap } from "./ast.ts";
import { requireExtension } from "./extensions.ts";
import { TENANT_COLUMN } from "./guard.ts";
import { type Action, family, findTable, isRelation, keyOf, type Table } from "./model.ts";
import { freeName, joinColumns, objectName, quote, relationName } from "./names.ts";
import { refuse, type Work } from "./work.ts";

const ACTIONS: Readonly<Record<string, Action>> = {
  a: "no action",
  r: "restrict",
  c: "cascade",
  n: "set null",
  d: "set default",
};

/** Keys first: a reference to the table itself may lean on them. */
export function inOrderOf(constraints: readonly Constraint[]): Constraint[] {
  const rank = (each: Constraint) =>
    each.contype === "CONSTR_PRIMARY" ? 0 : each.contype === "CONSTR_FOREIGN" ? 2 : 1;
  return [...constraints].sort((a, b) => rank(a) - rank(b));
}

/**
 * A key with INCLUDE as a statement of its own: the printer has no words for it. Null for every other constraint.
 */
export function includingKey(table: Table, constraint: Constraint): string | null {
  if (!constraint.including || constraint.including.length === 0) return null;
  if (constraint.options)
    refuse("A key with INCLUDE and storage options cannot be printed.", "Leave the options out.");
  const list = (nodes: Node[] | undefined) => strings(nodes).map(quote).join(", ");
  const parts = [
    `alter table ${relationName(table.schema, table.name)} add constraint ${quote(constraint.conname ?? "")}`,
    constraint.contype === "CONSTR_PRIMARY" ? "primary key" : "unique",
    ...(constraint.nulls_not_distinct ? ["nulls not distinct"] : []),
    `(${list(constraint.keys)}) include (${list(constraint.including)})`,
    ...(constraint.deferrable ? ["deferrable"] : []),
    ...(constraint.initdeferred ? ["initially deferred"] : []),
  ];
  return parts.join(" ");
}

/** Makes one table constraint tenant-safe and enters it into the model; gives the constraints to write. */
export function adaptConstraint(work: Work, table: Table, constraint: Constraint): Constraint[] {
  switch (constraint.contype) {
    case "CONSTR_PRIMARY":
    case "CONSTR_UNIQUE":
      return [adaptKey(work, table, constraint)];
    case "CONSTR_FOREIGN":
      return adaptForeignKey(work, table, constraint);
    case "CONSTR_EXCLUSION":
      return [adaptExclusion(work, table, constraint)];
    case "CONSTR_CHECK":
      if (constraint.conname) table.constraints[constraint.conname] = checkKind(constraint);
      return [constraint];
    case "CONSTR_NOTNULL": {
      const column = table.columns.find((each) => each.name === strings(constraint.keys)[0]);
      if (column && !constraint.skip_validation) column.nullable = false;
      if (constraint.conname) table.constraints[constraint.conname] = "not null";
      return strings(constraint.keys)[0] === TENANT_COLUMN ? [] : [constraint];
    }
    default:
      return refuse(
        `A constraint of kind ${constraint.contype} is not known.`,
        "Write it as a check, key or reference.",
      );
  }
}

function adaptKey(work: Work, table: Table, constraint: Constraint): Constraint {
  const isPrimary = constraint.contype === "CONSTR_PRIMARY";
  const columns = constraint.indexname
    ? indexColumns(work, table, constraint.indexname)
    : withoutTenant(table, strings(constraint.keys));
  const name =
    constraint.conname ||
    constraint.indexname ||
    freeName(table.name, isPrimary ? "" : joinColumns(columns), isPrimary ? "pkey" : "key", (each) =>
      isNameTaken(work, table, each),
    );
  table.constraints[name] = isPrimary ? "primary" : "unique";
  // USING INDEX renames the index to the constraint.
  if (constraint.indexname) delete work.model.indexes[keyOf(table.schema, constraint.indexname)];
  work.model.indexes[keyOf(table.schema, name)] = {
    ...{ schema: table.schema, name, table: keyOf(table.schema, table.name) },
    ...{ unique: true, method: "btree", columns },
  };
  if (isPrimary) {
    table.primaryKey = columns;
    for (const column of table.columns) if (columns.includes(column.name)) column.nullable = false;
    for (const child of family(work.model, keyOf(table.schema, table.name))) {
      const partition = work.model.tables[child];
      if (partition?.partitionOf && partition.primaryKey.length === 0) partition.primaryKey = [...columns];
    }
  } else {
    table.uniques.push({ name, columns });
  }
  if (constraint.without_overlaps) requireExtension(work, "btree_gist");
  if (table.shared || constraint.indexname) return constraint;
  return { ...constraint, conname: name, keys: stringNodes([TENANT_COLUMN, ...columns]) };
}

function indexColumns(work: Work, table: Table, indexName: string): string[] {
  const index = work.model.indexes[keyOf(table.schema, indexName)];
  if (!index) return refuse(`The index ${indexName} is not known.`, "Create the index in these files first.");
  return index.columns.filter((column) => column !== null);
}

/** The printed form leads with tenant_id; the model and a second adoption do without. */
function withoutTenant(table: Table, columns: string[]): string[] {
  return !table.shared && columns[0] === TENANT_COLUMN ? columns.slice(1) : columns;
}

function adaptExclusion(work: Work, table: Table, constraint: Constraint): Constraint {
  if (constraint.conname) table.constraints[constraint.conname] = "exclusion";
  if (table.shared) return constraint;
  const method = constraint.access_method ?? "btree";
  if (method !== "gist" && method !== "btree") {
    refuse(
      `An exclusion constraint by ${method} cannot hold tenant_id.`,
      "Use gist, which can compare a uuid too.",
    );
  }
  if (method === "gist") requireExtension(work, "btree_gist");
  const elements = constraint.exclusions ?? [];
  const first = (unwrap(elements[0])?.[1]["items"] as unknown[] | undefined)?.[0];
  if (unwrap(first)?.[1]["name"] === TENANT_COLUMN) return constraint;
  const sample = `create table x (exclude using gist (${TENANT_COLUMN} with =))`;
  return { ...constraint, exclusions: [...(sampleConstraint(sample).exclusions ?? []), ...elements] };
}

function adaptForeignKey(work: Work, table: Table, constraint: Constraint): Constraint[] {
  const target = referredTable(work, constraint.pktable);
  const columns = withoutTenant(table, strings(constraint.fk_attrs));
  const name =
    constraint.conname ||
    freeName(table.name, joinColumns(columns), "fkey", (each) => isConstraintTaken(work, table.schema, each));
  const given = strings(constraint.pk_attrs);
  const isFirstTenant = strings(constraint.fk_attrs)[0] === TENANT_COLUMN && !table.shared;
  const targetColumns = given.length === 0 ? target.primaryKey : isFirstTenant ? given.slice(1) : given;
  if (targetColumns.length === 0) {
    refuse(
      `${target.name} has no primary key for ${name} to refer to.`,
      "Name the columns that the key refers to.",
    );
  }
  if (table.shared && !target.shared) {
    refuse(
      `The shared table ${table.name} refers to ${target.name}, which belongs to tenants.`,
      `Declare ${target.name} shared as well, or do not share ${table.name}.`,
    );
  }
  table.constraints[name] = "foreign";
  table.foreignKeys.push({
    ...{ name, columns, table: keyOf(target.schema, target.name), targetColumns },
    onDelete: ACTIONS[constraint.fk_del_action ?? "a"] ?? "no action",
    onUpdate: ACTIONS[constraint.fk_upd_action ?? "a"] ?? "no action",
  });
  if (table.shared) return [constraint];
  if (target.shared) {
    const pktable: RangeVar = { ...constraint.pktable, schemaname: target.schema };
    return [{ ...constraint, conname: name, pktable }];
  }
  return tenantForeignKey(table, { ...constraint, conname: name }, columns, targetColumns);
}

function referredTable(work: Work, relation: RangeVar | undefined): Table {
  const target = findTable(work.model, relation?.schemaname, relation?.relname ?? "");
  if (target) return target;
  const name = [relation?.schemaname, relation?.relname].filter(Boolean).join(".");
  return refuse(
    `The table ${name} that a foreign key refers to is not in these files.`,
    "Add the file that makes it.",
  );
}

function tenantForeignKey(
  table: Table,
  constraint: Constraint,
  columns: string[],
  target: string[],
): Constraint[] {
  const onUpdate = ACTIONS[constraint.fk_upd_action ?? "a"];
  if (onUpdate === "set null" || onUpdate === "set default") {
    refuse(
      `ON UPDATE ${onUpdate.toUpperCase()} of ${constraint.conname} would also change tenant_id: PostgreSQL cannot name the columns there.`,
      "Use ON UPDATE CASCADE or NO ACTION, or keep the referenced key unchanged.",
    );
  }
  const onDelete = ACTIONS[constraint.fk_del_action ?? "a"];
  const setColumns = strings(constraint.fk_del_set_cols);
  const namesColumns = onDelete === "set null" || onDelete === "set default";
  const adapted: Constraint = {
    ...constraint,
    fk_matchtype: "s",
    fk_attrs: stringNodes([TENANT_COLUMN, ...columns]),
    pk_attrs: stringNodes([TENANT_COLUMN, ...target]),
    ...(namesColumns && { fk_del_set_cols: stringNodes(setColumns.length > 0 ? setColumns : columns) }),
  };
  // tenant_id is never null, so MATCH FULL would refuse every null; for one column SIMPLE means the same.
  if (constraint.fk_matchtype !== "f" || columns.length < 2) return [adapted];
  const name = companionName(constraint.conname ?? "");
  table.constraints[name] = "companion";
  const list = columns.map(quote).join(", ");
  const check = `check (num_nulls(${list}) in (0, ${columns.length}))`;
  return [adapted, sampleConstraint(`create table x (constraint ${quote(name)} ${check})`)];
}

export function companionName(foreignKey: string): string {
  return objectName(foreignKey, "", "full");
}

/** Our own check, when printed SQL is read again. */
function checkKind(constraint: Constraint): "check" | "companion" {
  const isOurs =
    constraint.conname?.endsWith("_full") && JSON.stringify(constraint.raw_expr).includes("num_nulls");
  return isOurs ? "companion" : "check";
}

function sampleConstraint(createTable: string): Constraint {
  const body = unwrap(parseOne(createTable))?.[1] as Body;
  // The text is ours and has one constraint.
  return unwrap((body["tableElts"] as Node[])[0])?.[1] as Constraint;
}

function isNameTaken(work: Work, table: Table, name: string): boolean {
  return isRelation(work.model, table.schema, name) || isConstraintTaken(work, table.schema, name);
}

function isConstraintTaken(work: Work, schema: string, name: string): boolean {
  return Object.values(work.model.tables).some(
    (each) => each.schema === schema && Object.hasOwn(each.constraints, name),
  );
}
