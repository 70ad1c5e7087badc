import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { request } from "../../api/client.ts";
import { getQuery } from "../../api/get-query.ts";
import type { PersonSessionList, User, UserDetail, UserList } from "../../api/types.ts";
import { textOf } from "../../url/search.ts";

export interface PeopleSearch {
  readonly q?: string;
  readonly cursor?: string;
}

export function parsePeopleSearch(raw: Record<string, unknown>): PeopleSearch {
  return { q: textOf(raw["q"], 100), cursor: textOf(raw["cursor"]) };
}

export const peopleTouches = ["/v1/users"];

export function usersQuery({ q, cursor }: PeopleSearch) {
  return queryOptions({
    ...getQuery<UserList>("/v1/users", { search: q, after: cursor }),
    placeholderData: keepPreviousData,
  });
}

export function userQuery(id: string) {
  return getQuery<UserDetail>(`/v1/users/${encodeURIComponent(id)}`);
}

/** @param base `/v1/users/{id}` for staff, `/v1/tenants/{id}/members/{id}` for a tenant's people. */
export function personSessionsQuery(base: string) {
  return getQuery<PersonSessionList>(`${base}/sessions`);
}

export function endAllSessions(base: string): Promise<void> {
  return request("DELETE", `${base}/sessions`);
}

export function endSessionOf(userId: string, id: string): Promise<void> {
  return request("DELETE", `/v1/users/${userId}/sessions/${id}`);
}

export function setEnabled(userId: string, isEnabled: boolean): Promise<User> {
  return request("POST", `/v1/users/${userId}/${isEnabled ? "enable" : "disable"}`);
}
