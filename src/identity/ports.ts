import type { Principal } from "./principal.ts";

/** What identity asks of access: roles are its matter. Joined by the composition root. */
export interface RoleBook {
  /** Those of `roles` that the tenant does not have. Single permissions, as `permissionRole` names them, are for a time. */
  unknown(
    tenantId: string,
    roles: readonly string[],
    kind?: "lasting" | "for_a_time",
  ): Promise<readonly string[]>;
  /**
   * Those of `roles` that this principal may not give or take away in the tenant: nobody makes another more powerful
   * than they are themselves. Null is the platform's own hand (CLI, library, provisioning).
   */
  ungrantable(tenantId: string, roles: readonly string[], by: Principal | null): Promise<readonly string[]>;
  /** Those of `roles`, single permissions among them, that hold more than all of `held` together. */
  exceeding(tenantId: string, roles: readonly string[], held: readonly string[]): Promise<readonly string[]>;
}

/** A permission by itself, as a role: nobody can make a role of such a key. */
const MAY = "$may:";

export function permissionRole(permission: string): string {
  return `${MAY}${permission}`;
}

/** Undefined for what is a role of the tenant. */
export function permissionOfRole(key: string): string | undefined {
  return key.startsWith(MAY) ? key.slice(MAY.length) : undefined;
}

export const OWNER = "owner";
const BUILT_IN = [OWNER, "admin", "billing", "auditor", "member", "viewer"];

/** The built-in roles, of which `owner` is given by owners alone. */
export function builtInRoles(
  rolesOf: (tenantId: string, userId: string) => Promise<readonly string[]>,
): RoleBook {
  return {
    unknown: async (_, roles) => roles.filter((role) => !BUILT_IN.includes(role)),
    ungrantable: async (tenantId, roles, by) => {
      if (by === null || by.kind === "operator") return [];
      if (by.kind === "key" && by.tenantId === null) return [];
      const own = by.kind === "user" ? await rolesOf(tenantId, by.id) : by.roles;
      return own.includes(OWNER) ? [] : roles.filter((role) => role === OWNER);
    },
    exceeding: async (_, roles, held) =>
      held.includes(OWNER) ? [] : roles.filter((role) => !held.includes(role)),
  };
}
