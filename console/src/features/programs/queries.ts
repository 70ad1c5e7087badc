import { request } from "../../api/client.ts";
import { getQuery } from "../../api/get-query.ts";
import type {
  ServiceAccount,
  ServiceAccountChange,
  ServiceAccountCreate,
  ServiceAccountList,
  TenantKeyCreate,
  TenantKeyCreated,
  TenantKeyList,
} from "../../api/types.ts";

/** What a change of accounts or keys changes. */
export function programTouches(tenantId: string): string[] {
  return [`/v1/tenants/${tenantId}/service-accounts`, `/v1/tenants/${tenantId}/api-keys`];
}

export function accountsQuery(tenantId: string) {
  return getQuery<ServiceAccountList>(`/v1/tenants/${tenantId}/service-accounts`);
}

export function tenantApiKeysQuery(tenantId: string) {
  return getQuery<TenantKeyList>(`/v1/tenants/${tenantId}/api-keys`);
}

export function createAccount(
  tenantId: string,
  body: ServiceAccountCreate,
  idempotencyKey: string,
): Promise<ServiceAccount> {
  return request("POST", `/v1/tenants/${tenantId}/service-accounts`, { body, idempotencyKey });
}

export function changeAccount(
  tenantId: string,
  id: string,
  body: ServiceAccountChange,
): Promise<ServiceAccount> {
  return request("PATCH", `/v1/tenants/${tenantId}/service-accounts/${id}`, { body });
}

export function removeAccount(tenantId: string, id: string): Promise<void> {
  return request("DELETE", `/v1/tenants/${tenantId}/service-accounts/${id}`);
}

export function createKey(
  tenantId: string,
  body: TenantKeyCreate,
  idempotencyKey: string,
): Promise<TenantKeyCreated> {
  return request("POST", `/v1/tenants/${tenantId}/api-keys`, { body, idempotencyKey });
}

export function rotateKey(tenantId: string, id: string, overlapHours: number): Promise<TenantKeyCreated> {
  return request("POST", `/v1/tenants/${tenantId}/api-keys/${id}/rotate`, { body: { overlapHours } });
}

export function revokeKey(tenantId: string, id: string): Promise<void> {
  return request("DELETE", `/v1/tenants/${tenantId}/api-keys/${id}`);
}
