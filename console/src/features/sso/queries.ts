import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { request } from "../../api/client.ts";
import { getQuery } from "../../api/get-query.ts";
import type {
  MemberList,
  SsoChecks,
  SsoConnection,
  SsoConnectionChange,
  SsoConnectionCreate,
  SsoConnectionList,
  SsoDomain,
  SsoDomainList,
  SsoFinished,
  SsoRules,
  SsoRulesChange,
} from "../../api/types.ts";

const connections = (tenantId: string) => `/v1/tenants/${tenantId}/sso-connections`;
const domains = (tenantId: string) => `/v1/tenants/${tenantId}/sso-domains`;
const rules = (tenantId: string) => `/v1/tenants/${tenantId}/sso-rules`;

/** What a change of one of them changes: the checks look at all three. */
export function ssoTouches(tenantId: string): string[] {
  return [connections(tenantId), domains(tenantId), rules(tenantId)];
}

export function connectionsQuery(tenantId: string) {
  return getQuery<SsoConnectionList>(connections(tenantId));
}

export function connectionQuery(tenantId: string, id: string) {
  return getQuery<SsoConnection>(`${connections(tenantId)}/${id}`);
}

/** Asks the provider, so only on this screen and when somebody says so. */
export function checksQuery(tenantId: string, id: string) {
  return queryOptions({
    ...getQuery<SsoChecks>(`${connections(tenantId)}/${id}/checks`),
    staleTime: 60_000,
  });
}

export function domainsQuery(tenantId: string) {
  return getQuery<SsoDomainList>(domains(tenantId));
}

export function rulesQuery(tenantId: string) {
  return getQuery<SsoRules>(rules(tenantId));
}

export function createConnection(
  tenantId: string,
  body: SsoConnectionCreate,
  idempotencyKey: string,
): Promise<SsoConnection> {
  return request("POST", connections(tenantId), { body, idempotencyKey });
}

export function changeConnection(
  tenantId: string,
  id: string,
  body: SsoConnectionChange,
): Promise<SsoConnection> {
  return request("PATCH", `${connections(tenantId)}/${id}`, { body });
}

export function removeConnection(tenantId: string, id: string): Promise<void> {
  return request("DELETE", `${connections(tenantId)}/${id}`);
}

export function addDomain(tenantId: string, domain: string, idempotencyKey: string): Promise<SsoDomain> {
  return request("POST", domains(tenantId), { body: { domain }, idempotencyKey });
}

export function proveDomain(tenantId: string, domain: string): Promise<SsoDomain> {
  return request("POST", `${domains(tenantId)}/${encodeURIComponent(domain)}/prove`);
}

export function removeDomain(tenantId: string, domain: string): Promise<void> {
  return request("DELETE", `${domains(tenantId)}/${encodeURIComponent(domain)}`);
}

export function changeRules(tenantId: string, body: SsoRulesChange): Promise<SsoRules> {
  return request("PATCH", rules(tenantId), { body });
}

/** Who could be the break-glass owner: owners are few, so one page holds them. */
export function ownersQuery(tenantId: string) {
  const path = `/v1/tenants/${tenantId}/members`;
  return queryOptions({
    ...getQuery<MemberList>(path, { role: "owner" }),
    select: ({ items }) => items.filter(({ status }) => status === "active"),
  });
}

/** What came of a test sign-in: what the provider said, or why it was refused. In this page's memory alone. */
export type TestOutcome =
  | { readonly kind: "said"; readonly said: NonNullable<SsoFinished["test"]> }
  | { readonly kind: "refused"; readonly error: Error };

export function testOutcomeQuery(id: string) {
  return {
    queryKey: ["sso-test", id],
    queryFn: (): TestOutcome | null => null,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
  };
}

export function keepTestOutcome(client: QueryClient, id: string, outcome: TestOutcome): void {
  client.setQueryData(testOutcomeQuery(id).queryKey, outcome);
}

const returnKey = (id: string) => `tenancy.sso-test.${id}`;

/** Leaves for the provider. A refusal says nothing of where it began, so this tab remembers it. */
export async function beginTest(tenantId: string, id: string, returnTo: string): Promise<void> {
  const { url } = await request<{ url: string }>("POST", `${connections(tenantId)}/${id}/test`, {
    body: { returnTo },
  });
  sessionStorage.setItem(returnKey(id), returnTo);
  location.assign(url);
}

/** Where the test of a connection began, if one is under way in this tab; asked once. */
export function takeTestPlace(id: string): string | null {
  const place = sessionStorage.getItem(returnKey(id));
  sessionStorage.removeItem(returnKey(id));
  return place;
}
