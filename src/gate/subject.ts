import type { Access } from "../access/access.ts";
import { SCOPED_KEY, SUPPORT_WRITING, supportRoles } from "../access/built-in-roles.ts";
import type { Subject } from "../access/ports.ts";
import type { Memberships } from "../identity/memberships.ts";
import type { Principal, VisitEntry } from "../identity/principal.ts";

export interface SubjectParts {
  readonly access: Access;
  readonly memberships: Memberships;
}

/** Who a principal is on the platform: staff, a key of the platform, or nobody there. */
export async function subjectOnPlatform(
  { access }: SubjectParts,
  principal: Principal,
): Promise<Subject | undefined> {
  const { id } = principal;
  if (principal.kind === "operator") {
    if (principal.visit) return undefined;
    const role = await access.book.operatorRole(id);
    return { kind: "operator", id, roles: role === undefined ? [] : [role], scopes: null };
  }
  if (principal.kind === "user" || principal.tenantId !== null) return undefined;
  return { kind: "platform_key", id, roles: ["administrator"], scopes: principal.scopes };
}

/** Who a principal is in a tenant. Undefined: they have no business there, and must not learn whether it exists. */
export async function subjectInTenant(
  parts: SubjectParts,
  principal: Principal,
  tenantId: string,
): Promise<Subject | undefined> {
  const { id } = principal;
  if (principal.kind === "user") {
    const membership = await parts.memberships.find(tenantId, id);
    if (membership?.status !== "active") return undefined;
    const { roles, temporary } = membership;
    return { kind: "user", id, roles, scopes: null, ...(temporary.length > 0 ? { temporary } : {}) };
  }
  if (principal.kind === "operator" && principal.visit) {
    const { visit } = principal;
    return visit.tenantId === tenantId ? visitor(id, visit) : undefined;
  }
  if (principal.kind === "operator" || principal.tenantId === null)
    return subjectOnPlatform(parts, principal);
  if (principal.tenantId !== tenantId) return undefined;
  const { serviceAccountId, roles, scopes } = principal;
  if (serviceAccountId !== null) return { kind: "service_account", id: serviceAccountId, roles, scopes };
  return { kind: "api_key", id, roles: [SCOPED_KEY.key], scopes: scopes ?? [] };
}

/** In a member's place support may what they may, as far as its own scope goes; else what its scope says. */
function visitor(id: string, { userId, scope, memberRoles }: VisitEntry): Subject {
  const isWriting = scope === "write";
  const { reader, writer } = supportRoles;
  const own = userId === null ? [reader.key, ...(isWriting ? [writer.key] : [])] : memberRoles;
  return { kind: "support", id, roles: [...own, ...(isWriting ? [SUPPORT_WRITING] : [])], scopes: null };
}
