import type pg from "pg";
import { isTenancyError } from "../base/errors.ts";
import { exec, many, type Query } from "../db/sql.ts";
import { withTx } from "../db/tx.ts";
import { fromUuid } from "./envelope.ts";
import type { Keyring } from "./keyring.ts";
import type { KeyPurpose } from "./purposes.ts";
import { toScope } from "./scope.ts";
import type { SealedPlace, SweepStep } from "./sealed-place.ts";
import {
  countSealed,
  keepToIndexes,
  listSealed,
  type SealedColumn,
  swapSealed,
} from "./sealed-table-store.ts";

export interface SealedTableOptions extends SealedColumn {
  readonly purpose: KeyPurpose;
  /** What was bound when the value of a row was sealed, from the texts of its key. */
  readonly context: (key: readonly string[]) => readonly string[];
  readonly keyring: Keyring;
  readonly pool: pg.Pool;
}

const NOTHING_LEFT: SweepStep = { resealed: Promise.resolve(0), cursor: null };

/**
 * A column of sealed values in one of our tables, as the rotation sees it.
 *
 * @example
 * sealedTable({ keyring, pool, purpose: "credentials", table: "user_totp", column: "seed", tenantColumn: null,
 *   key: [{ name: "user_id", type: "uuid" }], context: ([userId]) => ["user_totp", userId] });
 */
export function sealedTable(options: SealedTableOptions): SealedPlace {
  const { pool, purpose } = options;
  const width = options.key.length;
  return {
    name: `${options.table}.${options.column}`,
    purpose,
    count: async (tenantId, keyIds) => {
      if (options.tenantColumn === null && tenantId !== null) return 0;
      const values =
        options.tenantColumn === null ? [keyIds.map(fromUuid)] : [keyIds.map(fromUuid), tenantId];
      return (await many(pool, countSealed(options), values))[0]?.n ?? 0;
    },
    sweep: async (tenantId, keyIds, cursor, limit): Promise<SweepStep> => {
      if (options.tenantColumn === null && tenantId !== null) return NOTHING_LEFT;
      const after = cursor ?? Array.from({ length: width }, () => null);
      const tenant = options.tenantColumn === null ? [] : [tenantId];
      const wanted = [keyIds.map(fromUuid), limit, ...after, ...tenant];
      const rows = await byIndex(pool, listSealed(options), wanted);
      if (rows.length === 0) return NOTHING_LEFT;
      const anew = await Promise.all(rows.map((row) => resealed(options, tenantId, row)));
      const done = rows.flatMap((row, i) => (anew[i] ? [{ ...row, anew: anew[i] }] : []));
      const keys = Array.from({ length: width }, (_, i) => done.map((row) => row.key[i]));
      const swapping = byIndex(pool, swapSealed(options), [
        done.map((row) => row.sealed),
        done.map((row) => row.anew),
        ...keys,
        ...tenant,
      ]);
      const last = rows.at(-1)?.key ?? null;
      const swapped = swapping.then(([row]) => row?.n ?? 0);
      return { resealed: swapped, cursor: rows.length < limit ? null : last };
    },
  };
}

/** In a transaction of its own: the keys that are needed meanwhile may ask a custodian far away. */
function byIndex<Row extends object>(
  pool: pg.Pool,
  statement: Query<Row>,
  values: unknown[],
): Promise<Row[]> {
  return withTx(pool, async (tx) => {
    await exec(tx, keepToIndexes);
    return many(tx, statement, values);
  });
}

/** Undefined for a damaged value: it stays, is counted, and keeps its key from being retired. */
async function resealed(
  { keyring, purpose, context }: SealedTableOptions,
  tenantId: string | null,
  row: { key: string[]; sealed: Buffer },
): Promise<Buffer | undefined> {
  try {
    return await keyring.reseal(toScope(tenantId), purpose, context(row.key), row.sealed);
  } catch (error) {
    if (isTenancyError(error, "sealed.unreadable")) return undefined;
    throw error;
  }
}
