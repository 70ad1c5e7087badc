import { request } from "../../api/client.ts";
import { getQuery } from "../../api/get-query.ts";
import type { ScimDirectory, ScimTokenCreate, ScimTokenCreated, ScimTokenList } from "../../api/types.ts";

const tokens = (tenantId: string) => `/v1/tenants/${tenantId}/scim-tokens`;

export function scimTouches(tenantId: string): string[] {
  return [tokens(tenantId)];
}

export function tokensQuery(tenantId: string) {
  return getQuery<ScimTokenList>(tokens(tenantId));
}

export function directoryQuery(tenantId: string) {
  return getQuery<ScimDirectory>(`/v1/tenants/${tenantId}/scim-directory`);
}

export function createToken(
  tenantId: string,
  body: ScimTokenCreate,
  idempotencyKey: string,
): Promise<ScimTokenCreated> {
  return request("POST", tokens(tenantId), { body, idempotencyKey });
}

export function revokeToken(tenantId: string, id: string): Promise<void> {
  return request("DELETE", `${tokens(tenantId)}/${id}`);
}
