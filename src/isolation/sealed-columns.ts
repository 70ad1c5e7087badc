import { randomUUID } from "node:crypto";
import { uuidv7 } from "../base/ids.ts";
import { keyError } from "../keys/errors.ts";
import type { Keyring } from "../keys/keyring.ts";
import { scopeName } from "../keys/scope.ts";
import type { SubjectKeys } from "../keys/subjects.ts";
import { isolationError } from "./errors.ts";
import type { KeyShape, SealedShape, SealedTable, SealingStage } from "./sealed-shape.ts";
import { fromStored, keyText, searchForm, toStored, UnfitValue } from "./sealed-values.ts";
import type { Runner } from "./transaction.ts";

export interface SealedColumnsOptions {
  readonly keyring: Keyring;
  readonly subjects: SubjectKeys;
  /** Asked at each statement: a context may be open while a column is sealed. */
  readonly stageOf: (sealedId: string) => SealingStage;
}

/** What stands in the storage columns of one value. */
export interface SealedValue {
  readonly cipher: Buffer | null;
  readonly index: Buffer | null;
}

export interface SealedRow {
  /** Texts of the key, in its order. */
  readonly key: readonly string[];
  readonly cipher: Buffer;
  /** Text of the subject's column, for values with a subject. */
  readonly subject: string | null;
}

/** What is bound into a value besides its tenant: a value that is moved to another row or column does not open. */
export function columnContext(sealedId: string, key: readonly string[]): string[] {
  return ["column", sealedId, ...key];
}

/** What a blind index is made for: equal values of two columns have nothing in common. */
export function indexField(sealedId: string): string {
  return `column:${sealedId}`;
}

/**
 * The name by which a person's key is found and destroyed: the person's column, as it was called when the column was
 * sealed, and its value, such as `person_id:42`. Models that were stored before that was kept have the name of now.
 */
export function subjectName({ person, subject }: SealedShape, value: string): string {
  return `${person ?? subject}:${value}`;
}

/** Seals and opens values of the app's columns, as one tenant. */
export class SealedColumns {
  readonly #options: SealedColumnsOptions;
  readonly #tenantId: string;

  constructor(tenantId: string, options: SealedColumnsOptions) {
    this.#tenantId = tenantId;
    this.#options = options;
  }

  /** The columns of a table that may hold sealed values by now. */
  readable(table: SealedTable | null): readonly SealedShape[] {
    return table?.columns.filter((column) => this.#stage(column) !== "declared") ?? [];
  }

  isWritten(column: SealedShape): boolean {
    const stage = this.#stage(column);
    return stage === "sealing" || stage === "sealed";
  }

  /** False once no plain value is left, nor can come. */
  mayBePlain(column: SealedShape): boolean {
    return this.#stage(column) !== "sealed";
  }

  /**
   * @param subject text of the subject's column
   * @throws context.bad_value, context.sealed_column, key.destroyed, key.refused, key.unreachable, key.subject_destroyed
   */
  async seal(
    column: SealedShape,
    key: readonly string[],
    value: unknown,
    subject: string | null,
  ): Promise<SealedValue> {
    if (value === null) {
      if (!column.isNullable) throw badValue(column, "it must not be null");
      return { cipher: null, index: null };
    }
    const { keyring, subjects } = this.#options;
    const stored = this.#stored(column, value);
    const context = columnContext(column.id, key);
    if (column.subject !== null) {
      if (subject === null)
        throw sealedColumn(column, "its person is not named", `Give \`${column.subject}\` too`);
      const name = subjectName(column, subject);
      return { cipher: await subjects.seal(this.#tenantId, name, context, stored), index: null };
    }
    const scope = { tenantId: this.#tenantId };
    const cipher = await keyring.seal(scope, "columns", context, stored);
    return { cipher, index: column.index === null ? null : await this.#index(column, stored) };
  }

  /** What an equal value has in the column of the blind index. @throws like `seal` */
  blindIndex(column: SealedShape, value: unknown): Promise<Buffer> {
    if (column.index === null)
      throw sealedColumn(
        column,
        "it is not declared for search",
        "Declare it `@sealed search` when it is made, or compare in the application",
      );
    return this.#index(column, this.#stored(column, value));
  }

  /**
   * The values of one column. Those of a person whose key is destroyed are null: gone, as the rest of the row is not.
   *
   * @throws sealed.unreadable, key.destroyed, key.refused, key.unreachable
   */
  async open(column: SealedShape, rows: readonly SealedRow[]): Promise<unknown[]> {
    const stored = await this.openStored(column, rows);
    return stored.map((value) => (value === null ? null : fromStored(column.type, value)));
  }

  /** The same, as text of PostgreSQL or bytes; see sealed-values.ts. */
  async openStored(column: SealedShape, rows: readonly SealedRow[]): Promise<(Buffer | null)[]> {
    const { keyring } = this.#options;
    if (column.subject !== null) return this.#openPersonal(column, rows);
    const scope = { tenantId: this.#tenantId };
    return Promise.all(
      rows.map(({ key, cipher }) => keyring.open(scope, columnContext(column.id, key), cipher, "columns")),
    );
  }

  async #openPersonal(column: SealedShape, rows: readonly SealedRow[]): Promise<(Buffer | null)[]> {
    const opened = await this.#options.subjects.openEach(
      this.#tenantId,
      rows.map(({ key, cipher, subject }) => ({
        subject: subjectName(column, subject ?? ""),
        context: columnContext(column.id, key),
        envelope: cipher,
      })),
    );
    return opened.map((value) => {
      if (value === "unreadable")
        throw keyError("sealed.unreadable", { scope: scopeName({ tenantId: this.#tenantId }) });
      return value === "destroyed" ? null : value;
    });
  }

  #stage({ id, isNew }: SealedShape): SealingStage {
    return isNew ? "sealed" : this.#options.stageOf(id);
  }

  #stored(column: SealedShape, value: unknown): Buffer {
    try {
      return toStored(column.type, value);
    } catch (failure) {
      if (failure instanceof UnfitValue) throw badValue(column, failure.message);
      throw failure;
    }
  }

  #index(column: SealedShape, stored: Buffer): Promise<Buffer> {
    const { keyring } = this.#options;
    return keyring.blindIndex(
      { tenantId: this.#tenantId },
      indexField(column.id),
      searchForm(column.type, stored),
    );
  }
}

/** Keys for new rows, drawn before the rows are there. Null where the app must give the key. */
export async function drawKeys(runner: Runner, { draw }: KeyShape, count: number): Promise<string[] | null> {
  if (draw === null) return null;
  if (count === 0) return [];
  if ("uuid" in draw) return Array.from({ length: count }, () => (draw.uuid === 4 ? randomUUID() : uuidv7()));
  const { rows } = await runner.query({
    text: "select nextval($1::text::regclass)::text as id from generate_series(1, $2::int)",
    values: [draw.sequence, count],
  });
  return (rows as { id: string }[]).map(({ id }) => id);
}

/** The one text of a key or a subject, as it is bound; throws context.bad_value for what is none. */
export function boundText(table: string, column: string, kind: KeyShape["kind"], value: unknown): string {
  try {
    return keyText(kind, value);
  } catch (failure) {
    if (!(failure instanceof UnfitValue)) throw failure;
    throw isolationError("context.bad_value", { table, reason: `${column}: ${failure.message}` });
  }
}

function badValue({ table, column }: SealedShape, reason: string) {
  return isolationError("context.bad_value", { table, reason: `${column}: ${reason}` });
}

export function sealedColumn({ table, column }: SealedShape, reason: string, cure: string) {
  return isolationError("context.sealed_column", { table, column, reason, cure });
}
