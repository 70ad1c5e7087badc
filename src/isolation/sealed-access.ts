import { isolationError } from "./errors.ts";
import { boundText, type SealedColumns, sealedColumn } from "./sealed-columns.ts";
import type { SealedShape, SealedTable } from "./sealed-shape.ts";
import type { TableShape } from "./table-shape.ts";

type Id = string | number | bigint | Readonly<Record<string, unknown>>;

/**
 * What lies in the storage columns, for SQL of one's own: columns are named as `collaborators.email`, rows by their
 * key. `subject` is the value of the column that names the person, for columns that have one.
 */
export class SealedAccess {
  readonly #tables: ReadonlyMap<string, TableShape>;
  readonly #seals: SealedColumns;

  constructor(tables: ReadonlyMap<string, TableShape>, seals: SealedColumns) {
    this.#tables = tables;
    this.#seals = seals;
  }

  /** @throws context.sealed_column, context.bad_value, key.destroyed, key.refused, key.unreachable */
  async seal(
    name: string,
    id: Id,
    value: unknown,
    subject?: unknown,
  ): Promise<{ sealed: Buffer | null; index: Buffer | null }> {
    const { column, table } = this.#find(name);
    const person = value === null ? null : subjectOf(column, subject);
    const { cipher, index } = await this.#seals.seal(column, keyOf(column, table, id), value, person);
    return { sealed: cipher, index };
  }

  /** Null for what a person had whose key is destroyed. @throws like `seal`, and sealed.unreadable */
  async open(name: string, id: Id, sealed: Buffer | null, subject?: unknown): Promise<unknown> {
    const { column, table } = this.#find(name);
    if (sealed === null) return null;
    const row = { key: keyOf(column, table, id), cipher: sealed, subject: subjectOf(column, subject) };
    return (await this.#seals.open(column, [row]))[0];
  }

  /** What rows with this value have in the column of the blind index. @throws like `seal` */
  index(name: string, value: unknown): Promise<Buffer> {
    return this.#seals.blindIndex(this.#find(name).column, value);
  }

  #find(name: string): { column: SealedShape; table: SealedTable } {
    const at = name.lastIndexOf(".");
    const table = this.#tables.get(name.slice(0, Math.max(at, 0)))?.sealed;
    const wanted = name.slice(at + 1);
    const column = table?.columns.find((each) => each.column === wanted || each.property === wanted);
    if (table && column) return { column, table };
    const known = [...new Set([...this.#tables.values()].flatMap((each) => each.sealed?.columns ?? []))];
    throw isolationError("context.unknown_column", {
      table: name.slice(0, Math.max(at, 0)),
      column: wanted,
      columns: known.map((each) => `${each.table}.${each.column}`).join(", "),
    });
  }
}

function keyOf(column: SealedShape, { key }: SealedTable, id: Id): string[] {
  const parts = typeof id === "object" ? id : undefined;
  return key.map((part) => {
    const value = parts ? (parts[part.property] ?? parts[part.column]) : key.length === 1 ? id : undefined;
    return boundText(column.table, part.column, part.kind, value);
  });
}

function subjectOf(column: SealedShape, subject: unknown): string | null {
  if (column.subject === null || column.subjectKind === null) return null;
  if (subject === undefined)
    throw sealedColumn(column, "its person is not named", `Give the value of \`${column.subject}\` too`);
  return boundText(column.table, column.subject, column.subjectKind, subject);
}
