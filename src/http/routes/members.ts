import { liveGrantsOf } from "../../identity/grants.ts";
import {
  acceptInvitation,
  type Invitation as Invited,
  invite,
  readInvitations,
  showInvitation,
  withdrawInvitation,
} from "../../identity/invitations.ts";
import { PAGE_MAX } from "../../identity/limits.ts";
import {
  changeMember,
  type Member as Joined,
  readMember,
  readMembers,
  removeMember,
} from "../../identity/members.ts";
import { changeSignInRules, readSignInRules } from "../../identity/sign-in-rules.ts";
import { findTenant } from "../api-tenant.ts";
import { route } from "../route.ts";
import { SignInStep } from "../schemas/identity.ts";
import {
  Invitation,
  InvitationAccept,
  InvitationCreate,
  InvitationList,
  InvitationToken,
  Member,
  MemberChange,
  MemberList,
  MemberQuery,
  OpenInvitation,
  SignInRules,
  SignInRulesChange,
} from "../schemas/members.ts";
import { toHeldGrant } from "./grants.ts";
import { userOf } from "./me.ts";
import { callOf, toApiStep } from "./sign-in.ts";

const TENANT = "Id, slug or domain of the tenant.";
const USER = "Id of the user.";
const OPEN = {
  tag: "Sign-in",
  permission: "anyone",
  isPublic: true,
  isSignIn: true,
  isSecret: true,
} as const;

export const memberRoutes = [
  route({
    method: "GET",
    url: "/v1/tenants/:tenant/members",
    tag: "Members",
    permission: "members.read",
    action: "member.read",
    summary: "List the members of a tenant, by address",
    params: { tenant: TENANT },
    query: MemberQuery,
    answer: MemberList,
    handle: async ({ house, params, query }) => {
      const { id } = await findTenant(house, params.tenant);
      const { search, role, after } = query;
      const members = await readMembers(house.identity.pool, id, {
        limit: PAGE_MAX + 1,
        ...(search === undefined ? {} : { search }),
        ...(role === undefined ? {} : { role }),
        ...(after === undefined ? {} : { afterEmail: after }),
      });
      const items = members.slice(0, PAGE_MAX);
      const next = members.length > PAGE_MAX ? (items.at(-1)?.email ?? null) : null;
      const grants = await liveGrantsOf(house.identity, id);
      return { items: items.map((member) => toApiMember(member, grants)), next };
    },
  }),
  route({
    method: "GET",
    url: "/v1/tenants/:tenant/members/:user",
    tag: "Members",
    permission: "members.read",
    action: "member.read",
    summary: "Show a member",
    params: { tenant: TENANT, user: USER },
    answer: Member,
    handle: async ({ house, params }) => {
      const { id } = await findTenant(house, params.tenant);
      const member = await readMember(house.identity.pool, id, params.user);
      return toApiMember(member, await liveGrantsOf(house.identity, id, member.userId));
    },
  }),
  route({
    method: "PATCH",
    url: "/v1/tenants/:tenant/members/:user",
    tag: "Members",
    permission: "members.manage",
    action: "member.updated",
    summary: "Change the roles or the state of a member",
    description:
      "Takes effect with the next request of the member, on every process within half a second. Nobody gives or takes away more than they have; the last owner stays one.",
    params: { tenant: TENANT, user: USER },
    body: MemberChange,
    answer: Member,
    handle: async ({ house, params, body, by, principal }) => {
      const { id: tenantId } = await findTenant(house, params.tenant);
      const change = { tenantId, userId: params.user, ...body };
      const changed = await changeMember(house.identity, change, { ...by, principal });
      house.tenancy.internals.identity.memberships.forget();
      return toApiMember(changed, await liveGrantsOf(house.identity, tenantId, changed.userId));
    },
  }),
  route({
    method: "DELETE",
    url: "/v1/tenants/:tenant/members/:user",
    tag: "Members",
    permission: "members.manage",
    action: "member.removed",
    summary: "Remove a member",
    description:
      "Their access ends at once, and so do the API keys that they made and the invitations that they sent; their account and their other tenants stay.",
    params: { tenant: TENANT, user: USER },
    answer: null,
    handle: async ({ house, params, by, principal }) => {
      const { id: tenantId } = await findTenant(house, params.tenant);
      await removeMember(house.identity, { tenantId, userId: params.user }, { ...by, principal });
      house.tenancy.internals.identity.memberships.forget();
    },
  }),
  route({
    method: "DELETE",
    url: "/v1/me/tenants/:tenant",
    tag: "Me",
    permission: "signed_in",
    action: "member.left",
    summary: "Leave a tenant",
    params: { tenant: TENANT },
    answer: null,
    handle: async ({ house, params, by, principal }) => {
      const { id: userId } = userOf(principal);
      const { id: tenantId } = await findTenant(house, params.tenant);
      await removeMember(house.identity, { tenantId, userId }, { ...by, principal });
      house.tenancy.internals.identity.memberships.forget();
    },
  }),
  route({
    method: "GET",
    url: "/v1/tenants/:tenant/invitations",
    tag: "Members",
    permission: "members.read",
    action: "member.read",
    summary: "List open invitations, newest first",
    description: "Those that are over stay until they are withdrawn or sent again.",
    params: { tenant: TENANT },
    answer: InvitationList,
    handle: async ({ house, params }) => {
      const { id } = await findTenant(house, params.tenant);
      return { items: (await readInvitations(house.identity, id)).map(toApiInvitation) };
    },
  }),
  route({
    method: "POST",
    url: "/v1/tenants/:tenant/invitations",
    tag: "Members",
    permission: "members.invite",
    action: "member.invited",
    summary: "Invite somebody by mail, or send the invitation again",
    description:
      "The link works once, for 7 days; inviting an address again ends the link before. The answer does not tell whether the address has an account.",
    params: { tenant: TENANT },
    body: InvitationCreate,
    status: 201,
    answer: Invitation,
    handle: async ({ house, params, body, by, principal }) => {
      const { id: tenantId, name: tenantName } = await findTenant(house, params.tenant);
      const input = { tenantId, tenantName, ...body };
      return toApiInvitation(await invite(house.identity, input, { ...by, principal }));
    },
  }),
  route({
    method: "DELETE",
    url: "/v1/tenants/:tenant/invitations/:id",
    tag: "Members",
    permission: "members.invite",
    action: "member.invitation_withdrawn",
    summary: "Withdraw an invitation",
    params: { tenant: TENANT, id: "Id of the invitation." },
    answer: null,
    handle: async ({ house, params, by }) => {
      const { id } = await findTenant(house, params.tenant);
      await withdrawInvitation(house.identity, id, params.id, by);
    },
  }),
  route({
    method: "GET",
    url: "/v1/tenants/:tenant/sign-in-rules",
    tag: "Members",
    permission: "security.read",
    action: "tenant.read",
    summary: "Show what the tenant demands of its members' sessions",
    params: { tenant: TENANT },
    answer: SignInRules,
    handle: async ({ house, params }) => {
      const { id } = await findTenant(house, params.tenant);
      return readSignInRules(house.identity.pool, id);
    },
  }),
  route({
    method: "PUT",
    url: "/v1/tenants/:tenant/sign-in-rules",
    tag: "Members",
    permission: "security.manage",
    action: "tenant.sign_in_rules_changed",
    summary: "Change what the tenant demands of its members' sessions",
    description:
      "A demanded second factor holds from the next request of every member on, in sessions that are open too.",
    params: { tenant: TENANT },
    body: SignInRulesChange,
    answer: SignInRules,
    handle: async ({ house, params, body, by }) => {
      const { id } = await findTenant(house, params.tenant);
      const rules = await changeSignInRules(house.identity, id, body, by);
      house.tenancy.internals.identity.memberships.forget();
      return rules;
    },
  }),
  route({
    ...OPEN,
    method: "POST",
    url: "/v1/sign-in/invitation/show",
    action: "user.signed_in",
    summary: "Show what an invitation is to",
    body: InvitationToken,
    answer: OpenInvitation,
    handle: async ({ house, body }) => showInvitation(house.identity, body.token),
  }),
  route({
    ...OPEN,
    method: "POST",
    url: "/v1/sign-in/invitation",
    action: "user.signed_in",
    summary: "Accept an invitation, and sign in",
    description:
      "Who has an account keeps it, with its password and second factor, which is asked for; who has none gets one, with `name` and `password`.",
    body: InvitationAccept,
    answer: SignInStep,
    handle: async ({ house, body, request, reply }) => {
      const step = await acceptInvitation(house.identity, body, callOf(request));
      house.tenancy.internals.identity.memberships.forget();
      return toApiStep(step, request, reply);
    },
  }),
];

function toApiMember(
  { userId, email, name, status, roles, joinedAt }: Joined,
  grants: Awaited<ReturnType<typeof liveGrantsOf>>,
) {
  const held = (grants.get(userId) ?? []).map(toHeldGrant);
  return { userId, email, name, status, roles: [...roles], joinedAt: joinedAt.toISOString(), grants: held };
}

function toApiInvitation(row: Invited) {
  const { sentAt, expiresAt, ...rest } = row;
  return {
    ...rest,
    roles: [...row.roles],
    sentAt: sentAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
  };
}
