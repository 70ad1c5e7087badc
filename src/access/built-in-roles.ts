import { PERMISSIONS, type Permission, permissionNames } from "./permissions.ts";
import type { Role } from "./role.ts";

const ofTenants = permissionNames.filter((name) => PERMISSIONS[name].scope === "tenant");
const ofPlatform = permissionNames.filter((name) => PERMISSIONS[name].scope === "platform");

function readsAmong(names: readonly Permission[]): Permission[] {
  return names.filter((name) => name.endsWith(".read") || name.endsWith(".list"));
}

function role(key: string, name: string, description: string, permissions: readonly Permission[]): Role {
  return { key, name, description, grants: [{ permissions, conditions: [] }] };
}

const NOT_OF_ADMINS: readonly Permission[] = ["billing.manage", "keys.manage", "support.consent"];

/** Roles that every tenant has. They are data: nothing else in the code asks for them by name, but for `owner`. */
export const tenantRoles: readonly Role[] = [
  role("owner", "Owner", "Everything in the tenant.", ofTenants),
  role(
    "admin",
    "Administrator",
    "Everything but billing, encryption keys and consent to support.",
    ofTenants.filter((name) => !NOT_OF_ADMINS.includes(name)),
  ),
  role("billing", "Billing", "Invoices, plan and payment; usage.", [
    "tenants.read",
    "usage.read",
    "billing.read",
    "billing.manage",
  ]),
  role(
    "auditor",
    "Auditor",
    "Sees everything but the app's data, and takes the audit log out; changes nothing.",
    [...readsAmong(ofTenants).filter((name) => name !== "data.read"), "audit.export"],
  ),
  role("member", "Member", "Works with the tenant's data.", [
    "tenants.read",
    "members.read",
    "data.read",
    "data.write",
    "vaults.read",
    "vaults.use",
    "integrations.read",
  ]),
  role("viewer", "Viewer", "Reads the tenant's data.", ["tenants.read", "data.read"]),
];

/** A key of a tenant without a service account: its scopes alone bound it. Nobody can be given this role. */
export const SCOPED_KEY = role("$scoped_key", "API key", "What its scopes say.", ofTenants);

/** Each permission by itself, given for a time; identity/ports.ts names these keys. Nobody can be given one lastingly. */
export const permissionRoles: readonly Role[] = ofTenants.map((name) =>
  role(`$may:${name}`, name, PERMISSIONS[name].sentence, [name]),
);

/** All that staff may ever do in a tenant that consented to it: see, and within the wider scope work with data. */
const SUPPORT_READS = readsAmong(ofTenants);
const SUPPORT_WRITES: readonly Permission[] = ["data.write"];

/** What support holds in its own right. Nobody can be given these roles. */
export const supportRoles = {
  reader: role("$support_reader", "Support", "Sees the tenant and its data.", SUPPORT_READS),
  writer: role("$support_writer", "Support", "Works with the tenant's data.", SUPPORT_WRITES),
} as const;

/** Held within the wider scope, whatever allows to write. It permits nothing by itself. */
export const SUPPORT_WRITING = "$support_writing";

/** Roles of the platform's staff and keys. */
export const operatorRoles: readonly Role[] = [
  role("administrator", "Administrator", "Everything on the platform.", permissionNames),
  role(
    "support",
    "Support",
    "Sees tenants, their members and settings; suspends; changes no settings and reads no data.",
    [
      ...readsAmong(ofPlatform),
      ...readsAmong(ofTenants).filter((name) => name !== "data.read"),
      "tenants.suspend",
      "users.manage",
      "sessions.revoke",
      "impersonation.start",
    ],
  ),
  role("billing", "Billing", "Tenants, plans, usage and invoices.", [
    "tenants.list",
    "tenants.read",
    "tenants.update",
    "plans.read",
    "usage.read",
    "billing.read",
    "billing.manage",
  ]),
  role("read_only", "Read-only", "Sees the platform and its tenants; changes nothing, reads no data.", [
    ...readsAmong(ofPlatform),
    ...readsAmong(ofTenants).filter((name) => name !== "data.read"),
  ]),
];

function actionsText(names: readonly Permission[]): string {
  return `action in [${names.map((name) => `Action::"${name}"`).join(", ")}]`;
}

/**
 * What no role and no policy of a tenant can undo: nobody acts outside of the tenant that they were admitted to,
 * and support does no more than its scope says.
 */
export const GUARDS: Readonly<Record<string, string>> = {
  "guard:support": `forbid (principal is Support, action, resource)
unless { ${actionsText(SUPPORT_READS)} || (${actionsText(SUPPORT_WRITES)} && principal in Role::"${SUPPORT_WRITING}") };`,
  "guard:tenant": `forbid (principal, action, resource)
unless { principal is Operator || principal is PlatformKey || resource in principal.tenant };`,
};
