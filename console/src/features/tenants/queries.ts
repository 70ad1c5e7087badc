import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { request } from "../../api/client.ts";
import { getQuery } from "../../api/get-query.ts";
import { pollMs } from "../../api/limits.ts";
import type {
  AuditEventPage,
  DomainAdd,
  Items,
  Plan,
  Protection,
  Tenant,
  TenantCreate,
  TenantDelete,
  TenantPage,
  TenantQuery,
  TenantUpdate,
  TenantUsage,
  Workflow,
} from "../../api/types.ts";

/** What any change of a tenant may change: lists, plans' counts, cells' counts, the log. */
export const tenantTouches = ["/v1/tenants", "/v1/plans", "/v1/cells", "/v1/events"];

export function tenantsQuery(query: TenantQuery) {
  return queryOptions({ ...getQuery<TenantPage>("/v1/tenants", query), placeholderData: keepPreviousData });
}

export function tenantQuery(id: string) {
  return queryOptions({
    ...getQuery<Tenant>(`/v1/tenants/${id}`),
    // A workflow is at work: its end changes the tenant.
    refetchInterval: ({ state }) => (state.data?.workflowId ? 2 * pollMs : false),
  });
}

export function usageQuery(id: string) {
  return getQuery<TenantUsage>(`/v1/tenants/${id}/usage`);
}

export function protectionQuery(id: string) {
  return getQuery<Protection>(`/v1/tenants/${id}/protection`);
}

export function tenantEventsQuery(id: string, cursor: string | undefined, limit: number) {
  return queryOptions({
    ...getQuery<AuditEventPage>(`/v1/tenants/${id}/events`, { cursor, limit }),
    placeholderData: keepPreviousData,
  });
}

export function workflowQuery(id: string) {
  return queryOptions({
    ...getQuery<Workflow>(`/v1/workflows/${id}`),
    refetchInterval: ({ state }) =>
      state.data === undefined || state.data.status === "running" ? pollMs : false,
  });
}

/** Plans change rarely, and only by a deployment. */
export const plansQuery = queryOptions({ ...getQuery<Items<Plan>>("/v1/plans"), staleTime: 60_000 });

export function createTenant(body: TenantCreate, idempotencyKey: string): Promise<Tenant> {
  return request("POST", "/v1/tenants", { body, idempotencyKey });
}

export function updateTenant(id: string, body: TenantUpdate): Promise<Tenant> {
  return request("PATCH", `/v1/tenants/${id}`, { body });
}

export function suspendTenant(id: string, reason: string, idempotencyKey: string): Promise<Tenant> {
  return request("POST", `/v1/tenants/${id}/suspend`, { body: { reason }, idempotencyKey });
}

export function resumeTenant(id: string, idempotencyKey: string): Promise<Tenant> {
  return request("POST", `/v1/tenants/${id}/resume`, { idempotencyKey });
}

export function restoreTenant(id: string, idempotencyKey: string): Promise<Tenant> {
  return request("POST", `/v1/tenants/${id}/restore`, { idempotencyKey });
}

export function deleteTenant(id: string, body: TenantDelete): Promise<Tenant> {
  return request("DELETE", `/v1/tenants/${id}`, { body });
}

export function addDomain(id: string, body: DomainAdd, idempotencyKey: string): Promise<Tenant> {
  return request("POST", `/v1/tenants/${id}/domains`, { body, idempotencyKey });
}

export function removeDomain(id: string, domain: string): Promise<Tenant> {
  return request("DELETE", `/v1/tenants/${id}/domains/${encodeURIComponent(domain)}`);
}
