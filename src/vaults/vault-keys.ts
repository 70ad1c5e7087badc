import { createHash } from "node:crypto";
import type pg from "pg";
import { type Actor, recordEvent } from "../audit/record.ts";
import type { Clock } from "../base/clock.ts";
import { exec, many, maybe, one, type Queryable } from "../db/sql.ts";
import { withTx } from "../db/tx.ts";
import { vaultError } from "./errors.ts";
import { HOLDERS_MAX } from "./limits.ts";
import { findKey, listHolders, listTenantsOfUser, lockUser, upsertKey } from "./store.ts";

export interface VaultParts {
  readonly pool: pg.Pool;
  readonly clock: Clock;
}

export interface VaultKeyInput {
  /** SHA-256 of the public key, base64url. */
  readonly keyId: string;
  /** X25519, base64url. */
  readonly publicKey: string;
  /** The private half under passphrases and passkeys; opaque here. */
  readonly locks: readonly unknown[];
  /** Key id of the key that this one takes the place of. */
  readonly replaces?: string;
}

export interface Holder {
  readonly userId: string;
  readonly email: string;
  readonly name: string;
  readonly keyId: string;
  readonly publicKey: string;
}

/** A person's own key, with its locks. Throws vault_key.none. */
export async function readVaultKey(db: Queryable, userId: string) {
  const row = await maybe(db, findKey, [userId]);
  if (!row) throw vaultError("vault_key.none");
  return { userId, keyId: row.key_id, publicKey: row.public_key, locks: row.locks };
}

/**
 * Registers a person's key, or changes its locks. A new public key stands in the audit log of each tenant that they
 * are a member of, so that a server which hands out another one is found out.
 *
 * @throws vault_key.malformed, vault_key.exists
 */
export async function putVaultKey(
  { pool, clock }: VaultParts,
  userId: string,
  input: VaultKeyInput,
  by: Actor,
): Promise<void> {
  const { keyId, publicKey, locks, replaces } = input;
  const digest = createHash("sha256").update(Buffer.from(publicKey, "base64url")).digest("base64url");
  if (digest !== keyId) throw vaultError("vault_key.malformed");
  await withTx(pool, async (tx) => {
    await one(tx, lockUser, [userId]);
    const before = await maybe(tx, findKey, [userId]);
    const isNew = before?.key_id !== keyId;
    if (before && isNew && replaces !== before.key_id) throw vaultError("vault_key.exists");
    await exec(tx, upsertKey, [userId, keyId, publicKey, JSON.stringify(locks), clock.now()]);
    const detail = { userId, keyId, publicKey, ...(before && isNew ? { replaces: before.key_id } : {}) };
    if (before && !isNew) {
      const states = { of: `vault_key:${keyId}`, before: { locks: before.locks }, after: { locks } };
      return recordEvent(tx, by, "vault_key.locks_changed", null, { userId, keyId }, { states });
    }
    const tenants = await many(tx, listTenantsOfUser, [userId]);
    await recordEvent(tx, by, "vault_key.registered", null, detail);
    for (const { tenant_id } of tenants) await recordEvent(tx, by, "vault_key.registered", tenant_id, detail);
  });
}

/** The public keys of a tenant's active members. */
export async function readHolders(db: Queryable, tenantId: string): Promise<Holder[]> {
  return (await many(db, listHolders, [tenantId, HOLDERS_MAX])).map((row) => ({
    userId: row.user_id,
    email: row.email,
    name: row.name,
    keyId: row.key_id,
    publicKey: row.public_key,
  }));
}
