import { type Actor, recordEvent } from "../audit/record.ts";
import { many, maybe } from "../db/sql.ts";
import type { Tx } from "../db/tx.ts";
import {
  deleteApiKey,
  holdMakingKey,
  holdMakingMember,
  listHeldForATime,
  lockKeysMadeBy,
  type MadeKeyRow,
} from "./api-keys-store.ts";
import { identityError } from "./errors.ts";
import { endGrantRow, endGrantsWithRoles, lockGrantsBy } from "./grants-store.ts";
import { deleteInvitation, deleteInvitationTo, lockInvitationsBy } from "./invitations-store.ts";
import { lockHolders } from "./members-store.ts";
import { permissionOfRole, permissionRole, type RoleBook } from "./ports.ts";
import { announceRevocation } from "./revocations.ts";

interface Member {
  readonly tenantId: string;
  readonly userId: string;
  readonly now: Date;
}

interface Made {
  readonly grants: readonly { readonly id: string; readonly roles: readonly string[] }[];
  readonly keys: readonly MadeKeyRow[];
  readonly invitations: readonly { readonly id: string; readonly roles: readonly string[] }[];
}

/**
 * Ends what somebody could come back to a tenant by: API keys that they made, whose text they have seen, invitations that
 * they made, which may have gone to a second address of theirs, what they gave somebody for a time, what was made with such
 * a key, and the invitation to their own address. For whoever is suspended, removed, or leaves.
 */
export async function endLeftBehind(tx: Tx, member: Member, by: Actor): Promise<void> {
  const { tenantId, userId } = member;
  await endMade(tx, member, await lockMade(tx, member), "its maker has no access any more", by);
  const own = await maybe(tx, deleteInvitationTo, [tenantId, userId]);
  if (!own) return;
  const reason = "it was to a member who has no access any more";
  await recordEvent(tx, by, "member.invitation_withdrawn", tenantId, { invitationId: own.id, reason });
}

/**
 * Ends what a member could come back to power by, after a role was taken from them: of what they made, the keys and
 * invitations that can do more than the roles which they still hold.
 */
export async function endBeyondRoles(
  tx: Tx,
  book: RoleBook,
  change: Member & { readonly before: readonly string[]; readonly after: readonly string[] },
  by: Actor,
): Promise<void> {
  const { before, after, ...member } = change;
  if (before.every((role) => after.includes(role))) return;
  await endBeyond(tx, book, { ...member, held: after }, by);
}

/** The same after a role of the tenant was narrowed, for all who have it. `book` knows the role as it is now. */
export async function endBeyondNarrowed(
  tx: Tx,
  book: Pick<RoleBook, "exceeding">,
  { tenantId, role, now }: { readonly tenantId: string; readonly role: string; readonly now: Date },
  by: Actor,
): Promise<void> {
  for (const { user_id: userId, roles: held } of await many(tx, lockHolders, [tenantId, role]))
    await endBeyond(tx, book, { tenantId, userId, held, now }, by);
}

async function endBeyond(
  tx: Tx,
  book: Pick<RoleBook, "exceeding">,
  change: Member & { readonly held: readonly string[] },
  by: Actor,
): Promise<void> {
  const made = await lockMade(tx, change);
  const given = [
    ...made.keys.flatMap(powersOf),
    ...[...made.invitations, ...made.grants].map(({ roles }) => roles),
  ].flat();
  if (given.length === 0) return;
  const beyond = await book.exceeding(change.tenantId, [...new Set(given)], change.held);
  const isBeyond = (roles: readonly string[]) => roles.some((role) => beyond.includes(role));
  const lost = {
    keys: made.keys.filter((key) => powersOf(key).every(isBeyond)),
    invitations: made.invitations.filter(({ roles }) => isBeyond(roles)),
    grants: made.grants.filter(({ roles }) => isBeyond(roles)),
  };
  await endMade(tx, change, lost, "it can do more than the roles that its maker still holds", by);
}

/** What bounds a key, each as roles; it can do no more than any of them. */
function powersOf({ roles, scopes }: MadeKeyRow): (readonly string[])[] {
  return [...(roles ? [roles] : []), ...(scopes ? [scopes.map(permissionRole)] : [])];
}

/** Locked until nobody can make any more: a key that is being made with one of these keys is waited for, and seen. */
async function lockMade(tx: Tx, { tenantId, userId, now }: Member): Promise<Made> {
  let keys = await many(tx, lockKeysMadeBy, [tenantId, userId]);
  for (let known = 0; known < keys.length; ) {
    known = keys.length;
    keys = await many(tx, lockKeysMadeBy, [tenantId, userId]);
  }
  const makers = [`user:${userId}`, ...keys.map(({ id }) => `key:${id}`)];
  return {
    keys,
    invitations: await many(tx, lockInvitationsBy, [tenantId, makers]),
    grants: await many(tx, lockGrantsBy, [tenantId, makers, now]),
  };
}

async function endMade(
  tx: Tx,
  { tenantId, now }: Member,
  { keys, invitations, grants }: Made,
  reason: string,
  by: Actor,
): Promise<void> {
  for (const { id } of keys) {
    await maybe(tx, deleteApiKey, [id, tenantId]);
    await announceRevocation(tx, "key", id);
    await recordEvent(tx, by, "api_key.revoked", tenantId, { id, reason });
  }
  for (const { id: invitationId } of invitations) {
    await maybe(tx, deleteInvitation, [tenantId, invitationId]);
    await recordEvent(tx, by, "member.invitation_withdrawn", tenantId, { invitationId, reason });
  }
  for (const { id } of grants) {
    const ended = await maybe(tx, endGrantRow, [tenantId, id, now, by.actor, reason]);
    if (!ended) continue;
    const { user_id: userId, roles } = ended;
    await announceRevocation(tx, "member", `${tenantId}:${userId}`);
    await recordEvent(tx, by, "grant.ended", tenantId, { id, userId, roles, reason });
  }
}

/**
 * Before a key, an invitation or a grant of a tenant is made: its maker has access until that commits, so `endLeftBehind` misses
 * none. Throws member.not_found, session.required.
 *
 * @returns the roles that a member holds for good; null for whoever is none
 */
export async function holdMaker(
  tx: Tx,
  tenantId: string,
  { actor }: Actor,
): Promise<readonly string[] | null> {
  const [kind, id = ""] = actor.split(":");
  const member = kind === "user" ? await maybe(tx, holdMakingMember, [tenantId, id]) : undefined;
  if (kind === "user" && !member) throw identityError("member.not_found", { user: id });
  if (kind === "key" && !(await maybe(tx, holdMakingKey, [id]))) throw identityError("session.required");
  return member?.roles ?? null;
}

/**
 * `holdMaker`, and what is given is still no more than the maker holds: it was asked for before, and roles may have been
 * taken since. Throws like it, and role.not_grantable.
 */
export async function holdGiver(
  tx: Tx,
  book: RoleBook,
  given: {
    readonly tenantId: string;
    readonly roles: readonly string[];
    readonly now: Date;
    /** Only what the maker holds for good counts. */
    readonly isLasting?: boolean;
  },
  by: Actor,
): Promise<void> {
  const { tenantId, roles, now, isLasting = false } = given;
  const lasting = await holdMaker(tx, tenantId, by);
  if (lasting === null) return;
  const [, userId = ""] = by.actor.split(":");
  const timed = isLasting ? [] : await many(tx, listHeldForATime, [tenantId, userId, now]);
  const held = [...lasting, ...timed.flatMap((grant) => grant.roles)];
  const beyond = await book.exceeding(tenantId, roles, held);
  const named = beyond.map((key) => permissionOfRole(key) ?? key).join(", ");
  if (beyond.length > 0) throw identityError("role.not_grantable", { roles: named });
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
