import { query } from "../db/sql.ts";

export interface ConnectionRow {
  tenant_id: string;
  id: string;
  kind: "oidc" | "saml";
  name: string;
  status: "draft" | "active" | "disabled";
  settings: Record<string, unknown>;
  secret: Buffer | null;
  mapping: Record<string, unknown>;
  created_at: Date;
  updated_at: Date;
  refreshed_at: Date | null;
  provider: "entra" | "okta" | "google" | "keycloak" | null;
  created_by: string | null;
}

const CONNECTION =
  "tenant_id, id, kind, name, status, settings, secret, mapping, created_at, updated_at, refreshed_at, provider, created_by";

export const insertConnection = query<ConnectionRow>(
  "sso.insert_connection",
  `insert into tenancy.sso_connections (tenant_id, id, kind, name, status, settings, secret, mapping, created_at, updated_at, refreshed_at, provider, created_by)
   values ($1::uuid, $2::uuid, $3::text, $4::text, $5::text, $6::jsonb, $7::bytea, $8::jsonb, $9::timestamptz, $9::timestamptz, $10::timestamptz, $11::text, $12::text)
   returning ${CONNECTION}`,
);

export const updateConnection = query<ConnectionRow>(
  "sso.update_connection",
  `update tenancy.sso_connections
   set name = $3::text, status = $4::text, settings = $5::jsonb, secret = $6::bytea, mapping = $7::jsonb,
     updated_at = $8::timestamptz, refreshed_at = coalesce($9::timestamptz, refreshed_at)
   where tenant_id = $1::uuid and id = $2::uuid
   returning ${CONNECTION}`,
);

/** Oldest first. */
export const listConnections = query<ConnectionRow>(
  "sso.list_connections",
  `select ${CONNECTION} from tenancy.sso_connections where tenant_id = $1::uuid order by id limit $2::int`,
);

export const findConnection = query<ConnectionRow>(
  "sso.find_connection",
  `select ${CONNECTION} from tenancy.sso_connections where tenant_id = $1::uuid and id = $2::uuid`,
);

/** The same under a lock: two changes at once come one after the other. */
export const lockConnection = query<ConnectionRow>(
  "sso.lock_connection",
  `select ${CONNECTION} from tenancy.sso_connections where tenant_id = $1::uuid and id = $2::uuid for update`,
);

/** By the id alone, for addresses at the provider. Only of tenants that are there. */
export const findConnectionById = query<ConnectionRow>(
  "sso.find_connection_by_id",
  `select ${CONNECTION.replace(/(\w+)/g, "c.$1")} from tenancy.sso_connections c
   join tenancy.tenants t on t.id = c.tenant_id
   where c.id = $1::uuid and t.status in ('active', 'suspended', 'moving')`,
);

export const deleteConnection = query<{ name: string }>(
  "sso.delete_connection",
  `delete from tenancy.sso_connections where tenant_id = $1::uuid and id = $2::uuid returning name`,
);

/** A lock on the tenant's row keeps two additions from both being the last one allowed. */
export const lockTenant = query<{ id: string }>(
  "sso.lock_tenant",
  `select id from tenancy.tenants where id = $1::uuid for no key update`,
);

/** SAML connections with a metadata address that was read before $1. */
export const listStaleConnections = query<ConnectionRow>(
  "sso.list_stale_connections",
  `select ${CONNECTION} from tenancy.sso_connections
   where kind = 'saml' and status = 'active' and settings ? 'metadataUrl'
     and jsonb_typeof(settings -> 'metadataUrl') = 'string' and refreshed_at < $1::timestamptz
   order by refreshed_at limit $2::int`,
);

/** Tried, whether it worked or not: one that is away does not keep the others waiting. */
export const touchRefreshed = query(
  "sso.touch_refreshed",
  `update tenancy.sso_connections set refreshed_at = $3::timestamptz where tenant_id = $1::uuid and id = $2::uuid`,
);

export interface DomainRow {
  domain: string;
  challenge: string;
  verified_at: Date | null;
  created_at: Date;
}

const DOMAIN = "domain, challenge, verified_at, created_at";

export const insertDomain = query<DomainRow>(
  "sso.insert_domain",
  `insert into tenancy.sso_domains (tenant_id, domain, challenge, created_at)
   values ($1::uuid, $2::text, $3::text, $4::timestamptz)
   on conflict (tenant_id, domain) do update set domain = excluded.domain
   returning ${DOMAIN}`,
);

export const listDomains = query<DomainRow>(
  "sso.list_domains",
  `select ${DOMAIN} from tenancy.sso_domains where tenant_id = $1::uuid order by domain`,
);

export const findDomain = query<DomainRow>(
  "sso.find_domain",
  `select ${DOMAIN} from tenancy.sso_domains where tenant_id = $1::uuid and domain = $2::text`,
);

/** A proven domain that this one is, or lies below. */
export const findProvenAbove = query<{ domain: string }>(
  "sso.find_proven_above",
  `select domain from tenancy.sso_domains
   where tenant_id = $1::uuid and verified_at is not null
     and ($2::text = domain or right($2::text, length(domain) + 1) = '.' || domain)
   limit 1`,
);

export const verifyDomain = query<DomainRow>(
  "sso.verify_domain",
  `update tenancy.sso_domains set verified_at = $3::timestamptz where tenant_id = $1::uuid and domain = $2::text
   returning ${DOMAIN}`,
);

export const deleteDomain = query<{ domain: string }>(
  "sso.delete_domain",
  `delete from tenancy.sso_domains where tenant_id = $1::uuid and domain = $2::text returning domain`,
);

export interface DiscoveredRow {
  connection_id: string;
  name: string;
  tenant_name: string;
  slug: string;
  is_required: boolean;
}

/** Active connections of open tenants that have proven the domain, oldest first. */
export const discoverByDomain = query<DiscoveredRow>(
  "sso.discover_by_domain",
  `select c.id as connection_id, c.name, t.name as tenant_name, t.slug, coalesce(r.is_required, false) as is_required
   from tenancy.sso_domains d
   join tenancy.tenants t on t.id = d.tenant_id and t.status = 'active'
   join tenancy.sso_connections c on c.tenant_id = d.tenant_id and c.status = 'active'
   left join tenancy.sso_rules r on r.tenant_id = d.tenant_id
   where d.domain = $1::text and d.verified_at is not null
   order by c.id
   limit $2::int`,
);

export interface RulesRow {
  is_required: boolean;
  break_glass_user_id: string | null;
  default_roles: string[];
}

export const findRules = query<RulesRow>(
  "sso.find_rules",
  `select is_required, break_glass_user_id, default_roles from tenancy.sso_rules where tenant_id = $1::uuid`,
);

export const upsertRules = query(
  "sso.upsert_rules",
  `insert into tenancy.sso_rules (tenant_id, is_required, break_glass_user_id, default_roles, updated_at)
   values ($1::uuid, $2::boolean, $3::uuid, $4::text[], $5::timestamptz)
   on conflict (tenant_id) do update
   set is_required = excluded.is_required, break_glass_user_id = excluded.break_glass_user_id,
     default_roles = excluded.default_roles, updated_at = excluded.updated_at`,
);

/** An active owner. */
export const findActiveOwner = query<{ user_id: string }>(
  "sso.find_active_owner",
  `select m.user_id from tenancy.memberships m
   join tenancy.users u on u.id = m.user_id
   where m.tenant_id = $1::uuid and m.user_id = $2::uuid and m.status = 'active' and u.status = 'active'
     and 'owner' = any (m.roles)`,
);

export const countActiveConnections = query<{ n: number }>(
  "sso.count_active_connections",
  `select count(*)::int as n from tenancy.sso_connections where tenant_id = $1::uuid and status = 'active'`,
);

export interface GroupRolesRow {
  group_name: string;
  roles: string[];
}

export const listGroupRoles = query<GroupRolesRow>(
  "sso.list_group_roles",
  `select group_name, roles from tenancy.group_roles where tenant_id = $1::uuid order by group_name`,
);

export const deleteGroupRoles = query(
  "sso.delete_group_roles",
  `delete from tenancy.group_roles where tenant_id = $1::uuid`,
);

export const insertGroupRoles = query(
  "sso.insert_group_roles",
  `insert into tenancy.group_roles (tenant_id, group_name, roles)
   select $1::uuid, g ->> 'group', array(select jsonb_array_elements_text(g -> 'roles'))
   from jsonb_array_elements($2::jsonb) g`,
);

export const findIdentity = query<{ user_id: string }>(
  "sso.find_identity",
  `select user_id from tenancy.sso_identities
   where tenant_id = $1::uuid and connection_id = $2::uuid and subject = $3::text`,
);

export const upsertIdentity = query(
  "sso.upsert_identity",
  `insert into tenancy.sso_identities (tenant_id, connection_id, subject, user_id, created_at, last_used_at)
   values ($1::uuid, $2::uuid, $3::text, $4::uuid, $5::timestamptz, $5::timestamptz)
   on conflict (tenant_id, connection_id, subject) do update set last_used_at = excluded.last_used_at`,
);

export const insertAttempt = query(
  "sso.insert_attempt",
  `insert into tenancy.sso_attempts (id_hash, tenant_id, connection_id, purpose, browser_hash, checks, created_at, expires_at)
   values ($1::bytea, $2::uuid, $3::uuid, $4::text, $5::bytea, $6::bytea, $7::timestamptz, $8::timestamptz)`,
);

export interface AttemptRow {
  tenant_id: string;
  connection_id: string;
  purpose: "sign_in" | "test";
  browser_hash: Buffer;
  checks: Buffer;
  outcome: Buffer | null;
}

/** The provider's answer comes once: the second one finds nothing. */
export const answerAttempt = query<AttemptRow>(
  "sso.answer_attempt",
  `update tenancy.sso_attempts set answered_at = $3::timestamptz
   where id_hash = $1::bytea and connection_id = $2::uuid and answered_at is null and expires_at > $3::timestamptz
   returning tenant_id, connection_id, purpose, browser_hash, checks, outcome`,
);

export const keepOutcome = query(
  "sso.keep_outcome",
  `update tenancy.sso_attempts set outcome = $2::bytea, expires_at = $3::timestamptz where id_hash = $1::bytea`,
);

/** Ends an attempt, for the browser that began it. */
export const takeAttempt = query<AttemptRow>(
  "sso.take_attempt",
  `delete from tenancy.sso_attempts
   where id_hash = $1::bytea and browser_hash = $2::bytea and expires_at > $3::timestamptz
   returning tenant_id, connection_id, purpose, browser_hash, checks, outcome`,
);

export const deleteOldAttempts = query(
  "sso.delete_old_attempts",
  `delete from tenancy.sso_attempts where expires_at < $1::timestamptz`,
);

/** None when it was used before. */
export const useAssertion = query<{ connection_id: string }>(
  "sso.use_assertion",
  `insert into tenancy.sso_used_assertions (connection_id, assertion_hash, kept_until)
   values ($1::uuid, $2::bytea, $3::timestamptz)
   on conflict do nothing
   returning connection_id`,
);

export const deleteOldAssertions = query(
  "sso.delete_old_assertions",
  `delete from tenancy.sso_used_assertions where kept_until < $1::timestamptz`,
);

/** What the provider said about when, if that is earlier than now. */
export const backdateSession = query(
  "sso.backdate_session",
  `update tenancy.sessions
   set authenticated_at = least(authenticated_at, $2::timestamptz), mfa_at = case when mfa_at is not null then least(mfa_at, $2::timestamptz) end
   where id = $1::uuid`,
);

/** Sessions that came from a connection end when it is disabled or removed. */
export const deleteConnectionSessions = query<{ id: string; user_id: string }>(
  "sso.delete_connection_sessions",
  `delete from tenancy.sessions where user_id is not null and $1::text = any (amr) returning id, user_id`,
);

export interface StandingRow {
  is_required: boolean;
  break_glass_user_id: string | null;
  connection_ids: string[];
}

export const listTenantsOfConnections = query<{ tenant_id: string }>(
  "sso.list_tenants_of_connections",
  `select tenant_id from tenancy.sso_connections where id = any($1::uuid[]) and status = 'active'`,
);

/** What decides whether a session counts in a tenant. */
export const findStanding = query<StandingRow>(
  "sso.find_standing",
  `select coalesce(r.is_required, false) as is_required, r.break_glass_user_id,
     array(select c.id::text from tenancy.sso_connections c where c.tenant_id = t.id and c.status = 'active') as connection_ids
   from tenancy.tenants t
   left join tenancy.sso_rules r on r.tenant_id = t.id
   where t.id = $1::uuid`,
);

export const deleteTenantSso = query(
  "sso.delete_tenant",
  `with domains as (delete from tenancy.sso_domains where tenant_id = $1::uuid),
     rules as (delete from tenancy.sso_rules where tenant_id = $1::uuid),
     roles as (delete from tenancy.group_roles where tenant_id = $1::uuid)
   delete from tenancy.sso_connections where tenant_id = $1::uuid`,
);

export const countTenantSso = query<{ n: number }>(
  "sso.count_tenant",
  `select ((select count(*) from tenancy.sso_domains where tenant_id = $1::uuid)
     + (select count(*) from tenancy.sso_rules where tenant_id = $1::uuid)
     + (select count(*) from tenancy.group_roles where tenant_id = $1::uuid)
     + (select count(*) from tenancy.sso_connections where tenant_id = $1::uuid))::int as n`,
);
