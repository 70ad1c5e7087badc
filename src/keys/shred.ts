import type pg from "pg";
import { uuidv7 } from "../base/ids.ts";
import { exec, many, one } from "../db/sql.ts";
import { withTx } from "../db/tx.ts";
import type { KeyTree } from "./key-tree.ts";
import type { RecordKeyEvent } from "./rotation.ts";
import { notifyKeysChanged } from "./rotation-store.ts";
import {
  countLiveKeys,
  deleteSubjectKeys,
  deleteTenantCustodians,
  destroyDataKeys,
  destroyWrappingKeys,
  insertTombstone,
  lockWrappingKeys,
} from "./shred-store.ts";

/**
 * Destroys all keys of a tenant: whatever they sealed, wherever a copy of it lies, opens no more. The rows stay as
 * tombstones, so no process makes new keys for it. Processes that hold a key unwrapped are told, and forget it within a
 * key's age even if they do not hear. Repeatable.
 *
 * In backups of the control database the wrapped keys live on until those expire: the erasure is complete then.
 *
 * @returns how many keys were destroyed
 */
export async function destroyKeys(
  { pool, tree, record }: { pool: pg.Pool; tree: KeyTree; record: RecordKeyEvent },
  tenantId: string,
): Promise<number> {
  const destroyed = await withTx(pool, async (tx) => {
    // A first key that is being made meanwhile finds the tombstone, or is found here: both have generation 1.
    await exec(tx, insertTombstone, [uuidv7(), tenantId]);
    await many(tx, lockWrappingKeys, [tenantId]);
    const keys =
      (await exec(tx, destroyDataKeys, [tenantId])) + (await exec(tx, destroyWrappingKeys, [tenantId]));
    await exec(tx, deleteTenantCustodians, [tenantId]);
    await exec(tx, deleteSubjectKeys, [tenantId]);
    if (keys > 0) await record(tx, "encryption.keys_destroyed", tenantId, { keys });
    await one(tx, notifyKeysChanged, [tenantId]);
    return keys;
  });
  tree.forget(tenantId);
  return destroyed;
}

/** Keys of the tenant that could still open something: the proof of their destruction is 0. */
export async function countKeys(pool: pg.Pool, tenantId: string): Promise<number> {
  return (await one(pool, countLiveKeys, [tenantId])).n;
}
