import { type Letter, MemberKey, type PublicMemberKey, writeLetter } from "./member-key.ts";
import { joinShares, splitSecret } from "./shamir.ts";
import { VaultError } from "./vault-error.ts";

/**
 * A tenant's recovery key: vaults are sealed to it beside their members, and its private half exists only in shares,
 * one per administrator. Any `needed` of them together bring it back.
 */
export interface RecoveryRecord {
  readonly tenantId: string;
  readonly key: PublicMemberKey;
  readonly needed: number;
  /** Each administrator's share, sealed to their key, by key id. */
  readonly shares: Readonly<Record<string, Letter>>;
}

/** Makes the key and its shares; the whole private half is forgotten when this returns. */
export async function createRecovery(
  tenantId: string,
  administrators: readonly PublicMemberKey[],
  needed: number,
): Promise<RecoveryRecord> {
  const key = await MemberKey.generate(recoveryOwner(tenantId));
  const shares = splitSecret(key.exportSeed(), needed, administrators.length);
  const sealed: Record<string, Letter> = {};
  for (const [index, administrator] of administrators.entries()) {
    const share = shares[index] as Uint8Array<ArrayBuffer>; // one per administrator
    sealed[administrator.keyId] = await writeLetter(
      administrator,
      shareContext(tenantId, key.keyId, administrator.keyId),
      share,
    );
  }
  return { tenantId, key: key.public, needed, shares: sealed };
}

/** An administrator's yes: their share, opened and sealed again to the person who recovers. */
export async function approveRecovery(
  record: RecoveryRecord,
  administrator: MemberKey,
  to: PublicMemberKey,
): Promise<Letter> {
  const letter = Object.hasOwn(record.shares, administrator.keyId)
    ? record.shares[administrator.keyId]
    : undefined;
  if (!letter) throw new VaultError("vault.not_a_member", "This key holds no share of the recovery key.");
  const own = shareContext(record.tenantId, record.key.keyId, administrator.keyId);
  const share = await administrator.openLetter(letter, own);
  return writeLetter(to, approvalContext(record, to.keyId), share);
}

/** The recovery key from enough approvals; it opens every vault of the tenant. Throws vault.bad_shares. */
export async function recover(
  record: RecoveryRecord,
  recoverer: MemberKey,
  approvals: readonly Letter[],
): Promise<MemberKey> {
  if (approvals.length < record.needed) {
    const message = `${record.needed} approvals are needed, ${approvals.length} are there.`;
    throw new VaultError("vault.bad_shares", message);
  }
  const context = approvalContext(record, recoverer.keyId);
  const shares = await Promise.all(approvals.map((letter) => recoverer.openLetter(letter, context)));
  const seed = joinShares(shares);
  const key = seed.length === 32 ? await MemberKey.fromSeed(recoveryOwner(record.tenantId), seed) : undefined;
  if (key?.keyId !== record.key.keyId) {
    throw new VaultError("vault.bad_shares", "The shares do not make the tenant's recovery key.");
  }
  return key;
}

/** The recovery key is nobody's; its owner's name says whose it is for. */
const recoveryOwner = (tenantId: string) => `recovery:${tenantId}`;
const shareContext = (tenantId: string, recoveryKeyId: string, holderKeyId: string) => [
  "vault-recovery-share",
  tenantId,
  recoveryKeyId,
  holderKeyId,
];
const approvalContext = ({ tenantId, key }: RecoveryRecord, recovererKeyId: string) => [
  "vault-recovery-approval",
  tenantId,
  key.keyId,
  recovererKeyId,
];
