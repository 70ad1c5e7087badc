import type pg from "pg";

/** Whatever runs SQL: a pool, a client, or a transaction. */
export interface Queryable {
  query<R extends pg.QueryResultRow>(config: {
    text: string;
    values?: unknown[];
  }): Promise<pg.QueryResult<R>>;
}

/** A named statement. `test/queries.test.ts` PREPAREs each on the migrated schema. */
export interface Query<Row> {
  readonly name: string;
  readonly text: string;
  /** Never set: carries the row type. */
  readonly row?: Row;
}

export function query<Row = never>(name: string, text: string): Query<Row> {
  return { name, text };
}

/** Exactly one row; another number is a programmer's error. */
export async function one<Row>(db: Queryable, statement: Query<Row>, values: unknown[] = []): Promise<Row> {
  const row = await maybe(db, statement, values);
  if (row === undefined) throw new Error(`Query ${statement.name} found no row; one was expected.`);
  return row;
}

/** One row or none. */
export async function maybe<Row>(
  db: Queryable,
  statement: Query<Row>,
  values: unknown[] = [],
): Promise<Row | undefined> {
  const rows = await many(db, statement, values);
  if (rows.length > 1)
    throw new Error(`Query ${statement.name} found ${rows.length} rows; at most one was expected.`);
  return rows[0];
}

export async function many<Row>(
  db: Queryable,
  statement: Query<Row>,
  values: unknown[] = [],
): Promise<Row[]> {
  const result = await db.query<pg.QueryResultRow>({ text: statement.text, values });
  // The row type is the statement's; the PREPARE test holds names and types of columns.
  return result.rows as Row[];
}

/** Returns how many rows were touched. */
export async function exec(
  db: Queryable,
  statement: Query<unknown>,
  values: unknown[] = [],
): Promise<number> {
  const result = await db.query({ text: statement.text, values });
  return result.rowCount ?? 0;
}

/** Quotes an identifier that we made ourselves. Values are always parameters. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function quoteLiteral(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return text.includes("\\") ? ` E${quoted.replaceAll("\\", "\\\\")}` : quoted;
}
