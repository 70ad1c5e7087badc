import { PAGE_MAX } from "../../identity/limits.ts";
import { assertGrantable, readMember } from "../../identity/members.ts";
import { type Device, endSession, endSessions, readSessions } from "../../identity/sessions.ts";
import {
  type User as Person,
  readTenantsOf,
  readUser,
  readUsers,
  setUserEnabled,
} from "../../identity/users.ts";
import { findTenant } from "../api-tenant.ts";
import { route } from "../route.ts";
import { Ended } from "../schemas/identity.ts";
import { PersonSessionList, User, UserDetail, UserList, UserQuery } from "../schemas/users.ts";

const USER = "Id of the user.";
const TENANT = "Id, slug or domain of the tenant.";

/** People across tenants, for staff; and of its own members, a tenant's people, where they are signed in. */
export const userRoutes = [
  route({
    method: "GET",
    url: "/v1/users",
    tag: "Users",
    permission: "users.read",
    action: "user.read",
    summary: "List users, by address",
    query: UserQuery,
    answer: UserList,
    handle: async ({ house, query }) => {
      const { search, after } = query;
      const users = await readUsers(house.identity.pool, {
        limit: PAGE_MAX + 1,
        ...(search === undefined ? {} : { search }),
        ...(after === undefined ? {} : { afterEmail: after }),
      });
      const items = users.slice(0, PAGE_MAX);
      const next = users.length > PAGE_MAX ? (items.at(-1)?.email ?? null) : null;
      return { items: items.map(toApiUser), next };
    },
  }),
  route({
    method: "GET",
    url: "/v1/users/:user",
    tag: "Users",
    permission: "users.read",
    action: "user.read",
    summary: "Show a user, and where they are a member",
    params: { user: "Id or address of the user." },
    answer: UserDetail,
    handle: async ({ house, params }) => {
      const { pool } = house.identity;
      const user = await readUser(pool, params.user);
      const tenants = await readTenantsOf(pool, user.id);
      return {
        ...toApiUser(user),
        tenants: tenants.map((tenant) => ({ ...tenant, roles: [...tenant.roles] })),
      };
    },
  }),
  ...(["disable", "enable"] as const).map((verb) =>
    route({
      method: "POST",
      url: `/v1/users/:user/${verb}`,
      tag: "Users",
      permission: "users.manage",
      action: verb === "disable" ? "user.disabled" : "user.enabled",
      summary:
        verb === "disable"
          ? "Sign a user out everywhere and let them in nowhere, at once"
          : "Let a disabled user sign in again",
      params: { user: USER },
      answer: User,
      handle: async ({ house, params, by }) => {
        const user = await setUserEnabled(house.identity, params.user, verb === "enable", by);
        house.credentials.forget();
        return toApiUser(user);
      },
    }),
  ),
  route({
    method: "GET",
    url: "/v1/users/:user/sessions",
    tag: "Users",
    permission: "users.read",
    action: "session.read",
    summary: "List where a user is signed in",
    params: { user: USER },
    answer: PersonSessionList,
    handle: async ({ house, params }) => {
      const { id } = await readUser(house.identity.pool, params.user);
      return { items: (await readSessions(house.identity, id)).map(toApiPersonSession) };
    },
  }),
  route({
    method: "DELETE",
    url: "/v1/users/:user/sessions",
    tag: "Users",
    permission: "users.manage",
    action: "session.revoked",
    summary: "End all sessions of a user",
    params: { user: USER },
    answer: Ended,
    handle: async ({ house, params, by }) => {
      const { id } = await readUser(house.identity.pool, params.user);
      const ended = await endSessions(house.identity, id, by);
      house.credentials.forget();
      return { ended };
    },
  }),
  route({
    method: "DELETE",
    url: "/v1/users/:user/sessions/:id",
    tag: "Users",
    permission: "users.manage",
    action: "session.revoked",
    summary: "End one session of a user",
    params: { user: USER, id: "Id of the session." },
    answer: null,
    handle: async ({ house, params, by }) => {
      const { id } = await readUser(house.identity.pool, params.user);
      await endSession(house.identity, id, params.id, by);
      house.credentials.forget();
    },
  }),
  route({
    method: "GET",
    url: "/v1/tenants/:tenant/members/:user/sessions",
    tag: "Members",
    permission: "sessions.read",
    action: "session.read",
    summary: "List where a member is signed in",
    description: "A session belongs to no tenant: these are all that the person has.",
    params: { tenant: TENANT, user: USER },
    answer: PersonSessionList,
    handle: async ({ house, params }) => {
      const { id } = await findTenant(house, params.tenant);
      const { userId } = await readMember(house.identity.pool, id, params.user);
      return { items: (await readSessions(house.identity, userId)).map(toApiPersonSession) };
    },
  }),
  route({
    method: "DELETE",
    url: "/v1/tenants/:tenant/members/:user/sessions",
    tag: "Members",
    permission: "sessions.revoke",
    action: "session.revoked",
    summary: "End all sessions of a member",
    description:
      "They sign in again; their other tenants ask them to, too. Nobody does it to a member who may more than they do.",
    params: { tenant: TENANT, user: USER },
    answer: Ended,
    handle: async ({ house, params, by, principal }) => {
      const { id } = await findTenant(house, params.tenant);
      const { userId, roles } = await readMember(house.identity.pool, id, params.user);
      await assertGrantable(house.identity.roles, id, roles, { ...by, principal });
      const ended = await endSessions(house.identity, userId, by, { tenantId: id });
      house.credentials.forget();
      return { ended };
    },
  }),
];

function toApiUser({ id, email, name, locale, status, emailVerifiedAt, createdAt }: Person) {
  return {
    id,
    email,
    name,
    locale,
    status,
    emailVerifiedAt: emailVerifiedAt?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
  };
}

function toApiPersonSession({ amr, mfaAt, createdAt, lastUsedAt, expiresAt, ...rest }: Device) {
  return {
    ...rest,
    amr: [...amr],
    mfaAt: mfaAt?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
    lastUsedAt: lastUsedAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
  };
}
