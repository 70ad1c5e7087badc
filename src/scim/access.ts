import { type Actor, recordEvent } from "../audit/record.ts";
import type { Clock } from "../base/clock.ts";
import { many, maybe, one } from "../db/sql.ts";
import type { Tx } from "../db/tx.ts";
import { normalizeEmail } from "../identity/email.ts";
import { endBeyondRoles, endGrantsOfLost, endLeftBehind } from "../identity/left-behind.ts";
import { joinTenant, lockStanding, memberStates } from "../identity/members.ts";
import { deleteMembership, findMember, updateMembership } from "../identity/members-store.ts";
import type { RoleBook } from "../identity/ports.ts";
import { announceRevocation } from "../identity/revocations.ts";
import { rolesByGroups } from "../identity/roles-by-groups.ts";
import { endSessionsOf } from "../identity/sessions.ts";
import { addUser } from "../identity/users.ts";
import { findUser, findUserByEmail } from "../identity/users-store.ts";
import { ScimFault } from "./fault.ts";
import type { JsonObject } from "./matches.ts";
import { displayNameOf, emailOf } from "./resource.ts";
import {
  countOtherMemberships,
  deleteTenantSessions,
  findDefaultRoles,
  findProvenDomain,
  listGroupRoles,
  lockMembershipsOf,
} from "./store.ts";

interface AccessParts {
  readonly clock: Clock;
  readonly roles: RoleBook;
}

/**
 * The person whom the directory describes: known by address, or new. A directory speaks for addresses of the tenant's
 * own domains, and for members who came by themselves: otherwise it would make anybody a member without asking, learn
 * who has an account here, and have a word in their recovery.
 *
 * @throws ScimFault invalidValue
 */
export async function personOf(
  tx: Tx,
  parts: AccessParts,
  attributes: JsonObject,
  tenantId: string,
  by: Actor,
): Promise<string> {
  const given = emailOf(attributes);
  const email = given === undefined ? undefined : normalizeEmail(given);
  if (email === undefined)
    throw new ScimFault(400, "invalidValue", "An e-mail address is expected, in emails or as userName.");
  const known = await maybe(tx, findUserByEmail, [email]);
  const domain = email.slice(email.lastIndexOf("@") + 1);
  const isMember = known !== undefined && (await maybe(tx, findMember, [tenantId, known.id])) !== undefined;
  if (!isMember && !(await maybe(tx, findProvenDomain, [tenantId, domain])))
    throw new ScimFault(
      400,
      "invalidValue",
      `The tenant has not proven the domain ${domain}: prove it by DNS (sso-domains), or invite the person first.`,
    );
  if (known) return known.id;
  const input = { email, name: displayNameOf(attributes), isVerified: true };
  return (await addUser(tx, parts.clock, input, by)).id;
}

/** Makes the person a member, or changes the membership that is there. */
export async function admit(
  tx: Tx,
  parts: AccessParts,
  input: { readonly tenantId: string; readonly userId: string; readonly isActive: boolean },
  by: Actor,
): Promise<void> {
  const { tenantId, userId, isActive } = input;
  const user = await maybe(tx, findUser, [userId]);
  if (!user) throw new ScimFault(400, "invalidValue", "The person is not there any more.");
  if (!(await maybe(tx, findMember, [tenantId, userId]))) {
    const roles = (await maybe(tx, findDefaultRoles, [tenantId]))?.default_roles ?? ["member"];
    await joinTenant(tx, parts.clock, { tenantId, userId, roles }, by);
  }
  await setActive(tx, parts, { tenantId, userId, isActive }, by);
}

/**
 * Active or not, with all that follows, in one transaction: whoever is deactivated has no access, no session and no
 * key when it commits. Sessions elsewhere end too, unless the person is a member of other tenants and this one has
 * not proven their domain: a directory must not be able to sign strangers out. Throws ScimFault for the last owner.
 */
export async function setActive(
  tx: Tx,
  parts: AccessParts,
  input: { readonly tenantId: string; readonly userId: string; readonly isActive: boolean },
  by: Actor,
): Promise<void> {
  const { tenantId, userId, isActive } = input;
  const status = isActive ? "active" : "suspended";
  // Most of what a directory writes changes nothing here, and waits for no owner's row.
  if ((await maybe(tx, findMember, [tenantId, userId]))?.status === status) return;
  const member = await lockStanding(tx, tenantId, userId);
  if (!member || member.status === status) return;
  if (!isActive && member.isLastOwner) throw lastOwner();
  await maybe(tx, updateMembership, [tenantId, userId, null, status, parts.clock.now()]);
  await announceRevocation(tx, "member", `${tenantId}:${userId}`);
  const states = memberStates(userId, member, { roles: member.roles, status });
  await recordEvent(tx, by, "member.updated", tenantId, { userId, status }, { states });
  if (!isActive) await endAccess(tx, parts, { tenantId, userId }, by);
}

/** The membership ends altogether. */
export async function dismiss(
  tx: Tx,
  parts: Pick<AccessParts, "clock">,
  tenantId: string,
  userId: string,
  by: Actor,
): Promise<void> {
  if ((await lockStanding(tx, tenantId, userId))?.isLastOwner) throw lastOwner();
  const gone = await maybe(tx, deleteMembership, [tenantId, userId]);
  if (!gone) return;
  await announceRevocation(tx, "member", `${tenantId}:${userId}`);
  await recordEvent(tx, by, "member.removed", tenantId, { userId });
  await endAccess(tx, parts, { tenantId, userId }, by);
}

async function endAccess(
  tx: Tx,
  { clock }: Pick<AccessParts, "clock">,
  { tenantId, userId }: { readonly tenantId: string; readonly userId: string },
  by: Actor,
): Promise<void> {
  await endLeftBehind(tx, { tenantId, userId, now: clock.now() }, by);
  const user = await maybe(tx, findUser, [userId]);
  const domain = user?.email.slice(user.email.lastIndexOf("@") + 1);
  const isOurs = (await maybe(tx, findProvenDomain, [tenantId, domain ?? ""])) !== undefined;
  const { n } = await one(tx, countOtherMemberships, [tenantId, userId]);
  if (isOurs || n === 0) {
    await endSessionsOf(tx, userId, by, { tenantId });
    return;
  }
  const ended = await many(tx, deleteTenantSessions, [tenantId, userId]);
  for (const session of ended) await announceRevocation(tx, "session", session.id);
  if (ended.length > 0)
    await recordEvent(tx, by, "session.revoked", tenantId, { userId, count: ended.length });
}

function lastOwner(): ScimFault {
  const message = "This is the last owner of the tenant; another one has to be made first.";
  return new ScimFault(409, "mutability", message);
}

/** Gives and takes the roles that the groups of these people give. */
export async function followGroups(
  tx: Tx,
  parts: AccessParts,
  tenantId: string,
  scimUserIds: readonly string[],
  by: Actor,
): Promise<void> {
  if (scimUserIds.length === 0) return;
  const rows = await many(tx, listGroupRoles, [tenantId]);
  if (rows.length === 0) return;
  const table = new Map(rows.map(({ group_name, roles }) => [group_name, roles]));
  const defaults = (await maybe(tx, findDefaultRoles, [tenantId]))?.default_roles ?? ["member"];
  for (const { user_id: userId, roles: current, status, groups } of await many(tx, lockMembershipsOf, [
    tenantId,
    scimUserIds,
  ])) {
    const roles = rolesByGroups({ current, groups, table, defaults });
    if (roles.length === current.length && roles.every((role) => current.includes(role))) continue;
    const now = parts.clock.now();
    await maybe(tx, updateMembership, [tenantId, userId, roles, null, now]);
    await announceRevocation(tx, "member", `${tenantId}:${userId}`);
    const change = { tenantId, userId, before: current, after: roles, now };
    await endGrantsOfLost(tx, change, by);
    await endBeyondRoles(tx, parts.roles, change, by);
    const states = memberStates(userId, { roles: current, status }, { roles, status });
    await recordEvent(tx, by, "member.updated", tenantId, { userId, roles, before: current }, { states });
  }
}
