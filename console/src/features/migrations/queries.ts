import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { request } from "../../api/client.ts";
import { getQuery } from "../../api/get-query.ts";
import { pollMs } from "../../api/limits.ts";
import type {
  Drift,
  MigrationList,
  MigrationRun,
  MigrationRunCreate,
  MigrationRunPage,
} from "../../api/types.ts";

export const runTouches = ["/v1/migrations", "/v1/drift", "/v1/events"];

export const migrationsQuery = getQuery<MigrationList>("/v1/migrations");

export const driftQuery = queryOptions({
  ...getQuery<Drift>("/v1/drift"),
  // Each answer compares every place anew: not without being asked.
  staleTime: 60_000,
});

export function runsQuery(cursor: string | undefined, limit: number) {
  return queryOptions({
    ...getQuery<MigrationRunPage>("/v1/migrations/runs", { cursor, limit }),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) =>
      state.data?.items.some(({ status }) => status === "running") ? 2 * pollMs : false,
  });
}

export function runQuery(id: string) {
  return queryOptions({
    ...getQuery<MigrationRun>(`/v1/migrations/runs/${id}`),
    refetchInterval: ({ state }) => (state.data?.status === "running" ? pollMs : false),
  });
}

export function startRun(body: MigrationRunCreate, idempotencyKey: string): Promise<MigrationRun> {
  return request("POST", "/v1/migrations/runs", { body, idempotencyKey });
}

export function stopRun(id: string, idempotencyKey: string): Promise<MigrationRun> {
  return request("POST", `/v1/migrations/runs/${id}/stop`, { idempotencyKey });
}
