import type { FastifyRequest } from "fastify";
import { isPermission, scopeOf } from "../../access/permissions.ts";
import { beyond } from "../../access/role.ts";
import {
  type ApiKey,
  createApiKey,
  readApiKeys,
  revokeApiKey,
  rotateApiKey,
} from "../../identity/api-keys.ts";
import { identityError } from "../../identity/errors.ts";
import { assertGrantable } from "../../identity/members.ts";
import type { Principal } from "../../identity/principal.ts";
import {
  type ServiceAccount as Account,
  changeServiceAccount,
  createServiceAccount,
  readServiceAccount,
  readServiceAccounts,
  removeServiceAccount,
} from "../../identity/service-accounts.ts";
import { findTenant } from "../api-tenant.ts";
import { factsOf } from "../authorise.ts";
import type { House } from "../house.ts";
import { route } from "../route.ts";
import {
  ServiceAccount,
  ServiceAccountChange,
  ServiceAccountCreate,
  ServiceAccountList,
  TenantKeyCreate,
  TenantKeyCreated,
  TenantKeyList,
  TenantKeyRotate,
} from "../schemas/members.ts";

const TENANT = "Id, slug or domain of the tenant.";
const ACCOUNT = "Id of the service account.";
const KEY = "Id of the key, not the key itself.";

export const serviceAccountRoutes = [
  route({
    method: "GET",
    url: "/v1/tenants/:tenant/service-accounts",
    tag: "Members",
    permission: "service_accounts.read",
    action: "service_account.read",
    summary: "List the service accounts of a tenant",
    params: { tenant: TENANT },
    answer: ServiceAccountList,
    handle: async ({ house, params }) => {
      const { id } = await findTenant(house, params.tenant);
      return { items: (await readServiceAccounts(house.identity.pool, id)).map(toApiAccount) };
    },
  }),
  route({
    method: "POST",
    url: "/v1/tenants/:tenant/service-accounts",
    tag: "Members",
    permission: "service_accounts.manage",
    action: "service_account.created",
    summary: "Create a service account",
    params: { tenant: TENANT },
    body: ServiceAccountCreate,
    status: 201,
    answer: ServiceAccount,
    handle: async ({ house, params, body, by, principal }) => {
      const { id: tenantId } = await findTenant(house, params.tenant);
      return toApiAccount(
        await createServiceAccount(house.identity, { tenantId, ...body }, { ...by, principal }),
      );
    },
  }),
  route({
    method: "PATCH",
    url: "/v1/tenants/:tenant/service-accounts/:id",
    tag: "Members",
    permission: "service_accounts.manage",
    action: "service_account.updated",
    summary: "Change the roles or the state of a service account",
    params: { tenant: TENANT, id: ACCOUNT },
    body: ServiceAccountChange,
    answer: ServiceAccount,
    handle: async ({ house, params, body, by, principal }) => {
      const { id: tenantId } = await findTenant(house, params.tenant);
      const change = { tenantId, id: params.id, ...body };
      const changed = await changeServiceAccount(house.identity, change, { ...by, principal });
      house.credentials.forget();
      return toApiAccount(changed);
    },
  }),
  route({
    method: "DELETE",
    url: "/v1/tenants/:tenant/service-accounts/:id",
    tag: "Members",
    permission: "service_accounts.manage",
    action: "service_account.removed",
    summary: "Remove a service account, with its keys",
    params: { tenant: TENANT, id: ACCOUNT },
    answer: null,
    handle: async ({ house, params, by, principal }) => {
      const { id: tenantId } = await findTenant(house, params.tenant);
      await removeServiceAccount(house.identity, { tenantId, id: params.id }, { ...by, principal });
      house.credentials.forget();
    },
  }),
  route({
    method: "GET",
    url: "/v1/tenants/:tenant/api-keys",
    tag: "API keys",
    permission: "api_keys.read",
    action: "api_key.read",
    summary: "List the API keys of a tenant, newest first",
    params: { tenant: TENANT },
    answer: TenantKeyList,
    handle: async ({ house, params }) => {
      const { id } = await findTenant(house, params.tenant);
      return { items: (await readApiKeys(house.identity.pool, id)).map(toApiKey) };
    },
  }),
  route({
    method: "POST",
    url: "/v1/tenants/:tenant/api-keys",
    tag: "API keys",
    permission: "api_keys.manage",
    action: "api_key.created",
    summary: "Create an API key of a tenant",
    description:
      "Of a service account, whose roles it has, or by `scopes`. Nobody makes a key that may more than they may. The key is in this answer and nowhere else.",
    isSecret: true,
    params: { tenant: TENANT },
    body: TenantKeyCreate,
    status: 201,
    answer: TenantKeyCreated,
    handle: async ({ house, params, body, by, principal, request }) => {
      const { id: tenantId } = await findTenant(house, params.tenant);
      if (body.serviceAccountId !== undefined) {
        const { roles } = await readServiceAccount(house.identity.pool, tenantId, body.serviceAccountId);
        await assertGrantable(house.identity.roles, tenantId, roles, { ...by, principal });
      }
      await assertScopes(house, request, principal, tenantId, body.scopes ?? []);
      const { key, ...created } = await createApiKey(house.identity, { ...body, tenantId }, by);
      return { ...toApiKey(created), key };
    },
  }),
  route({
    method: "POST",
    url: "/v1/tenants/:tenant/api-keys/:id/rotate",
    tag: "API keys",
    permission: "api_keys.manage",
    action: "api_key.rotated",
    summary: "Replace an API key; both work for a while",
    description: "For a day unless told otherwise. The new key is in this answer and nowhere else.",
    isSecret: true,
    params: { tenant: TENANT, id: KEY },
    body: TenantKeyRotate,
    isBodyOptional: true,
    status: 201,
    answer: TenantKeyCreated,
    handle: async ({ house, params, body, by, principal, request }) => {
      const { id: tenantId } = await findTenant(house, params.tenant);
      // Whoever rotates it holds the new one: they must be allowed what it may.
      const old = (await readApiKeys(house.identity.pool, tenantId)).find(({ id }) => id === params.id);
      if (!old) throw identityError("api_key.not_found", { id: params.id });
      if (old.serviceAccountId !== null) {
        const { roles } = await readServiceAccount(house.identity.pool, tenantId, old.serviceAccountId);
        await assertGrantable(house.identity.roles, tenantId, roles, { ...by, principal });
      } else await assertScopes(house, request, principal, tenantId, old.scopes ?? []);
      const input = { id: params.id, tenantId, overlapMs: (body.overlapHours ?? 24) * 3_600_000 };
      const { key, ...created } = await rotateApiKey(house.identity, input, by);
      house.credentials.forget();
      return { ...toApiKey(created), key };
    },
  }),
  route({
    method: "DELETE",
    url: "/v1/tenants/:tenant/api-keys/:id",
    tag: "API keys",
    permission: "api_keys.manage",
    action: "api_key.revoked",
    summary: "Revoke an API key of a tenant",
    description: "It is refused at once, on every process within half a second.",
    params: { tenant: TENANT, id: KEY },
    answer: null,
    handle: async ({ house, params, by }) => {
      const { id } = await findTenant(house, params.tenant);
      await revokeApiKey(house.identity.pool, params.id, by, id);
      house.credentials.forget();
    },
  }),
];

/**
 * Each scope is a permission of a tenant, one that the giver has here and now, and has without condition: hours or a
 * fresh factor that bind the giver would not bind the key.
 */
async function assertScopes(
  house: House,
  request: FastifyRequest,
  principal: Principal,
  tenantId: string,
  scopes: readonly string[],
): Promise<void> {
  const facts = factsOf(house, request, principal);
  for (const scope of scopes) {
    if (!isPermission(scope) || scopeOf(scope) !== "tenant")
      throw identityError("api_key.scope_unknown", { scope });
    const { subject } = request;
    const decision = subject && (await house.access.decide({ subject, permission: scope, tenantId, facts }));
    const holdings = subject && (await house.access.holdings(subject, tenantId));
    const excess = holdings && beyond([{ permissions: [scope], conditions: [] }], holdings);
    if (!decision?.allowed || excess?.length !== 0) throw identityError("api_key.scope_beyond", { scope });
  }
}

function toApiAccount({ id, name, roles, status, createdAt }: Account) {
  return { id, name, roles: [...roles], status, createdAt: createdAt.toISOString() };
}

function toApiKey(key: ApiKey) {
  return {
    id: key.id,
    name: key.name,
    prefix: key.prefix,
    serviceAccountId: key.serviceAccountId,
    scopes: key.scopes && [...key.scopes],
    replaces: key.replaces,
    createdAt: key.createdAt.toISOString(),
    lastUsedAt: key.lastUsedAt?.toISOString() ?? null,
    expiresAt: key.expiresAt?.toISOString() ?? null,
  };
}
