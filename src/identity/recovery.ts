import { type Actor, recordEvent } from "../audit/record.ts";
import { isUuid, uuidv7 } from "../base/ids.ts";
import { exec, many, maybe, one } from "../db/sql.ts";
import { type Tx, withTx } from "../db/tx.ts";
import { countTry } from "./delays.ts";
import { identityError } from "./errors.ts";
import type { IdentityParts } from "./identity.ts";
import { RECOVERIES_SHOWN_MAX, RECOVERY_ASKED_MS } from "./limits.ts";
import { isFromProvider } from "./own-proof.ts";
import { recoveryAsked, recoveryCancelled } from "./recovery-messages.ts";
import {
  endRecovery,
  findOpenRecovery,
  findRecoveryLink,
  insertRecovery,
  insertRecoveryLink,
  isRecoveryOf,
  type ListedRecoveryRow,
  listExpiredRecoveries,
  listRecoveries,
  lockRecovery,
  type RecoveryRow,
  type RecoveryStatus,
} from "./recovery-store.ts";
import type { SignInCall } from "./sign-in.ts";
import { findCeremony, findSigner } from "./sign-in-store.ts";
import { tellPerson } from "./tell-person.ts";
import { drawToken, hashToken } from "./token.ts";

/** What the person sees of their own. */
export interface OwnRecovery {
  readonly status: RecoveryStatus;
  readonly askedAt: Date;
  /** Where it was asked. */
  readonly device: string;
  readonly ip: string;
  /** When it can be completed; null: it is not approved yet. */
  readonly readyAt: Date | null;
  readonly expiresAt: Date;
}

export interface RecoveryApproval {
  /** Null: somebody of another tenant, who is not named here. */
  readonly name: string | null;
  readonly isOperator: boolean;
  readonly at: Date;
}

/** What those see who may approve it. */
export interface Recovery extends OwnRecovery {
  readonly id: string;
  readonly userId: string;
  readonly email: string;
  readonly name: string;
  readonly approvals: readonly RecoveryApproval[];
  readonly endedAt: Date | null;
}

/**
 * Asks to come back without a second factor, by somebody who has proved the first. Asking again while a request is open
 * changes nothing and sends nothing.
 *
 * @param token Of the sign-in that waits for the second factor; it stays, for whoever finds the device after all.
 * @throws sign_in.expired, sign_in.too_many, recovery.of_operator, recovery.of_provider
 */
export async function askRecovery(
  parts: IdentityParts,
  token: string,
  call: SignInCall,
): Promise<OwnRecovery> {
  const now = parts.clock.now();
  const ceremony = await maybe(parts.pool, findCeremony, [hashToken(token), "second_factor", now]);
  if (!ceremony) throw identityError("sign_in.expired");
  if (isFromProvider(ceremony)) throw identityError("recovery.of_provider");
  const userId = ceremony.user_id as string; // a second factor is somebody's
  await countTry(parts, { door: "recovery", account: userId, ip: call.origin.ip });
  const by = { actor: "nobody", requestId: call.requestId };
  return withTx(parts.pool, async (tx) => {
    const user = await maybe(tx, findSigner, [userId]);
    if (user?.status !== "active") throw identityError("sign_in.expired");
    if (user.kind === "operator") throw identityError("recovery.of_operator");
    // One that is over, and that nobody swept yet, stands in the way of the next.
    for (const { id } of await many(tx, listExpiredRecoveries, [userId, now, 1]))
      await expire(tx, id, now, by);
    const { device, ip } = call.origin;
    const expiresAt = new Date(now.getTime() + RECOVERY_ASKED_MS);
    const row = await maybe(tx, insertRecovery, [uuidv7(), userId, device, ip, now, expiresAt]);
    if (!row) return toOwn(await one(tx, findOpenRecovery, [userId, now]));
    const url = await drawLink(tx, parts, row.id, "cancel");
    await tellPerson(tx, parts, user, "recovery_asked", recoveryAsked(user.locale, url));
    await recordEvent(
      tx,
      by,
      "user.recovery_asked",
      null,
      { userId, recoveryId: row.id },
      {
        personal: { subject: `user:${userId}`, data: { device, ip } },
      },
    );
    return toOwn(row);
  });
}

/** The open one of somebody who is signed in. */
export async function readOwnRecovery(parts: IdentityParts, userId: string): Promise<OwnRecovery | null> {
  const row = await maybe(parts.pool, findOpenRecovery, [userId, parts.clock.now()]);
  return row ? toOwn(row) : null;
}

/** Open ones first. @param tenantId Only those of its active members; null: of everybody. */
export async function readRecoveries(parts: IdentityParts, tenantId: string | null): Promise<Recovery[]> {
  const rows = await many(parts.pool, listRecoveries, [tenantId, RECOVERIES_SHOWN_MAX]);
  return rows.map((row) => toRecovery(row, tenantId));
}

/** Cancels somebody's, as they or the platform's own hand. Throws recovery.not_found when none is open. */
export async function cancelRecoveryOf(
  parts: IdentityParts,
  userId: string,
  by: Actor,
  how: "session" | "cli",
): Promise<void> {
  await withTx(parts.pool, async (tx) => {
    if (!(await cancelOpen(tx, parts, userId, by, how))) throw identityError("recovery.not_found");
  });
}

/** Cancels by the link in a mail, without a sign-in. Throws recovery.link_invalid. */
export async function cancelRecoveryByLink(
  parts: IdentityParts,
  token: string,
  call: Pick<SignInCall, "requestId">,
): Promise<void> {
  await withTx(parts.pool, async (tx) => {
    const link = await maybe(tx, findRecoveryLink, [hashToken(token), "cancel"]);
    const by = { actor: "nobody", requestId: call.requestId };
    if (!link || !(await cancel(tx, parts, link.recovery_id, by, "link")))
      throw identityError("recovery.link_invalid");
  });
}

/** Refuses somebody's. @param tenantId Whose member they must be; null: anybody's. Throws recovery.not_found. */
export async function refuseRecovery(
  parts: IdentityParts,
  id: string,
  tenantId: string | null,
  by: Actor,
): Promise<void> {
  await withTx(parts.pool, async (tx) => {
    await assertTheirs(tx, id, tenantId);
    if (!(await cancel(tx, parts, id, by, "refused", tenantId))) throw identityError("recovery.not_found");
  });
}

/** Throws recovery.not_found, for one of another tenant's people too. */
export async function assertTheirs(tx: Tx, id: string, tenantId: string | null): Promise<void> {
  if (!isUuid(id)) throw identityError("recovery.not_found");
  if (tenantId === null) return;
  if (!(await one(tx, isRecoveryOf, [id, tenantId])).is_theirs) throw identityError("recovery.not_found");
}

/** Somebody used a second factor: so not all were lost. Answers whether one was open. */
export async function cancelOpen(
  tx: Tx,
  parts: IdentityParts,
  userId: string,
  by: Actor,
  how: "session" | "factor_used" | "cli",
): Promise<boolean> {
  const open = await maybe(tx, findOpenRecovery, [userId, parts.clock.now()]);
  return open !== undefined && cancel(tx, parts, open.id, by, how);
}

/** Ends it with its links; the person is told. Answers false when it was over already. */
export async function cancel(
  tx: Tx,
  parts: IdentityParts,
  id: string,
  by: Actor,
  how: "session" | "factor_used" | "cli" | "link" | "refused" | "approvals_gone",
  tenantId: string | null = null,
): Promise<boolean> {
  const now = parts.clock.now();
  if (!(await maybe(tx, lockRecovery, [id, now]))) return false;
  const ended = await one(tx, endRecovery, [id, "cancelled", now, by.actor]);
  const user = await one(tx, findSigner, [ended.user_id]);
  const { locale } = user;
  const message = recoveryCancelled(locale, parts.site.origin());
  await tellPerson(tx, parts, user, "recovery_cancelled", message);
  await recordEvent(tx, by, "user.recovery_cancelled", tenantId, { userId: user.id, recoveryId: id, how });
  return true;
}

/** Ends one that nobody approved or completed in time, with its links. */
export async function expire(tx: Tx, id: string, now: Date, by: Actor): Promise<void> {
  const ended = await maybe(tx, endRecovery, [id, "expired", now, "system:recovery"]);
  if (!ended) return;
  const detail = { userId: ended.user_id, recoveryId: id };
  await recordEvent(tx, by, "user.recovery_expired", null, detail);
}

/** A link for one of its mails; only its hash is kept, so each mail has one of its own. */
export async function drawLink(
  tx: Tx,
  parts: IdentityParts,
  recoveryId: string,
  kind: "cancel" | "complete",
): Promise<string> {
  const token = drawToken();
  await exec(tx, insertRecoveryLink, [hashToken(token), recoveryId, kind]);
  return parts.site.link(kind === "cancel" ? "cancel-recovery" : "recovery", token);
}

export function toOwn(row: RecoveryRow): OwnRecovery {
  return {
    status: row.status,
    askedAt: row.asked_at,
    device: row.device,
    ip: row.ip,
    readyAt: row.ready_at,
    expiresAt: row.expires_at,
  };
}

function toRecovery(row: ListedRecoveryRow, tenantId: string | null): Recovery {
  return {
    ...toOwn(row),
    id: row.id,
    userId: row.user_id,
    email: row.email,
    name: row.name,
    endedAt: row.ended_at,
    approvals: row.approvals.map((each) => ({
      // Where else the person is a member is no other tenant's matter, nor are its people.
      name: tenantId === null || each.tenantId === tenantId || each.tenantId === null ? each.name : null,
      isOperator: each.tenantId === null,
      at: new Date(each.at),
    })),
  };
}
