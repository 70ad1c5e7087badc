import { quoted } from "./conditions.ts";
import { PERMISSIONS, type Permission, permissionNames } from "./permissions.ts";

/**
 * Who acts on what. A principal is in its roles; what belongs to a tenant is in that tenant. Attributes of resources
 * are tags, since each app has its own.
 */
const ENTITIES = `
entity Platform;
entity Tenant;
entity Role;
entity User in [Role] = { tenant: Tenant };
entity ServiceAccount in [Role] = { tenant: Tenant };
entity ApiKey in [Role] = { tenant: Tenant };
entity Support in [Role] = { tenant: Tenant };
entity Operator in [Role];
entity PlatformKey in [Role];
entity Resource in [Tenant] tags String;

type Circumstances = {
  /** When it is asked. */
  now: datetime,
  /** Day in the tenant's zone: mon, tue, … */
  weekday: String,
  /** Minutes since midnight in the tenant's zone. */
  minute: Long,
  /** Where the request comes from, as far as proxies are trusted. */
  ip?: ipaddr,
  /** Seconds since a second factor was used in this session; absent: never. */
  mfaAge?: Long,
  /** How the session was proved (RFC 8176). */
  amr: Set<String>,
  /** What it comes from, as its User-Agent says: desktop, mobile, program, unknown. */
  device: String,
  /** Seconds since the person first signed in with this browser; absent: not known. */
  deviceAge?: Long,
  /** Plan of the tenant, and what it includes. */
  plan: String,
  features: Set<String>,
  /** What the caller says it is for. */
  purpose?: String,
};
`;

/** The Cedar schema of the platform: its actions are the permissions of the catalogue. */
export function cedarSchema(): string {
  return `${withoutComments(ENTITIES)}\n${permissionNames.map(action).join("\n")}\n`;
}

function action(permission: Permission): string {
  const isTenants = PERMISSIONS[permission].scope === "tenant";
  const principals = isTenants
    ? "[User, ServiceAccount, ApiKey, Support, Operator, PlatformKey]"
    : "[Operator, PlatformKey]";
  const resources = isTenants ? "[Tenant, Resource, Platform]" : "[Platform]";
  return `action ${quoted(permission)} appliesTo { principal: ${principals}, resource: ${resources}, context: Circumstances };`;
}

function withoutComments(text: string): string {
  return text.replace(/\/\*\*[^*]*\*\//g, "");
}
