import type pg from "pg";
import { exec, many } from "../db/sql.ts";
import { withTx } from "../db/tx.ts";
import { SWEEP_BATCH } from "./limits.ts";
import type { RecordKeyEvent } from "./rotation.ts";
import { listSuperseded, retireDataKey } from "./rotation-store.ts";
import { type KeyScope, scopeTenantId } from "./scope.ts";
import type { SealedPlace } from "./sealed-place.ts";

export interface SweepParts {
  readonly pool: pg.Pool;
  readonly places: readonly SealedPlace[];
  /** How long after a rotation some process may still seal under the key before it. */
  readonly drainMs: number;
  readonly record: RecordKeyEvent;
}

export interface Swept {
  readonly resealed: number;
  readonly retired: readonly { readonly purpose: string; readonly epoch: number }[];
}

/**
 * Seals what a tenant has under old keys anew, place by place, and retires each old key that a full count then finds
 * without a value. It begins when no process can seal under the old keys any more, so the count holds for good.
 * Whoever takes it up after a crash starts over and finds only what is left.
 */
export async function sweepValues(
  { pool, places, drainMs, record }: SweepParts,
  scope: KeyScope,
  signal?: AbortSignal,
): Promise<Swept> {
  const tenantId = scopeTenantId(scope);
  const purposes = [...new Set(places.map(({ purpose }) => purpose))];
  const old = await many(pool, listSuperseded, [tenantId, purposes, drainMs]);
  let resealed = 0;
  const retired: { purpose: string; epoch: number }[] = [];
  for (const purpose of new Set(old.map((row) => row.purpose))) {
    const rows = old.filter((row) => row.purpose === purpose);
    const ids = rows.map((row) => row.id);
    const here = places.filter((place) => place.purpose === purpose);
    for (const place of here) resealed += await sweepPlace(place, tenantId, ids, signal);
    for (const { id, epoch } of rows) {
      if (signal?.aborted || (await countValues(here, tenantId, [id])) > 0) continue;
      await withTx(pool, async (tx) => {
        if ((await exec(tx, retireDataKey, [id])) === 0) return;
        await record(tx, "encryption.key_retired", tenantId, { purpose, epoch, values: 0 });
        retired.push({ purpose, epoch });
      });
    }
  }
  return { resealed, retired };
}

async function sweepPlace(
  place: SealedPlace,
  tenantId: string | null,
  keyIds: readonly string[],
  signal: AbortSignal | undefined,
): Promise<number> {
  let resealed = 0;
  let cursor: readonly string[] | null = null;
  let writing: Promise<number> = Promise.resolve(0);
  try {
    do {
      const step = await place.sweep(tenantId, keyIds, cursor, SWEEP_BATCH);
      // Heard here, told below: the step before is waited for first.
      step.resealed.catch(() => undefined);
      const before = writing;
      writing = step.resealed;
      resealed += await before;
      cursor = step.cursor;
    } while (cursor !== null && !signal?.aborted);
  } finally {
    await writing.catch(() => undefined);
  }
  return resealed + (await writing);
}

/** How many values stand under the keys, in all places. */
export async function countValues(
  places: readonly SealedPlace[],
  tenantId: string | null,
  keyIds: readonly string[],
): Promise<number> {
  let count = 0;
  for (const place of places) count += await place.count(tenantId, keyIds);
  return count;
}
