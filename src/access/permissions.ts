/** Whose matter a permission is: one tenant's, or the whole platform's. A tenant's role never holds one of the platform. */
export type PermissionScope = "tenant" | "platform";

export interface PermissionEntry {
  readonly scope: PermissionScope;
  /** What its holder may do, as a sentence with a verb first. */
  readonly sentence: string;
}

function tenant<const S extends string>(sentence: S) {
  return { scope: "tenant", sentence } as const;
}

function platform<const S extends string>(sentence: S) {
  return { scope: "platform", sentence } as const;
}

/**
 * Everything that somebody can be allowed, as `noun.verb`. The names are the actions of our Cedar schema and stand in
 * roles, API keys and policies that people wrote: they are never renamed.
 */
export const PERMISSIONS = {
  "tenants.read": tenant("See the tenant: its name, state, plan, domains and limits."),
  "usage.read": tenant("See what the tenant uses."),
  "protection.read": tenant("See the walls around the tenant's data."),
  "domains.manage": tenant("Add and remove domains of the tenant, and choose the primary one."),
  "members.read": tenant("See who is a member, and with which roles."),
  "members.invite": tenant("Invite people, and take invitations back."),
  "members.manage": tenant("Change the roles of members, and suspend or remove them."),
  "sessions.read": tenant("See members' sessions and devices."),
  "sessions.revoke": tenant("End members' sessions."),
  "service_accounts.read": tenant("See service accounts."),
  "service_accounts.manage": tenant("Add, change and remove service accounts."),
  "api_keys.read": tenant("See the tenant's API keys; never the keys themselves."),
  "api_keys.manage": tenant("Make, rotate and revoke the tenant's API keys."),
  "roles.read": tenant("See roles and what they permit."),
  "roles.manage": tenant("Make, change and remove the tenant's own roles."),
  "policies.read": tenant("See policies, their tests, and why something is decided."),
  "policies.manage": tenant("Write the tenant's policies and their tests."),
  "policies.replay": tenant("Put the last week's calls to a draft of the rules; shows who did what."),
  "grants.read": tenant("See who was given access for a time."),
  "grants.manage": tenant("Give access for a time, and take it back."),
  "reviews.read": tenant("See access reviews."),
  "reviews.manage": tenant("Start access reviews and decide in them."),
  "sso.read": tenant("See how members sign in through the tenant's identity provider."),
  "sso.manage": tenant("Connect the tenant's identity provider, and require it."),
  "scim.read": tenant("See how members are provisioned."),
  "scim.manage": tenant("Set provisioning up, and make its tokens."),
  "security.read": tenant("See the tenant's rules for sign-in, addresses and second factors."),
  "security.manage": tenant("Change the tenant's rules for sign-in, addresses and second factors."),
  "keys.read": tenant("See the tenant's encryption keys and their rotation; never the keys themselves."),
  "keys.manage": tenant("Rotate, replace and revoke the tenant's encryption keys."),
  "vaults.read": tenant("See end-to-end encrypted vaults and their members' public keys."),
  "vaults.use": tenant("Make vaults, and use those that one holds a key to."),
  "vaults.manage": tenant("Delete vaults, and set up their recovery."),
  "audit.read": tenant("Search the tenant's audit log, and verify its proofs."),
  "audit.export": tenant("Take the tenant's audit log out, as a file or as a stream."),
  "audit.manage": tenant("Set retention, legal holds and streams of the tenant's audit log."),
  "integrations.read": tenant("See which outside services are connected."),
  "integrations.manage": tenant("Connect and disconnect outside services."),
  "billing.read": tenant("See invoices and the plan's price."),
  "billing.manage": tenant("Change plan, payment and billing address."),
  "support.read": tenant("See when support asked to act in the tenant, and when it did."),
  "support.consent": tenant("Let support act in the tenant for a time, and end it."),
  "access.evaluate": tenant("Ask whether somebody may do something in the tenant."),
  "data.read": tenant("Read the tenant's data in the app."),
  "data.write": tenant("Change the tenant's data in the app."),

  "tenants.list": platform("See all tenants."),
  "tenants.create": platform("Create tenants."),
  "tenants.update": platform("Change name, plan, features and limits of tenants."),
  "tenants.suspend": platform("Suspend and resume tenants."),
  "tenants.delete": platform("Delete tenants, and take a deletion back during its grace period."),
  "workflows.read": platform("See durable work on tenants."),
  "plans.read": platform("See plans."),
  "places.read": platform("See regions and cells."),
  "places.manage": platform("Change cells."),
  "migrations.read": platform("See the app's migrations, their runs and drift."),
  "migrations.run": platform("Run and stop the app's migrations."),
  "proofs.read": platform("See isolation proofs."),
  "proofs.run": platform("Start isolation proofs."),
  "events.read": platform("See what was done on the whole platform."),
  "events.export": platform("Take the platform's audit log out, as a file or as a stream."),
  "events.manage": platform("Set retention, legal holds, witnesses and streams of the platform's audit log."),
  "platform_keys.read": platform("See API keys of the platform; never the keys themselves."),
  "platform_keys.manage": platform("Make and revoke API keys of the platform."),
  "operators.read": platform("See operators and their roles."),
  "operators.manage": platform("Add operators, change their roles, and remove them."),
  "users.read": platform("See users across tenants."),
  "users.manage": platform("Lock users, end their sessions, and approve their recovery."),
  "root_keys.read": platform("See the platform's root keys and the state of rotation."),
  "root_keys.manage": platform("Rotate the platform's root keys."),
  "incidents.read": platform("See incidents that the platform found in itself."),
  "impersonation.start": platform("Act as a member of a tenant that consented to it."),
} as const satisfies Readonly<Record<string, PermissionEntry>>;

export type Permission = keyof typeof PERMISSIONS;

/** Every permission, in the order of the catalogue. */
export const permissionNames = Object.keys(PERMISSIONS) as readonly Permission[];

export function isPermission(name: string): name is Permission {
  return Object.hasOwn(PERMISSIONS, name);
}

export function scopeOf(permission: Permission): PermissionScope {
  return PERMISSIONS[permission].scope;
}
