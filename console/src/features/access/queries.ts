import { queryOptions } from "@tanstack/react-query";
import { request } from "../../api/client.ts";
import { getQuery } from "../../api/get-query.ts";
import type {
  AccessMine,
  PermissionList,
  PolicyAnswer,
  PolicyDraft,
  PolicyQuestion,
  Role,
  RoleCreate,
  RoleList,
} from "../../api/types.ts";

/** What the person who is signed in may do in the tenant: the policies' own answer, asked again each minute. */
export function myAccessQuery(tenant: string) {
  return queryOptions({
    ...getQuery<AccessMine>(`/v1/tenants/${tenant}/access`),
    staleTime: 60_000,
    refetchInterval: 60_000,
  });
}

export function rolesQuery(tenant: string) {
  return getQuery<RoleList>(`/v1/tenants/${tenant}/roles`);
}

/** They change only with the server. */
export const permissionsQuery = queryOptions({
  ...getQuery<PermissionList>("/v1/permissions"),
  staleTime: 3_600_000,
});

export function roleTouches(tenant: string): string[] {
  return [`/v1/tenants/${tenant}/roles`, `/v1/tenants/${tenant}/access`];
}

export function createRole(tenant: string, body: RoleCreate, idempotencyKey: string): Promise<Role> {
  return request("POST", `/v1/tenants/${tenant}/roles`, { body, idempotencyKey });
}

export function removeRole(tenant: string, key: string): Promise<void> {
  return request("DELETE", `/v1/tenants/${tenant}/roles/${encodeURIComponent(key)}`);
}

export function tryPolicies(
  tenant: string,
  question: PolicyQuestion,
  draft?: PolicyDraft,
): Promise<PolicyAnswer> {
  return request("POST", `/v1/tenants/${tenant}/policies/try`, { body: { question, draft } });
}
