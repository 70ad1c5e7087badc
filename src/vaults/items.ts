import { type Actor, recordEvent } from "../audit/record.ts";
import { many, maybe, one, type Queryable } from "../db/sql.ts";
import { withTx } from "../db/tx.ts";
import { vaultError } from "./errors.ts";
import { ITEM_BYTES_MAX, ITEMS_MAX } from "./limits.ts";
import { countItems, deleteItem, findItem, type ItemRow, listItems, upsertItem } from "./store.ts";
import type { VaultParts } from "./vault-keys.ts";
import { lockOpened, type Opener, readVault } from "./vaults.ts";

export interface StoredItem {
  readonly id: string;
  readonly version: number;
  readonly epoch: number;
  /** base64url. */
  readonly sealed: string;
  readonly updatedBy: string;
  readonly updatedAt: Date;
}

export interface ItemInput {
  readonly epoch: number;
  readonly sealed: string;
  /** The version that this one follows, 0 for a new value; absent: whatever is there. */
  readonly follows?: number;
}

/** What is in a vault, by name; with `isStale` only what an earlier key still opens. Throws vault.not_found. */
export async function readItems(
  db: Queryable,
  opener: Opener,
  vaultId: string,
  page: { readonly limit: number; readonly after?: string; readonly isStale?: boolean },
) {
  const { epoch } = await readVault(db, opener, vaultId);
  const values = [opener.tenantId, vaultId, page.after ?? null, page.isStale ? epoch : null, page.limit];
  return (await many(db, listItems, values)).map((row) => ({
    id: row.item_id,
    version: row.version,
    epoch: row.epoch,
    sealedBytes: row.sealed_bytes,
    updatedAt: row.updated_at,
  }));
}

/** Throws vault.not_found, vault_item.not_found. */
export async function readItem(
  db: Queryable,
  opener: Opener,
  vaultId: string,
  itemId: string,
): Promise<StoredItem> {
  await readVault(db, opener, vaultId);
  const row = await maybe(db, findItem, [opener.tenantId, vaultId, itemId]);
  if (!row) throw vaultError("vault_item.not_found", { item: itemId });
  return fromRow(row);
}

/**
 * Keeps a sealed value. One that is not sealed under the vault's newest key is refused: a former member may know it.
 *
 * @throws vault.not_found, vault.stale_epoch, vault.full, vault_item.version_passed
 */
export async function putItem(
  { pool, clock }: VaultParts,
  opener: Opener,
  at: { readonly vaultId: string; readonly itemId: string },
  input: ItemInput,
  by: Actor,
): Promise<StoredItem> {
  const { vaultId, itemId } = at;
  const sealed = Buffer.from(input.sealed, "base64url");
  if (sealed.length > ITEM_BYTES_MAX)
    throw vaultError("vault.full", { what: `a value has at most ${ITEM_BYTES_MAX} bytes` });
  return withTx(pool, async (tx) => {
    const vault = await lockOpened(tx, opener, vaultId);
    if (input.epoch !== vault.epoch)
      throw vaultError("vault.stale_epoch", { epoch: input.epoch, current: vault.epoch });
    const before = await maybe(tx, findItem, [opener.tenantId, vaultId, itemId]);
    const version = before?.version ?? 0;
    if (input.follows !== undefined && input.follows !== version)
      throw vaultError("vault_item.version_passed", { version });
    if (!before && (await one(tx, countItems, [opener.tenantId, vaultId])).n >= ITEMS_MAX)
      throw vaultError("vault.full", { what: `a vault has at most ${ITEMS_MAX} values` });
    const values = [opener.tenantId, vaultId, itemId, input.epoch, sealed, opener.userId, clock.now()];
    const row = await one(tx, upsertItem, values);
    await recordEvent(tx, by, "vault_item.written", opener.tenantId, {
      vaultId,
      itemId,
      version: row.version,
      epoch: row.epoch,
    });
    return fromRow(row);
  });
}

/** Throws vault.not_found, vault_item.not_found. */
export async function removeItem(
  { pool }: VaultParts,
  opener: Opener,
  at: { readonly vaultId: string; readonly itemId: string },
  by: Actor,
): Promise<void> {
  const { vaultId, itemId } = at;
  await withTx(pool, async (tx) => {
    await lockOpened(tx, opener, vaultId);
    const row = await maybe(tx, deleteItem, [opener.tenantId, vaultId, itemId]);
    if (!row) throw vaultError("vault_item.not_found", { item: itemId });
    await recordEvent(tx, by, "vault_item.deleted", opener.tenantId, { vaultId, itemId });
  });
}

function fromRow(row: ItemRow): StoredItem {
  return {
    id: row.item_id,
    version: row.version,
    epoch: row.epoch,
    sealed: row.sealed.toString("base64url"),
    updatedBy: row.updated_by,
    updatedAt: row.updated_at,
  };
}
