import { type Actor, recordEvent } from "../audit/record.ts";
import { isUuid, uuidv7 } from "../base/ids.ts";
import { exec, many, maybe, one, type Queryable } from "../db/sql.ts";
import { withTx } from "../db/tx.ts";
import { vaultError } from "./errors.ts";
import { HOLDERS_MAX, RECOVERY_LIFETIME_MS } from "./limits.ts";
import {
  addApproval,
  deleteRequests,
  findRecovery,
  insertRequest,
  listRequests,
  type RequestRow,
  upsertRecovery,
} from "./recovery-store.ts";
import { findKey, knownHolders } from "./store.ts";
import type { VaultParts } from "./vault-keys.ts";
import type { Letter, Opener } from "./vaults.ts";

export interface RecoveryInput {
  readonly keyId: string;
  readonly publicKey: string;
  /** So many holders bring it back together; at least 2. */
  readonly needed: number;
  /** One share per holder, sealed to them, by key id. */
  readonly shares: Readonly<Record<string, Letter>>;
}

export interface RecoveryRequest {
  readonly id: string;
  readonly userId: string;
  readonly email: string;
  readonly keyId: string;
  readonly publicKey: string;
  readonly approvedBy: readonly string[];
  readonly isApproved: boolean;
  /** Only for who asked: the shares, sealed to them. */
  readonly approvals: readonly Letter[] | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** Throws vault_recovery.none. */
export async function readRecovery(
  { pool, clock }: VaultParts,
  { tenantId, userId }: Pick<Opener, "tenantId" | "userId">,
) {
  const row = await maybe(pool, findRecovery, [tenantId]);
  if (!row) throw vaultError("vault_recovery.none");
  const requests = (await many(pool, listRequests, [tenantId, clock.now()])).map((request) =>
    toRequest(request, row.needed, userId),
  );
  return {
    keyId: row.key_id,
    publicKey: row.public_key,
    needed: row.needed,
    shares: row.shares,
    createdAt: row.created_at,
    requests,
  };
}

/**
 * The tenant's recovery key from now on. Vaults are sealed to it one by one, by whoever opens them; open requests for
 * the key before it are void.
 *
 * @throws vault.malformed, vault.foreign_holder
 */
export async function setRecovery(
  { pool, clock }: VaultParts,
  { tenantId, userId }: Pick<Opener, "tenantId" | "userId">,
  input: RecoveryInput,
  by: Actor,
): Promise<void> {
  const { keyId, publicKey, needed, shares } = input;
  const holders = Object.keys(shares);
  if (needed < 2 || needed > holders.length || holders.length > HOLDERS_MAX) {
    const fault = `${needed} of ${holders.length} shares: expected at least 2 needed, and as many holders`;
    throw vaultError("vault.malformed", { fault });
  }
  await withTx(pool, async (tx) => {
    const known = new Set((await many(tx, knownHolders, [tenantId, holders])).map((row) => row.key_id));
    const foreign = holders.filter((holder) => !known.has(holder));
    if (foreign.length > 0) throw vaultError("vault.foreign_holder", { keys: foreign.join(", ") });
    await exec(tx, upsertRecovery, [
      tenantId,
      keyId,
      publicKey,
      needed,
      JSON.stringify(shares),
      userId,
      clock.now(),
    ]);
    await recordEvent(tx, by, "vault_recovery.set", tenantId, {
      keyId,
      publicKey,
      needed,
      holders: holders.sort(),
    });
  });
}

/** Asks the holders of shares. Throws vault_key.none, vault_recovery.none. */
export async function requestRecovery(
  { pool, clock }: VaultParts,
  { tenantId, userId }: Pick<Opener, "tenantId" | "userId">,
  by: Actor,
): Promise<{ id: string; expiresAt: Date }> {
  const now = clock.now();
  const expiresAt = new Date(now.getTime() + RECOVERY_LIFETIME_MS);
  return withTx(pool, async (tx) => {
    const recovery = await maybe(tx, findRecovery, [tenantId]);
    if (!recovery) throw vaultError("vault_recovery.none");
    const key = await maybe(tx, findKey, [userId]);
    if (!key) throw vaultError("vault_key.none");
    await exec(tx, deleteRequests, [tenantId, userId, now]);
    const values = [tenantId, uuidv7(), userId, key.key_id, key.public_key, recovery.key_id, now, expiresAt];
    const { id } = await one(tx, insertRequest, values);
    await recordEvent(tx, by, "vault_recovery.requested", tenantId, { requestId: id, keyId: key.key_id });
    return { id, expiresAt };
  });
}

/** A holder's yes, with their share sealed to who asks. Throws vault_recovery.request_not_found, vault_recovery.no_share. */
export async function approveRecovery(
  { pool, clock }: VaultParts,
  opener: Opener,
  requestId: string,
  letter: Letter,
  by: Actor,
): Promise<void> {
  const { tenantId, userId, keyIds } = opener;
  await withTx(pool, async (tx) => {
    const recovery = await maybe(tx, findRecovery, [tenantId]);
    const requests = await many(tx, listRequests, [tenantId, clock.now()]);
    const request = isUuid(requestId) ? requests.find(({ id }) => id === requestId) : undefined;
    if (!recovery || !request) throw vaultError("vault_recovery.request_not_found", { id: requestId });
    const holder = keyIds.find((keyId) => Object.hasOwn(recovery.shares, keyId));
    if (holder === undefined || request.user_id === userId) throw vaultError("vault_recovery.no_share");
    await one(tx, addApproval, [tenantId, requestId, holder, JSON.stringify(letter)]);
    await recordEvent(tx, by, "vault_recovery.approved", tenantId, { requestId, for: request.user_id });
  });
}

/** The keys that stand for a member: their own, and the recovery key while they have an approved request. */
export async function openerOf(
  { pool, clock }: VaultParts,
  who: { readonly tenantId: string; readonly userId: string },
): Promise<Opener> {
  const key = await maybe(pool, findKey, [who.userId]);
  if (!key) throw vaultError("vault_key.none");
  const keyIds = [key.key_id, ...(await recoveredKeys(pool, who, key.key_id, clock.now()))];
  return { ...who, keyIds };
}

async function recoveredKeys(
  db: Queryable,
  { tenantId, userId }: { readonly tenantId: string; readonly userId: string },
  keyId: string,
  now: Date,
): Promise<string[]> {
  const recovery = await maybe(db, findRecovery, [tenantId]);
  if (!recovery) return [];
  const requests = await many(db, listRequests, [tenantId, now]);
  const own = requests.find((request) => request.user_id === userId && request.key_id === keyId);
  return own && Object.keys(own.approvals).length >= recovery.needed ? [recovery.key_id] : [];
}

function toRequest(row: RequestRow, needed: number, asker: string): RecoveryRequest {
  const approvedBy = Object.keys(row.approvals);
  return {
    id: row.id,
    userId: row.user_id,
    email: row.email,
    keyId: row.key_id,
    publicKey: row.public_key,
    approvedBy,
    isApproved: approvedBy.length >= needed,
    approvals: row.user_id === asker ? Object.values(row.approvals) : null,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  };
}
