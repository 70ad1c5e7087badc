import { createSecretKey, randomBytes } from "node:crypto";
import type pg from "pg";
import { isTenancyError } from "../base/errors.ts";
import { uuidv7 } from "../base/ids.ts";
import { exec, many } from "../db/sql.ts";
import type { Tx } from "../db/tx.ts";
import { isolationError } from "../isolation/errors.ts";
import { columnContext, indexField, subjectName } from "../isolation/sealed-columns.ts";
import type { SealedShape } from "../isolation/sealed-shape.ts";
import { searchForm, storedFromText } from "../isolation/sealed-values.ts";
import { fromUuid, sealEnvelope } from "../keys/envelope.ts";
import type { Keyring } from "../keys/keyring.ts";
import type { SubjectKeys } from "../keys/subjects.ts";
import { withoutTriggers } from "./sealed-place.ts";
import { listPlain, type PlainRow, type SealedAt, sealPlain } from "./sealed-store.ts";

export interface PlainParts {
  readonly keyring: Keyring;
  readonly subjects: SubjectKeys;
}

/** Rows in one statement: long enough to be quick, short enough not to hold up the app's writes. */
const BATCH = 500;

/** As values are printed that are sealed from now on; see isolation/sealed-values.ts. */
const PRINTING = `set local timezone = 'UTC'; set local datestyle = 'ISO, YMD'; set local extra_float_digits = 1;
  set local bytea_output = 'hex'`;

interface Sealed extends PlainRow {
  readonly cipher: Buffer;
  readonly index: Buffer | null;
}

/**
 * Seals all plain values of a place in batches, each a transaction of its own, by compare and swap. Repeatable; goes
 * over the table until a whole pass has found nothing.
 *
 * @returns false when it was broken off
 * @throws what the first failing tenant failed with, after all others: key.refused, key.unreachable, key.destroyed
 */
export async function sealPlainValues(
  parts: PlainParts,
  pool: pg.Pool,
  at: SealedAt,
  signal?: AbortSignal,
): Promise<boolean> {
  for (;;) {
    const failures = new Map<string, unknown>();
    let found = 0;
    let cursor: readonly string[] | null = null;
    do {
      if (signal?.aborted) return false;
      const rows: PlainRow[] = await sealBatch(parts, pool, at, cursor, failures);
      found += rows.length;
      const last: PlainRow | undefined = rows.at(-1);
      cursor = last && rows.length === BATCH ? [last.tenant_id, ...last.key] : null;
    } while (cursor !== null);
    const [failure] = failures.values();
    if (failure !== undefined) throw failure;
    if (found === 0) return true;
  }
}

function sealBatch(
  parts: PlainParts,
  pool: pg.Pool,
  at: SealedAt,
  cursor: readonly string[] | null,
  failures: Map<string, unknown>,
): Promise<PlainRow[]> {
  return withoutTriggers(pool, async (tx) => {
    await tx.query({ text: PRINTING });
    const after = cursor ?? [null, ...at.key.map(() => null)];
    const rows = await many(tx, listPlain(at), [BATCH, ...after]);
    const sealed: Sealed[] = [];
    const tried = await Promise.allSettled(rows.map((row) => sealRow(parts, at.column, row)));
    for (const [i, each] of tried.entries()) {
      if (each.status === "fulfilled") sealed.push(each.value);
      else failures.set(rows[i]?.tenant_id ?? "", each.reason);
    }
    if (sealed.length > 0) await save(tx, at, sealed);
    return rows;
  });
}

async function save(tx: Tx, at: SealedAt, rows: readonly Sealed[]): Promise<void> {
  await exec(tx, sealPlain(at), [
    rows.map((row) => row.tenant_id),
    rows.map((row) => row.plain),
    rows.map((row) => row.cipher),
    rows.map((row) => row.index),
    rows.map((row) => row.subject),
    ...at.key.map((_, i) => rows.map((row) => row.key[i])),
  ]);
}

async function sealRow(
  { keyring, subjects }: PlainParts,
  column: SealedShape,
  row: PlainRow,
): Promise<Sealed> {
  const { tenant_id: tenantId } = row;
  const stored = storedFromText(column.type, row.plain);
  const context = columnContext(column.id, row.key);
  if (column.subject === null) {
    const cipher = await keyring.seal({ tenantId }, "columns", context, stored);
    const form = searchForm(column.type, stored);
    const index =
      column.index === null ? null : await keyring.blindIndex({ tenantId }, indexField(column.id), form);
    return { ...row, cipher, index };
  }
  if (row.subject === null)
    throw isolationError("context.sealed_column", {
      table: column.table,
      column: column.column,
      reason: `a row has no person in \`${column.subject}\``,
      cure: "Give each row its person",
    });
  const name = subjectName(column, row.subject);
  const cipher = await subjects.seal(tenantId, name, context, stored).catch((error) => {
    if (isTenancyError(error, "key.subject_destroyed")) return unreadable(context, stored);
    throw error;
  });
  return { ...row, cipher, index: null };
}

/** What a person had whose key is destroyed is destroyed as well: under a key that nobody has. */
function unreadable(context: readonly string[], stored: Buffer): Buffer {
  const key = createSecretKey(randomBytes(32));
  return sealEnvelope(fromUuid(uuidv7()), key, Buffer.from(context.join()), stored);
}
