import type { Static } from "typebox";
import type { Author } from "../../access/change-rules.ts";
import {
  changeRole,
  createRole,
  type RoleInput,
  type RoleParts,
  readOperatorRoles,
  readTenantRole,
  readTenantRoles,
  removeRole,
  type TenantRole,
} from "../../access/custom-roles.ts";
import { PERMISSIONS, permissionNames } from "../../access/permissions.ts";
import { endBeyondRole } from "../../gate/role-book.ts";
import { findTenant } from "../api-tenant.ts";
import type { House } from "../house.ts";
import { type Call, route } from "../route.ts";
import { PermissionList, Role, RoleCreate, RoleList, RoleUpdate } from "../schemas/access.ts";

const TENANT = "Id, slug or domain of the tenant.";
const ROLE = "Key of the role.";

export const roleRoutes = [
  route({
    method: "GET",
    url: "/v1/permissions",
    tag: "Access",
    permission: "signed_in",
    action: null,
    unrecorded: "The catalogue is the same for everybody and is public in the reference.",
    summary: "List everything that can be permitted",
    answer: PermissionList,
    handle: async () => ({ items: permissionNames.map((name) => ({ name, ...PERMISSIONS[name] })) }),
  }),
  route({
    method: "GET",
    url: "/v1/roles",
    tag: "Access",
    permission: "operators.read",
    action: "role.read",
    summary: "List the roles of operators",
    answer: RoleList,
    handle: async () => ({ items: readOperatorRoles().map(toApiRole) }),
  }),
  route({
    method: "GET",
    url: "/v1/tenants/:tenant/roles",
    tag: "Access",
    permission: "roles.read",
    action: "role.read",
    summary: "List the roles of a tenant, built-in and own",
    params: { tenant: TENANT },
    answer: RoleList,
    handle: async ({ house, params }) => {
      const { id } = await findTenant(house, params.tenant);
      return { items: (await readTenantRoles(rulesParts(house), id)).map(toApiRole) };
    },
  }),
  route({
    method: "POST",
    url: "/v1/tenants/:tenant/roles",
    tag: "Access",
    permission: "roles.manage",
    action: "role.created",
    summary: "Make a role of permissions and conditions",
    description:
      "It can hold no more than its author does: each permission under at least the conditions that bind them. In force on all processes within a second.",
    params: { tenant: TENANT },
    body: RoleCreate,
    status: 201,
    answer: Role,
    handle: async ({ house, params, body, ...call }) => {
      const { id } = await findTenant(house, params.tenant);
      return toApiRole(await createRole(rulesParts(house), id, body as RoleInput, authorOf(call)));
    },
  }),
  route({
    method: "GET",
    url: "/v1/tenants/:tenant/roles/:role",
    tag: "Access",
    permission: "roles.read",
    action: "role.read",
    summary: "Show a role",
    params: { tenant: TENANT, role: ROLE },
    answer: Role,
    handle: async ({ house, params }) => {
      const { id } = await findTenant(house, params.tenant);
      return toApiRole(await readTenantRole(rulesParts(house), id, params.role));
    },
  }),
  route({
    method: "PATCH",
    url: "/v1/tenants/:tenant/roles/:role",
    tag: "Access",
    permission: "roles.manage",
    action: "role.updated",
    summary: "Change a role",
    params: { tenant: TENANT, role: ROLE },
    body: RoleUpdate,
    answer: Role,
    handle: async ({ house, params, body, ...call }) => {
      const { id } = await findTenant(house, params.tenant);
      const patch = body as Partial<RoleInput>;
      return toApiRole(await changeRole(rulesParts(house), id, params.role, patch, authorOf(call)));
    },
  }),
  route({
    method: "DELETE",
    url: "/v1/tenants/:tenant/roles/:role",
    tag: "Access",
    permission: "roles.manage",
    action: "role.deleted",
    summary: "Remove a role that nobody has",
    params: { tenant: TENANT, role: ROLE },
    answer: null,
    handle: async ({ house, params, ...call }) => {
      const { id } = await findTenant(house, params.tenant);
      await removeRole(rulesParts(house), id, params.role, authorOf(call));
    },
  }),
];

export function rulesParts(house: House): RoleParts {
  const { access, clock } = house;
  return { pool: house.tenancy.internals.control, clock, access, onNarrowed: endBeyondRole };
}

export function authorOf({ by, request }: Pick<Call<never, never, never>, "by" | "request">): Author {
  // The gate found out who they are here; a route that it did not pass would have no power at all.
  if (!request.subject) throw new Error(`${request.url} was reached past the gate.`);
  return { by, subject: request.subject };
}

function toApiRole(role: TenantRole): Static<typeof Role> {
  return {
    ...role,
    grants: role.grants.map(({ permissions, conditions }) => ({
      permissions: [...permissions],
      conditions: [...conditions] as Static<typeof Role>["grants"][number]["conditions"], // the same unions
    })),
    createdAt: role.createdAt?.toISOString() ?? null,
    updatedAt: role.updatedAt?.toISOString() ?? null,
  };
}
