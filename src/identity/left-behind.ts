import { type Actor, recordEvent } from "../audit/record.ts";
import { many } from "../db/sql.ts";
import type { Tx } from "../db/tx.ts";
import { deleteKeysMadeBy } from "./api-keys-store.ts";
import { deleteInvitationsBy } from "./invitations-store.ts";
import { announceRevocation } from "./revocations.ts";

/**
 * Ends what somebody made in a tenant and could come back by: API keys, whose text they have seen, and invitations, which
 * may have gone to a second address of theirs. For whoever is suspended, removed, or leaves.
 */
export async function endLeftBehind(
  tx: Tx,
  { tenantId, userId }: { readonly tenantId: string; readonly userId: string },
  by: Actor,
): Promise<void> {
  const reason = "its maker has no access any more";
  for (const { id } of await many(tx, deleteKeysMadeBy, [tenantId, userId])) {
    await announceRevocation(tx, "key", id);
    await recordEvent(tx, by, "api_key.revoked", tenantId, { id, reason });
  }
  for (const { id: invitationId } of await many(tx, deleteInvitationsBy, [tenantId, userId]))
    await recordEvent(tx, by, "member.invitation_withdrawn", tenantId, { invitationId, reason });
}
