import { recordEvent } from "../audit/record.ts";
import { exec, maybe } from "../db/sql.ts";
import type { Tx } from "../db/tx.ts";
import { normalizeEmail } from "../identity/email.ts";
import { endBeyondRoles, endGrantsOfLost } from "../identity/left-behind.ts";
import { joinTenant, lockStanding, memberStates } from "../identity/members.ts";
import { findMember, type MemberRow, updateMembership } from "../identity/members-store.ts";
import { announceRevocation } from "../identity/revocations.ts";
import { rolesByGroups } from "../identity/roles-by-groups.ts";
import { addUser } from "../identity/users.ts";
import { findUser, findUserByEmail } from "../identity/users-store.ts";
import { type Claimed, domainOf } from "./claims.ts";
import type { Connection } from "./connection.ts";
import { ssoError } from "./errors.ts";
import type { SsoParts } from "./parts.ts";
import { readRules } from "./rules.ts";
import { findDomain, findIdentity, upsertIdentity } from "./store.ts";

/**
 * The user whom a provider means, as a member of its tenant; brought in if the connection may. The provider's own
 * identifier names a person once it is known; an address does so only before, and only under a proven domain.
 *
 * @throws sso.email_missing, sso.domain_foreign, sso.not_provisioned, sso.access_ended
 */
export async function provision(
  tx: Tx,
  parts: SsoParts,
  connection: Connection,
  claimed: Claimed,
  requestId: string | undefined,
): Promise<{ readonly userId: string }> {
  const { tenantId, id } = connection;
  const by = { actor: `system:sso ${id}`, ...(requestId ? { requestId } : {}) };
  const known =
    claimed.subject === null ? undefined : await maybe(tx, findIdentity, [tenantId, id, claimed.subject]);
  const userId = known?.user_id ?? (await userByAddress(tx, parts, connection, claimed, by));
  const user = await maybe(tx, findUser, [userId]);
  if (user?.status !== "active") throw ssoError("sso.access_ended");
  const rules = await readRules(tx, tenantId);
  const table = new Map(rules.groupRoles.map(({ group, roles }) => [group, roles]));
  const member = await maybe(tx, findMember, [tenantId, userId]);
  if (member?.status === "suspended") throw ssoError("sso.access_ended");
  const groups = claimed.groups ?? [];
  if (!member) {
    if (!connection.mapping.isJitEnabled) throw ssoError("sso.not_provisioned");
    const given = rolesByGroups({ current: [], groups, table, defaults: rules.defaultRoles });
    await joinTenant(
      tx,
      parts.clock,
      { tenantId, userId, roles: [...new Set([...rules.defaultRoles, ...given])] },
      by,
    );
  } else if (claimed.groups !== null && table.size > 0) {
    const held = (await lockStanding(tx, tenantId, userId)) ?? member;
    await followGroups(
      tx,
      parts,
      { ...member, roles: [...held.roles] },
      { tenantId, groups, table, defaults: rules.defaultRoles },
      by,
    );
  }
  if (claimed.subject !== null) {
    await exec(tx, upsertIdentity, [tenantId, id, claimed.subject, userId, parts.clock.now()]);
  }
  return { userId };
}

async function userByAddress(
  tx: Tx,
  parts: SsoParts,
  connection: Connection,
  claimed: Claimed,
  by: { actor: string; requestId?: string },
): Promise<string> {
  const email = claimed.email === null ? undefined : normalizeEmail(claimed.email);
  if (email === undefined) throw ssoError("sso.email_missing");
  const domain = await maybe(tx, findDomain, [connection.tenantId, domainOf(email)]);
  if (!domain?.verified_at || claimed.distrust !== null) throw ssoError("sso.domain_foreign");
  const user = await maybe(tx, findUserByEmail, [email]);
  if (user) return user.id;
  if (!connection.mapping.isJitEnabled) throw ssoError("sso.not_provisioned");
  return (await addUser(tx, parts.clock, { email, name: claimed.name, isVerified: true }, by)).id;
}

async function followGroups(
  tx: Tx,
  parts: SsoParts,
  member: MemberRow,
  input: {
    tenantId: string;
    groups: readonly string[];
    table: ReadonlyMap<string, readonly string[]>;
    defaults: readonly string[];
  },
  by: { actor: string; requestId?: string },
): Promise<void> {
  const { tenantId } = input;
  const roles = rolesByGroups({ ...input, current: member.roles });
  const isSame = roles.length === member.roles.length && roles.every((role) => member.roles.includes(role));
  if (isSame) return;
  const { user_id: userId, status } = member;
  const now = parts.clock.now();
  await maybe(tx, updateMembership, [tenantId, userId, roles, null, now]);
  await announceRevocation(tx, "member", `${tenantId}:${userId}`);
  const change = { tenantId, userId, before: member.roles, after: roles, now };
  await endGrantsOfLost(tx, change, by);
  await endBeyondRoles(tx, parts.identity.parts.roles, change, by);
  const detail = { userId, roles, before: member.roles };
  const states = memberStates(userId, member, { roles, status });
  await recordEvent(tx, by, "member.updated", tenantId, detail, { states });
}
