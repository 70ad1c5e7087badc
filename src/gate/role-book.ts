import type { Access } from "../access/access.ts";
import { permissionRoles } from "../access/built-in-roles.ts";
import { beyond } from "../access/role.ts";
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
      return keys.filter(
        (key) => beyond((roles.get(key) ?? ofOnePermission.get(key))?.grants ?? [], holdings).length > 0,
      );
    },
  };
}
