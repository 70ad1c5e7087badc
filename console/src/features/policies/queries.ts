import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { request } from "../../api/client.ts";
import { getQuery } from "../../api/get-query.ts";
import type {
  Policy,
  PolicyChecked,
  PolicyCreate,
  PolicyDraft,
  PolicyList,
  PolicyReplayed,
  PolicyTest,
  PolicyTestSave,
  PolicyUpdate,
} from "../../api/types.ts";

const base = (tenant: string) => `/v1/tenants/${tenant}/policies`;
const tests = (tenant: string) => `/v1/tenants/${tenant}/policy-tests`;

/** What a change of policies or tests makes stale: what somebody may do, too. */
export function policyTouches(tenant: string): string[] {
  return [base(tenant), tests(tenant), `/v1/tenants/${tenant}/access`];
}

export function policiesQuery(tenant: string) {
  return getQuery<PolicyList>(base(tenant));
}

/** The old marks stay while the next check is under way. */
export function checkQuery(tenant: string, draft: PolicyDraft, isOn: boolean) {
  return queryOptions({
    queryKey: [`${base(tenant)}/check`, draft] as const,
    queryFn: ({ signal }) =>
      request<PolicyChecked>("POST", `${base(tenant)}/check`, { body: { draft }, signal }),
    placeholderData: keepPreviousData,
    enabled: isOn,
  });
}

export function createPolicy(tenant: string, body: PolicyCreate, idempotencyKey: string): Promise<Policy> {
  return request("POST", base(tenant), { body, idempotencyKey });
}

export function updatePolicy(tenant: string, id: string, body: PolicyUpdate): Promise<Policy> {
  return request("PATCH", `${base(tenant)}/${id}`, { body });
}

export function removePolicy(tenant: string, id: string): Promise<void> {
  return request("DELETE", `${base(tenant)}/${id}`);
}

export function saveTest(tenant: string, body: PolicyTestSave): Promise<PolicyTest> {
  return request("PUT", tests(tenant), { body });
}

export function removeTest(tenant: string, id: string): Promise<void> {
  return request("DELETE", `${tests(tenant)}/${id}`);
}

export function replayDraft(tenant: string, draft: PolicyDraft): Promise<PolicyReplayed> {
  return request("POST", `${base(tenant)}/replay`, { body: { draft } });
}
