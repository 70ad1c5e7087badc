import { queryOptions } from "@tanstack/react-query";
import { request } from "../../api/client.ts";
import { getQuery } from "../../api/get-query.ts";
import type { Session } from "../../api/types.ts";

/** The server may say in which mode it runs; until it does, none is shown rather than a guess. */
export type ConsoleSession = Session & { readonly mode?: "live" | "test" };

export const sessionQuery = queryOptions({
  ...getQuery<ConsoleSession>("/v1/session"),
  staleTime: 60_000,
});

export function openSession(token: string, idempotencyKey: string): Promise<ConsoleSession> {
  return request("POST", "/v1/sessions", { body: { token }, idempotencyKey });
}

export function closeSession(): Promise<void> {
  return request("DELETE", "/v1/session");
}
