import { type Actor, recordEvent } from "../audit/record.ts";
import { exec, many, maybe, one } from "../db/sql.ts";
import { type Tx, withTx } from "../db/tx.ts";
import { identityError } from "./errors.ts";
import type { IdentityParts } from "./identity.ts";
import { FRESH_MS, RECOVERY_ASKED_MS, RECOVERY_HOURS_DEFAULT } from "./limits.ts";
import { assertGrantable } from "./members.ts";
import type { PersonPrincipal, Principal } from "./principal.ts";
import { assertTheirs, drawLink } from "./recovery.ts";
import { recoveryApproved } from "./recovery-messages.ts";
import { countsIn, STAFF_WHO_APPROVE, type Way, wayOf, waysToApprove } from "./recovery-rules.ts";
import {
  approveRecovery as approveRow,
  type HomeRow,
  insertApproval,
  listHomes,
  listStandingApprovals,
  lockRecovery,
  type RecoveryStatus,
} from "./recovery-store.ts";
import { findSigner } from "./sign-in-store.ts";
import { tellPerson } from "./tell-person.ts";

export interface Approved {
  readonly status: RecoveryStatus;
  /** Null: another approval is needed. */
  readonly readyAt: Date | null;
}

/**
 * One of two approvals that somebody may come back without a second factor. Two different people give them, neither of
 * whom is the person, each with a second factor used minutes ago. Of a tenant they are its owners and admins, for good:
 * who is only lent the role approves nothing, and what somebody approved ends with their role. With the last approval the
 * delay begins, and the person is told.
 *
 * @param tenantId The tenant that a member speaks for; null: an operator, for the platform.
 * @throws recovery.not_found, recovery.people_only, recovery.own, recovery.approved_already, recovery.not_admitted,
 *   recovery.not_approver, role.not_grantable for a person who may more than the approver, session.step_up
 */
export async function approveRecovery(
  parts: IdentityParts,
  input: { readonly id: string; readonly tenantId: string | null },
  principal: Principal,
  by: Actor,
): Promise<Approved> {
  const { id, tenantId } = input;
  const approver = personOf(principal);
  const speaksFor = approver.kind === "operator" ? null : tenantId;
  return withTx(parts.pool, async (tx) => {
    await assertTheirs(tx, id, tenantId);
    const now = parts.clock.now();
    const recovery = await maybe(tx, lockRecovery, [id, now]);
    if (!recovery) throw identityError("recovery.not_found");
    if (recovery.user_id === approver.id) throw identityError("recovery.own");
    assertProvedNow(parts, approver);
    const homes = await many(tx, listHomes, [recovery.user_id, RECOVERY_HOURS_DEFAULT]);
    const ways = waysOf(homes);
    if (speaksFor === null && !countsIn(ways, null)) throw identityError("recovery.not_admitted");
    if (speaksFor !== null) {
      const roles = homes.find((home) => home.tenant_id === speaksFor)?.roles ?? [];
      await assertGrantable(parts.roles, speaksFor, roles, { ...by, principal: approver });
    }
    if (!(await maybe(tx, insertApproval, [speaksFor, id, approver.id, now])))
      throw identityError("recovery.approved_already");
    const standing = await many(tx, listStandingApprovals, [id, STAFF_WHO_APPROVE]);
    if (!standing.some((row) => row.approver_id === approver.id))
      throw identityError("recovery.not_approver");
    const detail = { userId: recovery.user_id, recoveryId: id };
    if (recovery.status !== "asked") {
      await recordEvent(tx, by, "user.recovery_approved", tenantId, detail);
      return { status: recovery.status, readyAt: recovery.ready_at };
    }
    const way = await standingWay(tx, id, ways);
    const readyAt = way ? new Date(now.getTime() + way.delayMs) : null;
    if (readyAt) {
      const lastsUntil = new Date(readyAt.getTime() + RECOVERY_ASKED_MS);
      await exec(tx, approveRow, [id, now, readyAt, lastsUntil]);
      const user = await one(tx, findSigner, [recovery.user_id]);
      const message = recoveryApproved(user.locale, readyAt, await drawLink(tx, parts, id, "cancel"));
      await tellPerson(tx, parts, user, "recovery_approved", message);
    }
    await recordEvent(tx, by, "user.recovery_approved", tenantId, {
      ...detail,
      readyAt: readyAt?.toISOString() ?? null,
    });
    return { status: readyAt ? "approved" : "asked", readyAt };
  });
}

/** Whether it has the approvals that it needs, as things stand now. */
export async function isStillApproved(tx: Tx, id: string, userId: string): Promise<boolean> {
  const homes = await many(tx, listHomes, [userId, RECOVERY_HOURS_DEFAULT]);
  return (await standingWay(tx, id, waysOf(homes))) !== undefined;
}

async function standingWay(tx: Tx, id: string, ways: readonly Way[]): Promise<Way | undefined> {
  const standing = await many(tx, listStandingApprovals, [id, STAFF_WHO_APPROVE]);
  return wayOf(
    ways,
    standing.map((row) => ({ approverId: row.approver_id, tenantId: row.tenant_id })),
  );
}

function waysOf(homes: readonly HomeRow[]): readonly Way[] {
  return waysToApprove(
    homes.map((home) => ({
      tenantId: home.tenant_id,
      admitsOperators: home.by_operators,
      approvers: home.approvers,
      delayMs: home.hours * 3_600_000,
    })),
  );
}

/** A key in a program is nobody who could look at a face or know a voice. */
function personOf(principal: Principal): PersonPrincipal {
  if (principal.kind === "key") throw identityError("recovery.people_only");
  return principal;
}

/** Stricter than a change of one's own factors: without a second factor nobody approves. */
function assertProvedNow(parts: IdentityParts, { mfaAt }: PersonPrincipal): void {
  const ageMs = mfaAt ? parts.clock.now().getTime() - mfaAt.getTime() : Number.POSITIVE_INFINITY;
  if (ageMs > FRESH_MS) throw identityError("session.step_up", { maxAgeS: FRESH_MS / 1_000 });
}
