import type { Access } from "../access/access.ts";
import { permissionRoles } from "../access/built-in-roles.ts";
import type { OnNarrowed } from "../access/custom-roles.ts";
import { beyond, holdingsOf, type Role } from "../access/role.ts";
import { endBeyondNarrowed } from "../identity/left-behind.ts";
import type { RoleBook } from "../identity/ports.ts";
import { type SubjectParts, subjectInTenant } from "./subject.ts";

const ofOnePermission = new Map(permissionRoles.map((role) => [role.key, role]));

/** Roles as identity asks for them: nobody gives or takes away a role that holds more than they do themselves. */
export function roleBook(parts: () => Promise<SubjectParts>): RoleBook {
  const rolesIn = async (access: Access, tenantId: string) => (await access.book.rules(tenantId)).roles;
  return {
    unknown: async (tenantId, keys, kind = "lasting") => {
      const roles = await rolesIn((await parts()).access, tenantId);
      return keys.filter((key) => !roles.has(key) && !(kind === "for_a_time" && ofOnePermission.has(key)));
    },
    ungrantable: async (tenantId, keys, by) => {
      if (by === null) return [];
      const known = await parts();
      const roles = await rolesIn(known.access, tenantId);
      const subject = await subjectInTenant(known, by, tenantId);
      if (!subject) return keys;
      const holdings = await known.access.holdings(subject, tenantId);
      return keys.filter((key) => beyond(grantsOf(roles, key), holdings).length > 0);
    },
    exceeding: async (tenantId, keys, held) =>
      exceeding(await rolesIn((await parts()).access, tenantId), keys, held),
  };
}

/** What holders of a narrowed role made and could not make any more ends, in the transaction that narrows it. */
export const endBeyondRole: OnNarrowed = async (tx, { roles, ...narrowed }, by) => {
  const now = {
    exceeding: async (_: string, keys: readonly string[], held: readonly string[]) =>
      exceeding(roles, keys, held),
  };
  await endBeyondNarrowed(tx, now, narrowed, by);
};

function exceeding(
  roles: ReadonlyMap<string, Role>,
  keys: readonly string[],
  held: readonly string[],
): string[] {
  const holdings = holdingsOf(
    held.flatMap((key) => roles.get(key) ?? ofOnePermission.get(key) ?? []),
    null,
  );
  return keys.filter((key) => beyond(grantsOf(roles, key), holdings).length > 0);
}

function grantsOf(roles: ReadonlyMap<string, Role>, key: string) {
  return (roles.get(key) ?? ofOnePermission.get(key))?.grants ?? [];
}
