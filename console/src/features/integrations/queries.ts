import { request } from "../../api/client.ts";
import { getQuery } from "../../api/get-query.ts";
import type { Integration, IntegrationList } from "../../api/types.ts";
import { rememberBeginning } from "./arrival.ts";

const path = (tenantId: string) => `/v1/tenants/${tenantId}/integrations`;

export function integrationTouches(tenantId: string): string[] {
  return [path(tenantId)];
}

export function integrationsQuery(tenantId: string) {
  return getQuery<IntegrationList>(path(tenantId));
}

/** Leaves for the service, which asks the person what they allow. */
export async function beginConnecting(tenantId: string, provider: string, returnTo: string): Promise<void> {
  const { url } = await request<{ url: string }>("POST", `${path(tenantId)}/start`, { body: { provider } });
  rememberBeginning(url, { tenantId, path: returnTo });
  location.assign(url);
}

export function finishConnecting(tenantId: string, answer: string): Promise<Integration> {
  return request("POST", path(tenantId), { body: { answer } });
}

export function disconnect(tenantId: string, id: string): Promise<void> {
  return request("DELETE", `${path(tenantId)}/${id}`);
}
