import { quoteIdentifier } from "../db/sql.ts";
import { isolationError } from "./errors.ts";
import { boundText, drawKeys, type SealedColumns, sealedColumn } from "./sealed-columns.ts";
import type { SealedShape, SealedTable } from "./sealed-shape.ts";
import type { Runner } from "./transaction.ts";
import { isComparison, list, refuse } from "./where.ts";

type Row = Record<string, unknown>;
type Bind = (value: unknown) => string;

/** Comparisons that a blind index, or the mere presence of a value, can decide. */
const COMPARED = new Set(["eq", "ne", "in", "notIn", "isNull"]);

/** The sealed columns of one table, for one tenant's statements. Rows here have columns for keys, not properties. */
export class SealedRows {
  readonly #seals: SealedColumns;
  readonly #table: SealedTable;
  readonly #runner: Runner;

  constructor(seals: SealedColumns, table: SealedTable, runner: Runner) {
    this.#seals = seals;
    this.#table = table;
    this.#runner = runner;
  }

  /** Behind the selection of the plain columns: where there is no plain value, there may be a sealed one. */
  selection(): string {
    return this.#seals
      .readable(this.#table)
      .map((column) => `, ${quoteIdentifier(column.cipher)} as ${quoteIdentifier(alias(column))}`)
      .join("");
  }

  /** Puts the values in their place. The rows have the properties of a whole selection, and that of `selection`. */
  async open(rows: readonly Row[]): Promise<void> {
    for (const column of this.#seals.readable(this.#table)) {
      const found: { row: Row; cipher: Buffer }[] = [];
      for (const row of rows) {
        const cipher = row[alias(column)];
        delete row[alias(column)];
        // A plain value is newer: whoever seals one takes it away in the same statement.
        if (Buffer.isBuffer(cipher) && row[column.property] === null) found.push({ row, cipher });
      }
      const values = await this.#seals.open(
        column,
        found.map(({ row, cipher }) => ({
          key: this.#table.key.map((part) =>
            boundText(column.table, part.column, part.kind, row[part.property]),
          ),
          cipher,
          subject: this.#subject(column, row[column.subjectProperty ?? ""]),
        })),
      );
      for (const [i, { row }] of found.entries()) row[column.property] = values[i];
    }
  }

  /**
   * Seals what new rows give for sealed columns; draws their keys, where they give none.
   *
   * @returns the rows with storage columns in place of sealed ones, and whether their keys override an identity
   */
  async insert(rows: readonly Row[]): Promise<{ rows: Row[]; overrides: boolean }> {
    const written = this.#seals.readable(this.#table).filter((column) => this.#seals.isWritten(column));
    const missing = written.find(
      (column) => !column.isNullable && rows.some((row) => (row[column.column] ?? null) === null),
    );
    if (missing) await this.#seals.seal(missing, [], null, null); // refuses
    const isSealing = rows.some((row) => written.some(({ column }) => row[column] !== undefined));
    if (!isSealing) return { rows: [...rows], overrides: false };
    const { rows: keyed, overrides } = await this.#drawKeys(rows, written);
    const sealed = await Promise.all(
      keyed.map(async (row) => {
        const next = { ...row };
        const key = this.#table.key.map((part) =>
          boundText(written[0]?.table ?? "", part.column, part.kind, row[part.column]),
        );
        for (const column of written) await this.#put(next, column, key, row[column.subject ?? ""]);
        return next;
      }),
    );
    return { rows: sealed, overrides };
  }

  /**
   * Seals what a patch gives for sealed columns of the row with this key.
   *
   * @returns the patch with storage columns, and what must still hold of the row while it is written
   */
  async update(key: readonly unknown[], patch: Row): Promise<{ patch: Row; guard: Row }> {
    const readable = this.#seals.readable(this.#table);
    this.#refuseMoves(readable, patch);
    const written = readable.filter(
      (column) => this.#seals.isWritten(column) && patch[column.column] !== undefined,
    );
    const next = { ...patch };
    const guard: Row = {};
    for (const column of written) {
      const isGone = patch[column.column] === null;
      const text = isGone
        ? []
        : this.#table.key.map((part, i) => boundText(column.table, part.column, part.kind, key[i]));
      await this.#put(next, column, text, await this.#subjectOf(column, key, patch, guard));
    }
    return { patch: next, guard };
  }

  /** Terms for a condition on a sealed column; undefined for a column that is not, or not yet. */
  async terms(
    name: string,
    columnName: string,
    condition: unknown,
    bind: Bind,
  ): Promise<string[] | undefined> {
    const column = this.#seals.readable(this.#table).find((each) => each.column === columnName);
    if (!column) return undefined;
    if (condition === undefined) return undefined;
    if (condition === null) return [this.#isNull(column)];
    if (Array.isArray(condition)) return [await this.#anyOf(column, list(name, condition), bind)];
    const isValue = column.type.kind === "json" && !Object.hasOwn(Object(condition), "isNull");
    if (!isComparison(condition) || isValue) return [await this.#equal(column, condition, "=", bind)];
    const terms: string[] = [];
    for (const [operator, value] of Object.entries(condition)) {
      if (!COMPARED.has(operator)) throw refuseComputing(column, `compare it by \`${operator}\``);
      const path = `${name}.${operator}`;
      if (value === undefined) throw refuse(path, "is undefined; leave it out");
      if (operator === "isNull") terms.push(value ? this.#isNull(column) : `not ${this.#isNull(column)}`);
      else if (operator === "in") terms.push(await this.#anyOf(column, list(path, value), bind));
      else if (operator === "notIn") terms.push(...(await this.#noneOf(column, list(path, value), bind)));
      else if (value === null) throw refuse(path, "is null, which no comparison matches; use isNull");
      else terms.push(await this.#equal(column, value, operator === "eq" ? "=" : "<>", bind));
    }
    if (terms.length === 0) throw refuse(name, "is an empty object; name at least one comparison");
    return terms;
  }

  /** Throws context.sealed_column for a column that cannot be ordered by. */
  refuseOrder(columnName: string): void {
    const column = this.#seals.readable(this.#table).find((each) => each.column === columnName);
    if (column) throw refuseComputing(column, "order by it");
  }

  async #equal(column: SealedShape, value: unknown, sign: "=" | "<>", bind: Bind): Promise<string> {
    const index = `${quoteIdentifier(column.index ?? "")} ${sign} ${bind(await this.#seals.blindIndex(column, value))}`;
    if (!this.#seals.mayBePlain(column)) return index;
    return this.#orPlain(column, index, `${quoteIdentifier(column.column)} ${sign} ${bind(value)}`);
  }

  async #anyOf(column: SealedShape, values: readonly unknown[], bind: Bind): Promise<string> {
    const wanted = await Promise.all(values.map((value) => this.#seals.blindIndex(column, value)));
    const index = `coalesce(${quoteIdentifier(column.index ?? "")} = any(${bind(wanted)}::bytea[]), false)`;
    if (!this.#seals.mayBePlain(column)) return index;
    const plain = `coalesce(${quoteIdentifier(column.column)} = any(${bind(values)}), false)`;
    return this.#orPlain(column, index, plain);
  }

  /** A plain value counts, whatever stands sealed beside it: it is newer. */
  #orPlain({ column }: SealedShape, sealed: string, plain: string): string {
    return `(${plain} or (${quoteIdentifier(column)} is null and ${sealed}))`;
  }

  /** As `<> all`: no value is none of them, unless there are none. */
  async #noneOf(column: SealedShape, values: readonly unknown[], bind: Bind): Promise<string[]> {
    if (values.length === 0) return ["true"];
    return [`not ${this.#isNull(column)}`, `not ${await this.#anyOf(column, values, bind)}`];
  }

  #isNull({ cipher, column }: SealedShape): string {
    return `(${quoteIdentifier(cipher)} is null and ${quoteIdentifier(column)} is null)`;
  }

  async #put(row: Row, column: SealedShape, key: readonly string[], subject: unknown): Promise<void> {
    const value = row[column.column];
    delete row[column.column];
    if (value === undefined) return;
    const sealed = await this.#seals.seal(column, key, value, this.#subject(column, subject));
    row[column.column] = null;
    row[column.cipher] = sealed.cipher;
    if (column.index !== null) row[column.index] = sealed.index;
  }

  #subject(column: SealedShape, value: unknown): string | null {
    if (column.subject === null || column.subjectKind === null || value === undefined) return null;
    return boundText(column.table, column.subject, column.subjectKind, value);
  }

  /** A key that all rows lack is drawn; the app gives it for all rows or for none. */
  async #drawKeys(
    rows: readonly Row[],
    written: readonly SealedShape[],
  ): Promise<{ rows: Row[]; overrides: boolean }> {
    const keyed = rows.map((row) => ({ ...row }));
    let overrides = false;
    for (const part of this.#table.key) {
      const lacking = keyed.filter((row) => row[part.column] === undefined);
      if (lacking.length === 0) continue;
      const [first] = written;
      const drawn = await drawKeys(this.#runner, part, lacking.length);
      if (!drawn && first)
        throw sealedColumn(
          first,
          `it is bound to the key, and \`${part.column}\` is not given`,
          `Give \`${part.column}\`, or let it be an identity, a serial or a random uuid`,
        );
      for (const [i, row] of lacking.entries()) row[part.column] = drawn?.[i];
      if (part.isAlwaysDrawn && lacking.length === keyed.length) overrides = true;
    }
    return { rows: keyed, overrides };
  }

  /** Where the patch does not name the person, the row does; it must still do so when it is written. */
  async #subjectOf(column: SealedShape, key: readonly unknown[], patch: Row, guard: Row): Promise<unknown> {
    const { subject } = column;
    if (subject === null || patch[column.column] === null) return undefined;
    if (patch[subject] !== undefined) return patch[subject];
    if (guard[subject] !== undefined) return guard[subject];
    const conditions = this.#table.key.map((part, i) => `${quoteIdentifier(part.column)} = $${i + 1}`);
    const { rows } = await this.#runner.query({
      text: `select ${quoteIdentifier(subject)}::text as subject from ${column.from} where ${conditions.join(" and ")}`,
      values: key,
    });
    const found = (rows as { subject: string }[])[0]?.subject;
    if (found !== undefined) guard[subject] = found;
    return found;
  }

  /** A value that is bound to a key or a person cannot follow the row to another one unread. */
  #refuseMoves(readable: readonly SealedShape[], patch: Row): void {
    const [first] = readable;
    const part = this.#table.key.find(({ column }) => patch[column] !== undefined);
    if (first && part)
      throw sealedColumn(
        first,
        `it is bound to the key, and \`${part.column}\` would change`,
        "Insert a new row and remove this one",
      );
    const left = readable.find(
      (column) =>
        column.subject !== null && patch[column.subject] !== undefined && patch[column.column] === undefined,
    );
    if (left)
      throw sealedColumn(
        left,
        `it is sealed for a person, and \`${left.subject}\` would change`,
        `Give \`${left.column}\` in the same change`,
      );
  }
}

export function refuseComputing(column: SealedShape, what: string) {
  return isolationError("context.sealed_column", {
    table: column.table,
    column: column.column,
    reason: `the database cannot ${what}`,
    cure: "Compare for equality on a column declared `@sealed search`; do the rest in the application",
  });
}

function alias({ property }: SealedShape): string {
  return `${property}~sealed`;
}
