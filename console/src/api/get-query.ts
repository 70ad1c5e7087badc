import { type QueryClient, queryOptions } from "@tanstack/react-query";
import { type QueryValues, request } from "./client.ts";

/** The key is the endpoint and its parameters, so that invalidation is by endpoint. */
export function getQuery<T>(path: string, query: QueryValues = {}) {
  return queryOptions({
    queryKey: [path, query] as const,
    queryFn: ({ signal }) => request<T>("GET", path, { query, signal }),
  });
}

/** Marks stale everything under these paths; what is on screen loads again. */
export async function refresh(client: QueryClient, paths: readonly string[]): Promise<void> {
  await client.invalidateQueries({
    predicate: ({ queryKey }) => paths.some((path) => String(queryKey[0]).startsWith(path)),
  });
}
