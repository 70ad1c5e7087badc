import { type Actor, recordEvent } from "../audit/record.ts";
import { many, maybe } from "../db/sql.ts";
import type { Tx } from "../db/tx.ts";
import { deleteKeysMadeBy, holdMakingKey, holdMakingMember } from "./api-keys-store.ts";
import { identityError } from "./errors.ts";
import { endGrantsWithRoles } from "./grants-store.ts";
import { deleteInvitationsBy } from "./invitations-store.ts";
import { announceRevocation } from "./revocations.ts";

/**
 * Ends what somebody made in a tenant and could come back by: API keys, whose text they have seen, and invitations, which
 * may have gone to a second address of theirs; those that were made with such a key, too. For whoever is suspended,
 * removed, or leaves.
 */
export async function endLeftBehind(
  tx: Tx,
  { tenantId, userId }: { readonly tenantId: string; readonly userId: string },
  by: Actor,
): Promise<void> {
  const reason = "its maker has no access any more";
  const makers = [`user:${userId}`];
  for (const { id } of await many(tx, deleteKeysMadeBy, [tenantId, userId])) {
    makers.push(`key:${id}`);
    await announceRevocation(tx, "key", id);
    await recordEvent(tx, by, "api_key.revoked", tenantId, { id, reason });
  }
  for (const { id: invitationId } of await many(tx, deleteInvitationsBy, [tenantId, makers]))
    await recordEvent(tx, by, "member.invitation_withdrawn", tenantId, { invitationId, reason });
}

/**
 * Before a key or an invitation of a tenant is made: its maker has access until that commits, so `endLeftBehind` misses
 * none. Throws member.not_found, session.required.
 */
export async function holdMaker(tx: Tx, tenantId: string, { actor }: Actor): Promise<void> {
  const [kind, id = ""] = actor.split(":");
  if (kind === "user" && !(await maybe(tx, holdMakingMember, [tenantId, id])))
    throw identityError("member.not_found", { user: id });
  if (kind === "key" && !(await maybe(tx, holdMakingKey, [id]))) throw identityError("session.required");
}

/** Ends the grants of a member, running or coming, that carry a role which is taken from them for good. */
export async function endGrantsOfLost(
  tx: Tx,
  change: {
    readonly tenantId: string;
    readonly userId: string;
    readonly before: readonly string[];
    readonly after: readonly string[];
    readonly now: Date;
  },
  by: Actor,
): Promise<void> {
  const { tenantId, userId, before, after, now } = change;
  const lost = before.filter((role) => !after.includes(role));
  if (lost.length === 0) return;
  const reason = "the role was taken from the member";
  const values = [tenantId, userId, lost, now, by.actor, reason];
  for (const { id, roles } of await many(tx, endGrantsWithRoles, values))
    await recordEvent(tx, by, "grant.ended", tenantId, { id, userId, roles, reason });
}
