import { queryOptions } from "@tanstack/react-query";
import { request } from "../../api/client.ts";
import { getQuery } from "../../api/get-query.ts";
import type { Session, SignInStep } from "../../api/types.ts";

/** The server may say in which mode it runs; until it does, none is shown rather than a guess. */
export type ConsoleSession = Session & { readonly mode?: "live" | "test" };

export const sessionQuery = queryOptions({
  ...getQuery<ConsoleSession>("/v1/session"),
  staleTime: 60_000,
});

/** Signs in, or answers that the operator's second factor is needed. */
export function openSession(token: string): Promise<SignInStep> {
  return request("POST", "/v1/sessions", { body: { token } });
}

export function closeSession(): Promise<void> {
  return request("DELETE", "/v1/session");
}
