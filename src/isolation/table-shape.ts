import { type AppModel, own, type Table } from "../adopt/model.ts";
import { conditionSql, type RowFilter, type RowShape, type SqlParts } from "../db/row-filter.ts";
import { quoteIdentifier } from "../db/sql.ts";
import { isolationError } from "./errors.ts";
import { type SealedTable, sealedTableOf } from "./sealed-shape.ts";

/** What a repository needs to know of a table; from the app schema. */
export interface TableShape {
  readonly name: string;
  readonly schema: string;
  readonly columns: readonly string[];
  /** The app's own key, without `tenant_id`. */
  readonly primaryKey: readonly string[];
  /** Columns of json and jsonb: the driver would write a list as a PostgreSQL array and a text as it is. */
  readonly jsonColumns: readonly string[];
  /** Columns by their own name and by property name. */
  readonly columnOf: ReadonlyMap<string, string>;
  readonly propertyOf: ReadonlyMap<string, string>;
  /** `"genre_id" as "genreId", …` */
  readonly selection: string;
  /** Columns that policies may ask for, by whether they are texts already: their values have one text form each. */
  readonly attributes: ReadonlyMap<string, { readonly isText: boolean }>;
  /** Null for a table without sealed columns. */
  readonly sealed: SealedTable | null;
}

const JSON_TYPE = /^(pg_catalog\.)?jsonb?$/i;

/** Types of which PostgreSQL and JavaScript write the same text; times and floating numbers are not among them. */
const TEXT_TYPE = /^(text|varchar|character varying)(\(\d+\))?$/i;
const PLAIN_TYPE =
  /^(uuid|citext|bool(ean)?|smallint|int|integer|bigint|int[248]|(small|big)?serial|(numeric|decimal)(\(.*\))?)$/i;

/** Made once per app schema: contexts come and go with requests. */
export function tableShape(model: AppModel, table: Table): TableShape {
  const columns = table.columns.map((column) => column.name);
  const columnOf = new Map(columns.map((column) => [column, column]));
  const propertyOf = new Map<string, string>();
  for (const column of columns) {
    // Where two columns would be one property, the later one keeps its own name.
    const property = columnOf.has(toProperty(column)) ? column : toProperty(column);
    propertyOf.set(column, property);
    columnOf.set(property, column);
  }
  return {
    name: table.name,
    schema: table.schema,
    columns,
    primaryKey: table.primaryKey,
    jsonColumns: table.columns.filter(({ type }) => JSON_TYPE.test(type)).map((column) => column.name),
    columnOf,
    propertyOf,
    selection: columns
      .map((c) => `${quoteIdentifier(c)} as ${quoteIdentifier(propertyOf.get(c) ?? c)}`)
      .join(", "),
    attributes: new Map(
      table.columns.flatMap(({ name, type, sealed }) => {
        // No policy can be asked of the database about what it cannot read.
        if (sealed) return [];
        const plain = type.replace(/^pg_catalog\./, "");
        const isText = TEXT_TYPE.test(plain);
        return isText || PLAIN_TYPE.test(plain) || isEnum(model, type) ? [[name, { isText }] as const] : [];
      }),
    ),
    sealed: sealedTableOf(model, table, propertyOf),
  };
}

function isEnum(model: AppModel, type: string): boolean {
  return own(model.enums, type.replace(/^public\./, "")) !== null;
}

/**
 * The rows that a filter admits, as SQL for this table. Attributes are columns, by their own name or as properties.
 *
 * @throws context.attribute_unsupported for a policy that asks for a time, a list or a document
 */
export function filterSql(
  filter: RowFilter,
  table: TableShape,
  at: { readonly tenantId: string; readonly alias?: string },
): SqlParts {
  // Made of another tenant's roles, it says nothing here.
  if (filter.tenantId !== at.tenantId)
    throw new Error(`A filter of tenant ${filter.tenantId} was used in ${at.tenantId}.`);
  const shape: RowShape = {
    name: table.name,
    id: table.primaryKey,
    column: (attribute) => {
      const name = table.columnOf.get(attribute);
      if (name === undefined) return undefined;
      const known = table.attributes.get(name);
      if (!known) throw isolationError("context.attribute_unsupported", { table: table.name, column: name });
      return { name, ...known };
    },
  };
  return conditionSql(filter.condition, shape, at.alias);
}

/** As the tenant's search_path finds it: only other schemas than `public` are named. */
export function tableName({ schema, name }: TableShape): string {
  return schema === "public" ? quoteIdentifier(name) : `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}

export function toProperty(column: string): string {
  return column.replace(/(?<=[\p{L}\p{N}])_+([\p{L}\p{N}])/gu, (_all, letter: string) =>
    letter.toUpperCase(),
  );
}
