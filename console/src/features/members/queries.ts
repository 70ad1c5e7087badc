import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { request } from "../../api/client.ts";
import { getQuery } from "../../api/get-query.ts";
import type {
  Invitation,
  InvitationCreate,
  InvitationList,
  Member,
  MemberChange,
  MemberList,
} from "../../api/types.ts";
import { textOf } from "../../url/search.ts";

export interface MembersSearch {
  readonly q?: string;
  readonly role?: string;
  readonly cursor?: string;
  readonly edit?: string;
  readonly act?: string;
}

export function parseMembersSearch(raw: Record<string, unknown>): MembersSearch {
  return {
    q: textOf(raw["q"], 100),
    role: textOf(raw["role"], 100),
    cursor: textOf(raw["cursor"]),
    edit: textOf(raw["edit"], 36),
    act: textOf(raw["act"], 20),
  };
}

/** What a change of members changes. */
export function memberTouches(tenantId: string): string[] {
  return [`/v1/tenants/${tenantId}/`, "/v1/me"];
}

export function membersQuery(tenantId: string, search: MembersSearch) {
  const query = { search: search.q, role: search.role, after: search.cursor };
  return queryOptions({
    ...getQuery<MemberList>(`/v1/tenants/${tenantId}/members`, query),
    placeholderData: keepPreviousData,
  });
}

export function invitationsQuery(tenantId: string) {
  return getQuery<InvitationList>(`/v1/tenants/${tenantId}/invitations`);
}

export function updateMember(tenantId: string, userId: string, body: MemberChange): Promise<Member> {
  return request("PATCH", `/v1/tenants/${tenantId}/members/${userId}`, { body });
}

export function removeMember(tenantId: string, userId: string): Promise<void> {
  return request("DELETE", `/v1/tenants/${tenantId}/members/${userId}`);
}

export function invite(
  tenantId: string,
  body: InvitationCreate,
  idempotencyKey: string,
): Promise<Invitation> {
  return request("POST", `/v1/tenants/${tenantId}/invitations`, { body, idempotencyKey });
}

export function withdrawInvitation(tenantId: string, id: string): Promise<void> {
  return request("DELETE", `/v1/tenants/${tenantId}/invitations/${id}`);
}
