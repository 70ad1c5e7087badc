/** What the app's migrations make: plain data that can be stored as JSON. Tables are keyed by `keyOf`. */
export interface AppModel {
  tables: Record<string, Table>;
  views: Record<string, View>;
  enums: Record<string, EnumType>;
  domains: Record<string, Domain>;
  /** Composite and range types. */
  types: Record<string, NamedType>;
  functions: Record<string, AppFunction>;
  sequences: Record<string, Sequence>;
  indexes: Record<string, Index>;
  /** Keys of the tables that every tenant reads and none writes. */
  sharedTables: string[];
  /** Schemas of the app besides `public`. */
  schemas: string[];
  /** Ids of all sealed columns there ever were: values are bound to them, so none is given twice. */
  sealedIds: string[];
}

export interface Table {
  schema: string;
  name: string;
  shared: boolean;
  /** The app's columns in their order; `tenant_id` is not among them. */
  columns: Column[];
  /** How many of `columns` stand before `tenant_id`; positional inserts break when any stands behind it. */
  tenantPosition: number;
  /** The app's own key, without `tenant_id`; empty when there is none. */
  primaryKey: string[];
  uniques: Unique[];
  foreignKeys: ForeignKey[];
  /** Every constraint by name, for renames and drops. */
  constraints: Record<string, ConstraintKind>;
  isPartitioned: boolean;
  partitionOf: string | null;
  inherits: string[];
  /** Permissive policies that the app made. */
  policies: string[];
  comment?: string;
}

/** `companion` is the check that we add to a reference with MATCH FULL; it goes when the reference goes. */
export type ConstraintKind =
  | "primary"
  | "unique"
  | "foreign"
  | "check"
  | "exclusion"
  | "not null"
  | "companion";

export interface Column {
  name: string;
  type: string;
  nullable: boolean;
  hasDefault: boolean;
  generated: boolean;
  identity: "always" | "by default" | null;
  /** The function that the default calls, if it is no more than such a call: `gen_random_uuid`. */
  drawnBy?: string;
  /** The table's column holds nothing then: what it means stands sealed beside it. */
  sealed?: Sealed;
}

/** How a sealed column stands in the database: the envelope in a column of its own, hidden from the app. */
export interface Sealed {
  /** Bound into each value; stays when table or column are renamed. */
  id: string;
  /** Column of the envelope. */
  cipher: string;
  /** Column of the blind index; null when values are not searched for. */
  index: string | null;
  /** Column that names the person whose key seals the value; null: the tenant's. */
  subject: string | null;
  /** What stands before the person in the name of their key: `subject` as it was called when the column was sealed. */
  person: string | null;
  /** The table's key, which is bound into each value too. */
  key: string[];
  /** The constraint by which the plain column holds nothing. */
  only: string;
  /** The constraint that stands for NOT NULL; null for a column that may be null. */
  present: string | null;
  /** The index over the blind index. */
  lookup: string | null;
  /** False when the column may have held plain values before: they are sealed in the background. */
  isNew: boolean;
}

export interface Unique {
  name: string;
  columns: string[];
}

export interface ForeignKey {
  name: string;
  columns: string[];
  /** Key of the table referred to. */
  table: string;
  targetColumns: string[];
  onDelete: Action;
  onUpdate: Action;
}

export type Action = "no action" | "restrict" | "cascade" | "set null" | "set default";

export interface View {
  schema: string;
  name: string;
  /** Null when a type cannot be told from the text. */
  columns: { name: string; type: string | null }[];
}

export interface NamedType {
  schema: string;
  name: string;
  /** True when it lives once in `public`, because a shared table uses it. */
  shared: boolean;
}

export interface EnumType extends NamedType {
  values: string[];
}

export interface Domain extends NamedType {
  baseType: string;
}

export interface AppFunction {
  schema: string;
  name: string;
  kind: "function" | "procedure";
  language: string;
  securityDefiner: boolean;
  /** What its body does besides reading and changing rows, such as building SQL at run time. */
  deeds: string[];
}

export interface Sequence {
  schema: string;
  name: string;
  shared: boolean;
  ownedBy: { table: string; column: string } | null;
}

export interface Index {
  schema: string;
  name: string;
  table: string;
  unique: boolean;
  method: string;
  /** Null stands for an expression. `tenant_id` is not among them. */
  columns: (string | null)[];
}

export function emptyModel(): AppModel {
  return {
    tables: {},
    views: {},
    enums: {},
    domains: {},
    types: {},
    functions: {},
    sequences: {},
    indexes: {},
    sharedTables: [],
    schemas: [],
    sealedIds: [],
  };
}

/** `tracks` in public, `app2.tracks` elsewhere. */
export function keyOf(schema: string | undefined | null, name: string): string {
  return !schema || schema === "public" ? name : `${schema}.${name}`;
}

export function findTable(model: AppModel, schema: string | undefined | null, name: string): Table | null {
  return own(model.tables, keyOf(schema, name));
}

/** A record's entry; names such as `constructor` are ordinary here. */
export function own<T>(record: Record<string, T>, key: string): T | null {
  return Object.hasOwn(record, key) ? (record[key] as T) : null;
}

export function isRelation(model: AppModel, schema: string, name: string): boolean {
  const key = keyOf(schema, name);
  return [model.tables, model.views, model.sequences, model.indexes].some((record) =>
    Object.hasOwn(record, key),
  );
}

/** The partitions and inheritance children below a table, itself first. */
export function family(model: AppModel, key: string): string[] {
  const found = [key];
  for (let at = 0; at < found.length; at++) {
    const parent = found[at] as string;
    for (const [child, table] of Object.entries(model.tables)) {
      if ((table.partitionOf === parent || table.inherits.includes(parent)) && !found.includes(child)) {
        found.push(child);
      }
    }
  }
  return found;
}
