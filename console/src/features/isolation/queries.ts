import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { request } from "../../api/client.ts";
import { getQuery } from "../../api/get-query.ts";
import { pollMs } from "../../api/limits.ts";
import type { Proof, ProofCreate, ProofDetail, ProofPage } from "../../api/types.ts";

/** A proof changes the list, the tenant's walls and the log. */
export const proofTouches = ["/v1/proofs", "/v1/tenants", "/v1/events"];

export function proofsQuery(cursor: string | undefined, limit: number) {
  return queryOptions({
    ...getQuery<ProofPage>("/v1/proofs", { cursor, limit }),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) =>
      state.data?.items.some(({ status }) => status === "running") ? pollMs : false,
  });
}

export function proofQuery(id: string) {
  return queryOptions({
    ...getQuery<ProofDetail>(`/v1/proofs/${id}`),
    refetchInterval: ({ state }) => (state.data?.status === "running" ? pollMs : false),
  });
}

export function runProof(body: ProofCreate, idempotencyKey: string): Promise<Proof> {
  return request("POST", "/v1/proofs", { body, idempotencyKey });
}
