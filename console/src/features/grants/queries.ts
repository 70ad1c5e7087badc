import { request } from "../../api/client.ts";
import { getQuery } from "../../api/get-query.ts";
import type { GrantGive, TimedGrant, TimedGrantPage } from "../../api/types.ts";

export function grantsQuery(tenant: string) {
  return getQuery<TimedGrantPage>(`/v1/tenants/${tenant}/grants`, { live: "true", limit: 200 });
}

export function grantTouches(tenant: string): string[] {
  return [`/v1/tenants/${tenant}/grants`, `/v1/tenants/${tenant}/members`, `/v1/tenants/${tenant}/access`];
}

export function giveGrant(tenant: string, body: GrantGive, idempotencyKey: string): Promise<TimedGrant> {
  return request("POST", `/v1/tenants/${tenant}/grants`, { body, idempotencyKey });
}

export function endGrant(tenant: string, id: string, idempotencyKey: string): Promise<TimedGrant> {
  return request("POST", `/v1/tenants/${tenant}/grants/${id}/end`, { body: {}, idempotencyKey });
}
