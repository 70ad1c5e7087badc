import { randomBytes } from "node:crypto";
import type pg from "pg";
import type { Clock } from "../base/clock.ts";
import { uuidv7 } from "../base/ids.ts";
import { exec, many, maybe, one } from "../db/sql.ts";
import { type Tx, withTx } from "../db/tx.ts";
import type { Custodians } from "./custodians.ts";
import { keyError } from "./errors.ts";
import { dataContext, type KeyTree, unwrapDataKey, wrapDataKey, wrappingContext } from "./key-tree.ts";
import { MAKE_TRIES_MAX, REWRAP_BATCH } from "./limits.ts";
import type { Custodian } from "./ports.ts";
import * as sql from "./rotation-store.ts";
import { type KeyScope, scopeName, scopeTenantId } from "./scope.ts";
import type { DataKeyRow } from "./store.ts";

/** Writes what was done into the audit trail, in the transaction of the change. */
export type RecordKeyEvent = (
  tx: Tx,
  action:
    | "encryption.keys_rotated"
    | "encryption.key_retired"
    | "encryption.root_replaced"
    | "encryption.keys_destroyed"
    | "encryption.custodian_set",
  tenantId: string | null,
  detail: Record<string, unknown>,
) => Promise<void>;

export interface RotationParts {
  readonly pool: pg.Pool;
  readonly tree: KeyTree;
  readonly custodians: Custodians;
  readonly clock: Clock;
}

export interface Rotated {
  readonly generation: number;
  readonly epochs: readonly { readonly purpose: string; readonly epoch: number }[];
}

/** Another keeper from the next generation on; saved with it, so that the row always says who wrapped. */
export interface CustodianChange {
  readonly custodian: Custodian;
  save(tx: Tx): Promise<void>;
}

/**
 * Gives a tenant new keys: a new generation above and new epochs below, beside the old ones, in one transaction. From
 * its commit on, values are sealed under the new ones; what was sealed before still opens. `rewrapKeys` and the sweep
 * then do away with the old keys, in steps that can break off anywhere and be taken up again.
 *
 * @throws key.destroyed, key.refused, key.unreachable
 */
export async function rotateKeys(
  parts: RotationParts,
  scope: KeyScope,
  record: RecordKeyEvent,
  change?: CustodianChange,
): Promise<Rotated> {
  for (let attempt = 0; attempt < MAKE_TRIES_MAX; attempt++) {
    const rotated = await tryRotate(parts, scope, record, change);
    parts.tree.forget(scopeTenantId(scope));
    if (rotated) return rotated;
  }
  throw new Error(`The keys of ${scopeName(scope)} changed under each of ${MAKE_TRIES_MAX} tries.`);
}

async function tryRotate(
  { pool, tree, custodians, clock }: RotationParts,
  scope: KeyScope,
  record: RecordKeyEvent,
  change: CustodianChange | undefined,
): Promise<Rotated | undefined> {
  const tenantId = scopeTenantId(scope);
  const old = await tree.wrappingKey(scope);
  const generation = old.generation + 1;
  const id = uuidv7();
  const key = randomBytes(32);
  const custodian = change?.custodian ?? (await custodians.of(scope));
  const wrapped = await custodians.wrap(custodian, scope, wrappingContext(scope, id, generation), key);
  const now = clock.now();
  return withTx(pool, async (tx) => {
    if (!(await maybe(tx, sql.lockWrappingKey, [old.id]))) return undefined;
    await exec(tx, sql.supersedeWrappingKey, [old.id]);
    await exec(tx, sql.insertGeneration, [id, tenantId, generation, custodian.id, wrapped, now]);
    await change?.save(tx);
    const epochs = await startEpochs(tx, scope, { id, key }, now);
    await record(tx, "encryption.keys_rotated", tenantId, { generation, epochs });
    await one(tx, sql.notifyKeysChanged, [tenantId ?? "platform"]);
    return { generation, epochs };
  });
}

/** Index keys stay: a value is looked up by what its key made of it. */
async function startEpochs(
  tx: Tx,
  scope: KeyScope,
  above: { id: string; key: Buffer },
  now: Date,
): Promise<Rotated["epochs"]> {
  const tenantId = scopeTenantId(scope);
  const old = (await many(tx, sql.listCurrentDataKeys, [tenantId])).filter((row) => row.purpose !== "index");
  const next = old.map(({ purpose, epoch }) => {
    const id = uuidv7();
    const context = dataContext(scope, purpose, epoch + 1, id);
    return { id, purpose, epoch: epoch + 1, wrapped: wrapDataKey(above.key, context, randomBytes(32)) };
  });
  await exec(tx, sql.supersedeDataKeys, [old.map((row) => row.id)]);
  await exec(tx, sql.insertEpochs, [
    tenantId,
    above.id,
    next.map((row) => row.id),
    next.map((row) => row.purpose),
    next.map((row) => row.epoch),
    next.map((row) => row.wrapped),
    now,
  ]);
  return next.map(({ purpose, epoch }) => ({ purpose, epoch }));
}

/**
 * Wraps all keys of a tenant under its current generation, and removes the generations that then wrap nothing. Values
 * are not touched. Repeatable.
 *
 * @returns how many keys were wrapped anew
 * @throws key.destroyed, key.refused, key.unreachable
 */
export async function rewrapKeys({ pool, tree }: RotationParts, scope: KeyScope): Promise<number> {
  const tenantId = scopeTenantId(scope);
  for (let wrapped = 0; ; ) {
    const rows = await many(pool, sql.listForRewrap, [tenantId, REWRAP_BATCH]);
    if (rows.length === 0) {
      await exec(pool, sql.destroyUnused, [tenantId]);
      return wrapped;
    }
    const target = await tree.wrappingKey(scope);
    const anew = await Promise.all(
      rows.map(async (row) => {
        const context = dataContext(scope, row.purpose, row.epoch, row.id);
        return wrapDataKey(target.key, context, await rawKey(tree, scope, row));
      }),
    );
    wrapped += await exec(pool, sql.rewrapDataKeys, [
      target.id,
      rows.map((row) => row.id),
      rows.map((row) => row.wrapping_key_id),
      anew,
    ]);
  }
}

async function rawKey(tree: KeyTree, scope: KeyScope, row: DataKeyRow): Promise<Buffer> {
  const above = await tree.wrappingKeyOf(row);
  const context = dataContext(scope, row.purpose, row.epoch, row.id);
  const key = row.wrapped && unwrapDataKey(above.key, context, row.wrapped);
  if (!key) throw keyError("sealed.unreadable", { scope: scopeName(scope) });
  return key;
}
