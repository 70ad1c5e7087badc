import type { QueryResult } from "pg";
import type { FieldProblem } from "../base/errors.ts";
import { numbered, type RowFilter } from "../db/row-filter.ts";
import { quoteIdentifier } from "../db/sql.ts";
import { isolationError } from "./errors.ts";
import type { SealedColumns } from "./sealed-columns.ts";
import { SealedRows } from "./sealed-rows.ts";
import { filterSql, type TableShape, tableName, toProperty } from "./table-shape.ts";
import type { Runner } from "./transaction.ts";
import { type WhereInput, whereClause } from "./where.ts";

/** The rows that somebody may act on; without it, all of the tenant's. */
export interface Permitted {
  permitted?: RowFilter;
}

export interface FindOptions<Row> extends Permitted {
  where?: WhereInput<Row>;
  /** Column, `-` in front for descending; several in a list. */
  orderBy?: string | readonly string[];
  /** Default 1,000, at most 10,000; use ctx.stream() for more. */
  limit?: number;
  offset?: number;
}

const LIMIT_DEFAULT = 1_000;
const LIMIT_MAX = 10_000;
/** PostgreSQL takes 65,535 parameters in one statement. */
const PARAMETERS_MAX = 60_000;

/** Of PostgreSQL: text that is no number, uuid or date; a number or date out of range; a text that is too long. */
const BAD_VALUES = new Set(["22P02", "22003", "22007", "22008", "22001", "22021"]);

type Id = string | number | bigint | Readonly<Record<string, unknown>>;

/** One table of the tenant. Properties are camelCase, columns snake_case; `tenant_id` is never shown or taken. */
export class Repository<Row = Record<string, unknown>, Insert = Record<string, unknown>> {
  readonly #runner: Runner;
  readonly #table: TableShape;
  readonly #from: string;
  readonly #sealed: SealedRows | null;
  readonly #tenantId: string;

  constructor(runner: Runner, table: TableShape, tenantId: string, seals: SealedColumns | null) {
    this.#runner = runner;
    this.#table = table;
    this.#tenantId = tenantId;
    this.#from = tableName(table);
    this.#sealed = seals && table.sealed ? new SealedRows(seals, table.sealed, runner) : null;
  }

  /** The row with this key; undefined when the tenant has none, or none that is permitted. */
  async findById(id: Id, { permitted }: Permitted = {}): Promise<Row | undefined> {
    const { text, values } = this.#and(this.#key(id, 1), permitted, 1);
    const rows = await this.#rows(`select ${this.#selection} from ${this.#from} where ${text}`, values);
    return rows[0];
  }

  async findAll(options: FindOptions<Row> = {}): Promise<Row[]> {
    const where = await this.#where(options);
    const limit = bounded("limit", options.limit ?? LIMIT_DEFAULT, 0, LIMIT_MAX);
    const offset = bounded("offset", options.offset ?? 0, 0, Number.MAX_SAFE_INTEGER);
    const text = [
      `select ${this.#selection} from ${this.#from}`,
      where.text && `where ${where.text}`,
      this.#order(options.orderBy),
      `limit $${where.values.length + 1}`,
      offset > 0 && `offset $${where.values.length + 2}`,
    ];
    const values = [...where.values, limit, ...(offset > 0 ? [offset] : [])];
    return this.#rows(text.filter(Boolean).join(" "), values);
  }

  async findOne(options: FindOptions<Row> = {}): Promise<Row | undefined> {
    const rows = await this.findAll({ ...options, limit: 1 });
    return rows[0];
  }

  async count(options: Pick<FindOptions<Row>, "where" | "permitted"> = {}): Promise<number> {
    const where = await this.#where(options);
    const text = `select count(*)::float8 as n from ${this.#from}${where.text ? ` where ${where.text}` : ""}`;
    const result = await this.#run(text, where.values);
    return (result.rows[0] as { n: number }).n;
  }

  /** Returns the row as stored, defaults filled in. */
  async insert(row: Insert): Promise<Row> {
    const rows = await this.insertMany([row]);
    return rows[0] as Row;
  }

  async insertMany(rows: readonly Insert[]): Promise<Row[]> {
    if (rows.length === 0) return [];
    const given = this.#records(rows as readonly Record<string, unknown>[]);
    const { rows: records, overrides } = (await this.#sealed?.insert(given)) ?? {
      rows: given,
      overrides: false,
    };
    const named = [...new Set(records.flatMap((record) => Object.keys(record)))];
    // Rows of defaults alone: DEFAULT VALUES would make one row, however many are asked for.
    const columns = named.length > 0 ? named : this.#table.columns.slice(0, 1);
    const perStatement = Math.max(1, Math.floor(PARAMETERS_MAX / Math.max(1, columns.length)));
    if (rows.length > perStatement) {
      throw badInput([
        { path: "rows", message: `Expected at most ${perStatement} rows at once, got ${rows.length}` },
      ]);
    }
    const values: unknown[] = [];
    const tuples = records.map((record) => {
      const cells = columns.map((column) => {
        const value = record[column];
        if (value === undefined) return "default";
        values.push(this.#encode(column, value));
        return `$${values.length}`;
      });
      return `(${cells.join(", ")})`;
    });
    const list = columns.map(quoteIdentifier).join(", ");
    const into = `(${list})${overrides ? " overriding system value" : ""} values ${tuples.join(", ")}`;
    return this.#rows(`insert into ${this.#from} ${into} returning ${this.#selection}`, values);
  }

  /** Changes the row with this key. Throws context.not_found when the tenant has none, or none that is permitted. */
  async update(id: Id, patch: Partial<Insert>, { permitted }: Permitted = {}): Promise<Row> {
    const [given = {}] = this.#records([patch as Record<string, unknown>]);
    if (Object.keys(given).length === 0)
      throw badInput([{ path: "patch", message: "Expected at least one column, got none" }]);
    const { patch: record, guard } = (await this.#sealed?.update(this.#key(id, 1).values, given)) ?? {
      patch: given,
      guard: {},
    };
    const columns = Object.keys(record);
    const values = columns.map((column) => this.#encode(column, record[column]));
    const sets = columns.map((column, i) => `${quoteIdentifier(column)} = $${i + 1}`);
    const key = this.#key(id, values.length + 1);
    const from = values.length + key.values.length + 1;
    const guards = Object.keys(guard).map((column, i) => ` and ${quoteIdentifier(column)} = $${from + i}`);
    const wanted = { text: key.text + guards.join(""), values: [...key.values, ...Object.values(guard)] };
    const where = this.#and(wanted, permitted, values.length + 1);
    const text = `update ${this.#from} set ${sets.join(", ")} where ${where.text} returning ${this.#selection}`;
    const rows = await this.#rows(text, [...values, ...where.values]);
    if (rows.length === 0)
      throw isolationError("context.not_found", { table: this.#table.name, id: print(id) });
    return rows[0] as Row;
  }

  /** Deletes the row with this key; false when the tenant has none, or none that is permitted. */
  async remove(id: Id, { permitted }: Permitted = {}): Promise<boolean> {
    const key = this.#and(this.#key(id, 1), permitted, 1);
    const result = await this.#run(`delete from ${this.#from} where ${key.text}`, key.values);
    return (result.rowCount ?? 0) > 0;
  }

  /** A row as policies see it, to ask about it alone: `admission.may("data.write", ctx.tracks.resourceOf(row))`. */
  resourceOf(row: Row): { id: string; type: string; attributes: Record<string, string> } {
    const { name, primaryKey, attributes, propertyOf } = this.#table;
    const cells = row as Readonly<Record<string, unknown>>;
    const cell = (column: string) =>
      Object.hasOwn(cells, column) ? cells[column] : cells[propertyOf.get(column) ?? column];
    const shown = [...attributes.keys()].flatMap((column) => {
      const value = cell(column);
      const names = new Set([column, propertyOf.get(column) ?? column]);
      return value === null || value === undefined
        ? []
        : [...names].map((each) => [each, String(value)] as const);
    });
    const id = primaryKey.map((column) => String(cell(column))).join("/");
    return { id, type: name, attributes: Object.fromEntries(shown) };
  }

  get #selection(): string {
    return this.#sealed ? this.#table.selection + this.#sealed.selection() : this.#table.selection;
  }

  async #rows(text: string, values: readonly unknown[]): Promise<Row[]> {
    const { rows } = await this.#run(text, values);
    await this.#sealed?.open(rows);
    return rows as Row[];
  }

  async #where({ where, permitted }: Pick<FindOptions<Row>, "where" | "permitted">) {
    return this.#and(await this.#asked(where as WhereInput<unknown>), permitted, 1);
  }

  async #asked(where: WhereInput<unknown> = {}): Promise<{ text: string; values: unknown[] }> {
    const resolve = (name: string) => this.#column(name);
    if (!this.#sealed) return whereClause(where, resolve, 1);
    const sealed: string[] = [];
    const values: unknown[] = [];
    const plain: Record<string, unknown> = {};
    const bind = (value: unknown) => `$${values.push(value)}`;
    for (const [name, condition] of Object.entries(where)) {
      const terms = await this.#sealed.terms(name, resolve(name), condition, bind);
      if (terms) sealed.push(...terms);
      else plain[name] = condition;
    }
    const rest = whereClause(plain, resolve, values.length + 1);
    return {
      text: [...sealed, rest.text].filter((term) => term !== "").join(" and "),
      values: [...values, ...rest.values],
    };
  }

  #and(clause: { text: string; values: unknown[] }, permitted: RowFilter | undefined, from: number) {
    if (!permitted) return clause;
    const parts = filterSql(permitted, this.#table, { tenantId: this.#tenantId });
    const { text, values } = numbered(parts, from + clause.values.length);
    return {
      text: clause.text ? `${clause.text} and ${text}` : text,
      values: [...clause.values, ...values],
    };
  }

  async #run(text: string, values: readonly unknown[]): Promise<QueryResult> {
    try {
      return await this.#runner.query({ text, values, knowsSealed: true });
    } catch (failure) {
      const { code, message } = failure as { code?: string; message: string };
      if (code === undefined || !BAD_VALUES.has(code)) throw failure;
      const details = { table: this.#table.name, reason: message };
      throw isolationError("context.bad_value", details, { cause: failure });
    }
  }

  #column(name: string): string {
    const column = this.#table.columnOf.get(name);
    if (column === undefined) {
      throw isolationError("context.unknown_column", {
        table: this.#table.name,
        column: name,
        columns: this.#table.columns.map(toProperty).join(", "),
      });
    }
    return column;
  }

  /** Rows by column, without what is undefined. */
  #records(rows: readonly Readonly<Record<string, unknown>>[]): Record<string, unknown>[] {
    return rows.map((row) => {
      const record: Record<string, unknown> = Object.create(null);
      for (const [name, value] of Object.entries(row)) {
        if (value === undefined) continue;
        const column = this.#column(name);
        // Given under both its names, a column's own name counts.
        if (name === column || !Object.hasOwn(row, column)) record[column] = value;
      }
      return record;
    });
  }

  #encode(column: string, value: unknown): unknown {
    return value !== null && this.#table.jsonColumns.includes(column) ? JSON.stringify(value) : value;
  }

  #key(id: Id, from: number): { text: string; values: unknown[] } {
    const { primaryKey, name } = this.#table;
    if (primaryKey.length === 0) {
      throw badInput([{ path: "id", message: `Expected a table with a primary key; ${name} has none` }]);
    }
    const parts: Record<string, unknown> = Object.create(null);
    if (typeof id === "object" && id !== null) {
      for (const [property, value] of Object.entries(id)) parts[this.#column(property)] = value;
    } else if (primaryKey.length === 1) {
      parts[primaryKey[0] as string] = id;
    }
    const extra = Object.keys(parts).filter((column) => !primaryKey.includes(column));
    if (extra.length > 0) {
      // Leaving them out would find more than was asked for.
      throw badInput(
        extra.map((c) => ({
          path: `id.${toProperty(c)}`,
          message: `Expected the primary key of ${name} alone (${primaryKey.map(toProperty).join(", ")}), got ${c}`,
        })),
      );
    }
    const missing = primaryKey.filter((column) => parts[column] === undefined || parts[column] === null);
    if (missing.length > 0) {
      throw badInput(
        missing.map((c) => ({
          path: `id.${toProperty(c)}`,
          message: `Expected a value of the primary key of ${name}, got none`,
        })),
      );
    }
    return {
      text: primaryKey.map((column, i) => `${quoteIdentifier(column)} = $${from + i}`).join(" and "),
      values: primaryKey.map((column) => parts[column]),
    };
  }

  #order(orderBy: string | readonly string[] | undefined): string {
    if (orderBy === undefined) return "";
    const terms = (typeof orderBy === "string" ? orderBy.split(",") : orderBy).map((term) => {
      const name = term.trim();
      this.#sealed?.refuseOrder(this.#column(name.replace(/^-/, "")));
      return name.startsWith("-")
        ? `${quoteIdentifier(this.#column(name.slice(1)))} desc`
        : quoteIdentifier(this.#column(name));
    });
    return terms.length === 0 ? "" : `order by ${terms.join(", ")}`;
  }
}

function bounded(path: string, value: number, min: number, max: number): number {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw badInput([
      { path, message: `Expected \`${path}\` to be an integer from ${min} to ${max}, got ${print(value)}` },
    ]);
  }
  return value;
}

export function badInput(problems: readonly FieldProblem[]) {
  return isolationError("context.bad_input", {}, { problems });
}

function print(value: unknown): string {
  return String(JSON.stringify(value, (_key, item) => (typeof item === "bigint" ? String(item) : item)));
}
