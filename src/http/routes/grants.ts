import { endGrant, type Grant, giveGrant, readGrants } from "../../identity/grants.ts";
import { findTenant } from "../api-tenant.ts";
import { readPage } from "../page.ts";
import { route } from "../route.ts";
import { GrantEnd, GrantGive, GrantQuery, TimedGrant, TimedGrantPage } from "../schemas/grants.ts";

const TENANT = "Id, slug or domain of the tenant.";

export const grantRoutes = [
  route({
    method: "GET",
    url: "/v1/tenants/:tenant/grants",
    tag: "Access",
    permission: "grants.read",
    action: "grant.read",
    summary: "List what members were given for a time, newest first",
    params: { tenant: TENANT },
    query: GrantQuery,
    answer: TimedGrantPage,
    handle: async ({ house, params, query }) => {
      const { id } = await findTenant(house, params.tenant);
      const { user, live = false } = query;
      const { rows, nextCursor } = await readPage<Grant, string>(house, {
        list: "grants",
        query,
        filters: { id, user, live },
        read: (limit, beforeId) =>
          readGrants(house.identity, id, {
            limit,
            isLive: live,
            ...(user === undefined ? {} : { userId: user }),
            ...(beforeId === undefined ? {} : { beforeId }),
          }),
        positionOf: (grant) => grant.id,
      });
      return { items: rows.map(toApiGrant), nextCursor };
    },
  }),
  route({
    method: "POST",
    url: "/v1/tenants/:tenant/grants",
    tag: "Access",
    permission: "grants.manage",
    action: "grant.given",
    summary: "Give a member roles or permissions for a time",
    description:
      "Never more than the giver holds, not what they themselves hold only for a time, and never to themselves. It begins and ends by the clock, in sessions that are open too.",
    params: { tenant: TENANT },
    body: GrantGive,
    status: 201,
    answer: TimedGrant,
    handle: async ({ house, params, body, by, principal }) => {
      const { id: tenantId } = await findTenant(house, params.tenant);
      const { startsAt, ...rest } = body;
      const input = {
        tenantId,
        ...rest,
        ...(startsAt === undefined ? {} : { startsAt: new Date(startsAt) }),
      };
      const grant = await giveGrant(house.identity, input, { ...by, principal });
      house.tenancy.internals.identity.memberships.forget();
      return toApiGrant(grant);
    },
  }),
  route({
    method: "POST",
    url: "/v1/tenants/:tenant/grants/:grant/end",
    tag: "Access",
    permission: "grants.manage",
    action: "grant.ended",
    summary: "End a grant before its time",
    description: "Access by it is gone at once, on every process within half a second.",
    params: { tenant: TENANT, grant: "Id of the grant." },
    body: GrantEnd,
    isBodyOptional: true,
    answer: TimedGrant,
    handle: async ({ house, params, body, by, principal }) => {
      const { id: tenantId } = await findTenant(house, params.tenant);
      const input = { tenantId, id: params.grant, ...body };
      const grant = await endGrant(house.identity, input, { ...by, principal });
      house.tenancy.internals.identity.memberships.forget();
      return toApiGrant(grant);
    },
  }),
];

function toApiGrant(grant: Grant) {
  return {
    ...grant,
    roles: [...grant.roles],
    permissions: [...grant.permissions],
    createdAt: grant.createdAt.toISOString(),
    startsAt: grant.startsAt.toISOString(),
    endsAt: grant.endsAt.toISOString(),
    endedAt: grant.endedAt?.toISOString() ?? null,
  };
}

/** What stands beside a member. */
export function toHeldGrant({ id, roles, permissions, startsAt, endsAt }: Grant) {
  return {
    id,
    roles: [...roles],
    permissions: [...permissions],
    startsAt: startsAt.toISOString(),
    endsAt: endsAt.toISOString(),
  };
}
