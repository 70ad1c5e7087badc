import type { PublicKeyCredentialCreationOptionsJSON } from "@simplewebauthn/server";
import { recordEvent } from "../audit/record.ts";
import { exec, many, maybe, one } from "../db/sql.ts";
import { type Tx, withTx } from "../db/tx.ts";
import { identityError } from "./errors.ts";
import type { IdentityParts } from "./identity.ts";
import { CEREMONY_LIFETIME_MS, RECOVERY_KEPT_MS, RECOVERY_READY_MS } from "./limits.ts";
import { isFromProvider } from "./own-proof.ts";
import { addPasskey, passkeyCreation } from "./passkeys.ts";
import { cancel, drawLink, expire } from "./recovery.ts";
import { isStillApproved } from "./recovery-approval.ts";
import { drawRecoveryCodes } from "./recovery-codes.ts";
import { recoveryCompleted, recoveryReady } from "./recovery-messages.ts";
import {
  deleteFactors,
  deleteOldRecoveries,
  endRecovery,
  findRecoveryLink,
  insertConfirmedTotp,
  listDueRecoveries,
  listExpiredRecoveries,
  lockRecovery,
  type RecoveryRow,
  readyRecovery,
  setRecoverySeed,
} from "./recovery-store.ts";
import { endSessionsOf } from "./sessions.ts";
import { openFor, type SignInCall, type SignInStep } from "./sign-in.ts";
import {
  type CeremonyRow,
  deleteUserLinks,
  findCeremony,
  findSigner,
  insertCeremony,
  type SignerRow,
  takeCeremony,
} from "./sign-in-store.ts";
import { tellPerson } from "./tell-person.ts";
import { drawToken, hashToken } from "./token.ts";
import { drawTotp, type TotpEnrolment, totpStepOf } from "./totp.ts";

const BY = { actor: "system:recovery" };
/** In one pass; the next takes the rest. */
const BATCH = 100;

/** Both proofs of whoever comes back. */
export interface RecoveryProofs {
  /** From the mail that says that it is time. */
  readonly link: string;
  /** Of the sign-in that waits for the second factor: the first one was proved. */
  readonly token: string;
}

/** Draws the seed of the new app; it counts with the completion. Throws recovery.link_invalid, sign_in.expired. */
export async function beginRecoveryTotp(
  parts: IdentityParts,
  proofs: RecoveryProofs,
): Promise<TotpEnrolment> {
  return withTx(parts.pool, async (tx) => {
    const { recovery, user } = await assertProofs(tx, parts, proofs);
    const { sealed, enrolment } = await drawTotp(parts, { id: user.id, label: user.email ?? user.name });
    await exec(tx, setRecoverySeed, [recovery.id, sealed]);
    return enrolment;
  });
}

/** Begins a new passkey. Throws recovery.link_invalid, sign_in.expired. */
export async function beginRecoveryPasskey(
  parts: IdentityParts,
  proofs: RecoveryProofs,
): Promise<{ readonly token: string; readonly options: PublicKeyCredentialCreationOptionsJSON }> {
  return withTx(parts.pool, async (tx) => {
    const { user } = await assertProofs(tx, parts, proofs);
    const options = await passkeyCreation(parts, user, { isReplacing: true });
    const token = drawToken();
    const expiresAt = new Date(parts.clock.now().getTime() + CEREMONY_LIFETIME_MS);
    await exec(tx, insertCeremony, [hashToken(token), "enrol", user.id, [], options.challenge, expiresAt]);
    return { token, options };
  });
}

export type NewFactor =
  | { readonly kind: "totp"; readonly code: string }
  | { readonly kind: "passkey"; readonly token: string; readonly response: unknown; readonly name: string };

export interface Recovered {
  readonly step: SignInStep;
  /** Shown this once. */
  readonly recoveryCodes: readonly string[];
}

/**
 * Comes back: the new factor is written, and every old one, every session and every mailed link ends, in one
 * transaction. There is no moment in which the account has no second factor. Of two who complete it one does.
 *
 * @throws recovery.link_invalid, recovery.not_approved when an approver is no more what they were, sign_in.expired,
 *   sign_in.wrong_code, factor.refused
 */
export async function completeRecovery(
  parts: IdentityParts,
  proofs: RecoveryProofs,
  factor: NewFactor,
  call: SignInCall,
): Promise<Recovered> {
  const recovered = await withTx(parts.pool, async (tx) => {
    const { recovery, user, amr } = await assertProofs(tx, parts, proofs);
    const now = parts.clock.now();
    const by = { actor: `user:${user.id}`, requestId: call.requestId };
    if (!(await isStillApproved(tx, recovery.id, user.id))) {
      await cancel(tx, parts, recovery.id, { ...by, actor: BY.actor }, "approvals_gone");
      return undefined;
    }
    const hash = hashToken(proofs.token);
    if (!(await maybe(tx, takeCeremony, [hash, "second_factor", now])))
      throw identityError("sign_in.expired");
    await exec(tx, deleteFactors, [user.id]);
    const method = await writeFactor(tx, parts, { user, recovery }, factor);
    const recoveryCodes = await drawRecoveryCodes(tx, parts, user.id);
    await one(tx, endRecovery, [recovery.id, "completed", now, by.actor]);
    await endSessionsOf(tx, user.id, by);
    await exec(tx, deleteUserLinks, [user.id, now]);
    const message = recoveryCompleted(user.locale, parts.site.origin());
    await tellPerson(tx, parts, user, "recovery_completed", message);
    const detail = { userId: user.id, recoveryId: recovery.id, factor: factor.kind };
    await recordEvent(tx, by, "user.recovered", null, detail);
    const proof = { amr: [...amr, method, "mfa"], isMfa: true };
    return { step: await openFor(tx, parts, user, proof, call), recoveryCodes };
  });
  if (!recovered) throw identityError("recovery.not_approved");
  return recovered;
}

/** Mails the link of those whose delay is over, ends those that are over, and forgets old ones. */
export async function sweepRecoveries(parts: IdentityParts): Promise<void> {
  const now = parts.clock.now();
  for (const { id, user_id: userId } of await many(parts.pool, listDueRecoveries, [now, BATCH])) {
    await withTx(parts.pool, async (tx) => {
      const expiresAt = new Date(now.getTime() + RECOVERY_READY_MS);
      if ((await exec(tx, readyRecovery, [id, now, expiresAt])) === 0) return;
      const user = await one(tx, findSigner, [userId]);
      const url = await drawLink(tx, parts, id, "complete");
      const message = recoveryReady(user.locale, url, await drawLink(tx, parts, id, "cancel"));
      await tellPerson(tx, parts, user, "recovery_ready", message);
      await recordEvent(tx, BY, "user.recovery_ready", null, { userId, recoveryId: id });
    });
  }
  for (const { id } of await many(parts.pool, listExpiredRecoveries, [null, now, BATCH])) {
    await withTx(parts.pool, async (tx) => {
      await expire(tx, id, now, BY);
    });
  }
  await exec(parts.pool, deleteOldRecoveries, [new Date(now.getTime() - RECOVERY_KEPT_MS)]);
}

/** The link names a recovery that is ready, and the sign-in is its person's. The recovery is locked. */
async function assertProofs(
  tx: Tx,
  parts: IdentityParts,
  { link, token }: RecoveryProofs,
): Promise<{ recovery: RecoveryRow; user: SignerRow; amr: readonly string[] }> {
  const now = parts.clock.now();
  const ceremony = await maybe(tx, findCeremony, [hashToken(token), "second_factor", now]);
  if (!ceremony) throw identityError("sign_in.expired");
  if (isFromProvider(ceremony)) throw identityError("recovery.of_provider");
  const found = await maybe(tx, findRecoveryLink, [hashToken(link), "complete"]);
  const recovery = found && (await maybe(tx, lockRecovery, [found.recovery_id, now]));
  // One of somebody else's mails is told apart from a made-up one by nobody.
  if (recovery?.status !== "ready" || recovery.user_id !== ceremony.user_id)
    throw identityError("recovery.link_invalid");
  const user = await one(tx, findSigner, [recovery.user_id]);
  if (user.status !== "active") throw identityError("recovery.link_invalid");
  return { recovery, user, amr: ceremony.amr };
}

/** How the new factor counts (RFC 8176). */
async function writeFactor(
  tx: Tx,
  parts: IdentityParts,
  { user, recovery }: { readonly user: SignerRow; readonly recovery: RecoveryRow },
  factor: NewFactor,
): Promise<string> {
  const now = parts.clock.now();
  if (factor.kind === "totp") {
    const { sealed_seed: sealed } = recovery;
    const step = sealed ? await totpStepOf(parts, user.id, sealed, factor.code) : undefined;
    if (step === undefined) throw identityError("sign_in.wrong_code");
    await exec(tx, insertConfirmedTotp, [user.id, sealed, now, step]);
    return "otp";
  }
  const ceremony: CeremonyRow | undefined = await maybe(tx, takeCeremony, [
    hashToken(factor.token),
    "enrol",
    now,
  ]);
  if (!ceremony?.challenge || ceremony.user_id !== user.id) throw identityError("sign_in.expired");
  const { response, name } = factor;
  const row = await addPasskey(parts, tx, user.id, { challenge: ceremony.challenge, response, name });
  return row.is_backed_up ? "swk" : "hwk";
}
