import { queryOptions } from "@tanstack/react-query";
import { request } from "../../api/client.ts";
import { getQuery } from "../../api/get-query.ts";
import type { SupportVisit, SupportVisitList } from "../../api/types.ts";

/** Asked again each half minute: a request waits for somebody, and a visit is theirs to see. */
export function visitsQuery(tenant: string) {
  return queryOptions({
    ...getQuery<SupportVisitList>(`/v1/tenants/${tenant}/support-visits`),
    staleTime: 30_000,
    refetchInterval: 30_000,
  });
}

export type VisitVerb = "consent" | "decline" | "end";

export function decideVisit(
  tenant: string,
  { id, verb }: { id: string; verb: VisitVerb },
  idempotencyKey: string,
): Promise<SupportVisit> {
  return request("POST", `/v1/tenants/${tenant}/support-visits/${id}/${verb}`, { idempotencyKey });
}

export function visitTouches(tenant: string): string[] {
  return [`/v1/tenants/${tenant}/support-visits`];
}
