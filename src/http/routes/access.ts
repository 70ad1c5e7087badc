import { type Permission, permissionNames, scopeOf } from "../../access/permissions.ts";
import {
  changeAccessSettings,
  readAccessSettings,
  readOperators,
  setOperatorRole,
} from "../../access/settings.ts";
import { OWNER, permissionOfRole } from "../../identity/ports.ts";
import { findTenant } from "../api-tenant.ts";
import { factsOf } from "../authorise.ts";
import { route } from "../route.ts";
import {
  AccessMine,
  AccessSettings,
  AccessSettingsUpdate,
  Operator,
  OperatorList,
  OperatorUpdate,
} from "../schemas/access.ts";
import { authorOf, rulesParts } from "./roles.ts";

const tenant = "Id, slug or domain of the tenant.";

export const accessRoutes = [
  route({
    method: "GET",
    url: "/v1/tenants/:tenant/access",
    tag: "Access",
    permission: "signed_in",
    action: null,
    unrecorded: "It tells the caller about the caller.",
    summary: "List what you may do in a tenant now",
    description: "The console shows and hides by this answer: the policies are the same, nothing is guessed.",
    params: { tenant },
    answer: AccessMine,
    handle: async ({ house, params, request, principal }) => {
      const { id: tenantId } = await findTenant(house, params.tenant);
      const { subject } = authorOf({ by: { actor: principal.actor }, request });
      if (!subject) throw new Error("The gate knows who is signed in.");
      const facts = factsOf(house, request, principal);
      const permissions: Permission[] = [];
      const stepUp: Permission[] = [];
      for (const permission of permissionNames.filter((name) => scopeOf(name) === "tenant")) {
        const { allowed, needs } = await house.access.decide({ subject, permission, tenantId, facts });
        if (allowed) permissions.push(permission);
        else if (needs) stepUp.push(permission);
      }
      const temporary = (subject.temporary ?? []).map((role) => permissionOfRole(role) ?? role);
      const roles = subject.roles.filter((role) => !role.startsWith("$"));
      const beyond = await house.identity.roles.ungrantable(tenantId, [OWNER], principal);
      return { roles, temporary, permissions, stepUp, hasAllOfOwner: beyond.length === 0 };
    },
  }),
  route({
    method: "GET",
    url: "/v1/tenants/:tenant/access-settings",
    tag: "Access",
    permission: "security.read",
    action: "access_settings.read",
    summary: "Show time zone and allowed addresses of a tenant",
    params: { tenant },
    answer: AccessSettings,
    handle: async ({ house, params }) => {
      const { id } = await findTenant(house, params.tenant);
      return toApiSettings(await readAccessSettings(rulesParts(house), id));
    },
  }),
  route({
    method: "PATCH",
    url: "/v1/tenants/:tenant/access-settings",
    tag: "Access",
    permission: "security.manage",
    action: "access.settings_updated",
    summary: "Change time zone and allowed addresses of a tenant",
    description:
      "With addresses given, members and keys that come from elsewhere are refused within a second; staff is not.",
    params: { tenant },
    body: AccessSettingsUpdate,
    answer: AccessSettings,
    handle: async ({ house, params, body, ...call }) => {
      const { id } = await findTenant(house, params.tenant);
      return toApiSettings(await changeAccessSettings(rulesParts(house), id, body, authorOf(call)));
    },
  }),
  route({
    method: "GET",
    url: "/v1/operators",
    tag: "Access",
    permission: "operators.read",
    action: "operator.read",
    summary: "List operators and their roles",
    answer: OperatorList,
    handle: async ({ house }) => ({ items: (await readOperators(rulesParts(house))).map(toApiOperator) }),
  }),
  route({
    method: "PATCH",
    url: "/v1/operators/:operator",
    tag: "Access",
    permission: "operators.manage",
    action: "operator.role_changed",
    summary: "Change the role of an operator",
    params: { operator: "Id of the operator." },
    body: OperatorUpdate,
    answer: Operator,
    handle: async ({ house, params, body, ...call }) =>
      toApiOperator(await setOperatorRole(rulesParts(house), params.operator, body.role, authorOf(call))),
  }),
];

function toApiSettings({ timeZone, allowedRanges }: { timeZone: string; allowedRanges: readonly string[] }) {
  return { timeZone, allowedRanges: [...allowedRanges] };
}

function toApiOperator(operator: Awaited<ReturnType<typeof readOperators>>[number]) {
  return { ...operator, createdAt: operator.createdAt.toISOString() };
}
