import { query } from "../db/sql.ts";

export interface TenantFacts {
  members: number;
  members_without_factor: number;
  mfa_required: boolean;
  owners: number;
  sso_connections: number;
  sso_required: boolean;
  domains_pending: number;
  keys_without_expiry: number;
  keys_unused: number;
  invitations_stale: number;
  token_makers_gone: number;
  provider_makers_gone: number;
  data_keys_overdue: number;
  own_custodian: boolean;
  ranges: number;
  is_relaxed: boolean;
  engines_disagreed: number;
}

const INCIDENTS = `
   select count(*) from tenancy.audit_records r
   where r.kind = 'change' and r.tenant_id is null and r.outcome = 'failed'
     and r.action = 'access.engines_disagreed' and r.id >= $3::uuid`;

/** As everything stands at $1. $2: days that a data key may be current; $3: the id of a week ago; $4: the tenant. */
export const findTenantFacts = query<TenantFacts>(
  "compliance.find_tenant_facts",
  `with active as (
     select user_id, roles from tenancy.memberships where tenant_id = $4::uuid and status = 'active'
   ),
   live_keys as (
     select expires_at, coalesce(last_used_at, created_at) as used_at from tenancy.api_keys
     where tenant_id = $4::uuid and (expires_at is null or expires_at > $1::timestamptz)
   ),
   orphaned as (
     select made from (
       select 'token' as made, created_by from tenancy.scim_tokens
       where tenant_id = $4::uuid and (expires_at is null or expires_at > $1::timestamptz)
       union all
       select 'provider', created_by from tenancy.sso_connections
       where tenant_id = $4::uuid and status = 'active') each
     where (created_by like 'user:%' and not exists (
         select from active a join tenancy.users u on u.id = a.user_id
         where 'user:' || a.user_id = each.created_by and u.status = 'active'))
       or (created_by like 'key:%' and not exists (
         select from tenancy.api_keys k where 'key:' || k.id = each.created_by))
   )
   select (select count(*) from active)::int as members,
     (select count(*) from active a
      where not exists (select from tenancy.passkeys p where p.user_id = a.user_id)
        and not exists (select from tenancy.user_totps t where t.user_id = a.user_id and t.confirmed_at is not null)
     )::int as members_without_factor,
     coalesce((select mfa_required from tenancy.sign_in_rules where tenant_id = $4::uuid), false) as mfa_required,
     (select count(*) from active where 'owner' = any (roles))::int as owners,
     (select count(*) from tenancy.sso_connections
      where tenant_id = $4::uuid and status = 'active')::int as sso_connections,
     coalesce((select is_required from tenancy.sso_rules where tenant_id = $4::uuid), false) as sso_required,
     (select count(*) from tenancy.sso_domains
      where tenant_id = $4::uuid and verified_at is null)::int as domains_pending,
     (select count(*) from live_keys where expires_at is null)::int as keys_without_expiry,
     (select count(*) from live_keys where used_at < $1::timestamptz - interval '90 days')::int as keys_unused,
     (select count(*) from tenancy.invitations
      where tenant_id = $4::uuid and expires_at <= $1::timestamptz)::int as invitations_stale,
     (select count(*) from orphaned where made = 'token')::int as token_makers_gone,
     (select count(*) from orphaned where made = 'provider')::int as provider_makers_gone,
     (select count(*) from tenancy.data_keys
      where tenant_id = $4::uuid and status = 'current'
        and created_at < $1::timestamptz - make_interval(days => $2::int))::int as data_keys_overdue,
     exists (select from tenancy.tenant_custodians
             where tenant_id = $4::uuid and is_current) as own_custodian,
     coalesce((select cardinality(allowed_ranges) from tenancy.access_settings
               where tenant_id = $4::uuid), 0)::int as ranges,
     coalesce((select reads = 'relaxed' from tenancy.audit_settings
               where tenant_id = $4::uuid), false) as is_relaxed,
     (${INCIDENTS} and r.body::json -> 'detail' ->> 'tenantId' = $4::text)::int as engines_disagreed`,
);

export interface PlatformFacts {
  administrators: number;
  keys_without_expiry: number;
  keys_unused: number;
  data_keys_overdue: number;
  tenants: number;
  tenants_without_mfa: number;
  tenants_without_enforced_sso: number;
  engines_disagreed: number;
}

/** The same of the platform itself, with the same parameters but the tenant. */
export const findPlatformFacts = query<PlatformFacts>(
  "compliance.find_platform_facts",
  `with live_keys as (
     select expires_at, coalesce(last_used_at, created_at) as used_at from tenancy.api_keys
     where tenant_id is null and (expires_at is null or expires_at > $1::timestamptz)
   ),
   served as (select id from tenancy.tenants where status in ('active', 'suspended'))
   select (select count(*) from tenancy.operators where role = 'administrator')::int as administrators,
     (select count(*) from live_keys where expires_at is null)::int as keys_without_expiry,
     (select count(*) from live_keys where used_at < $1::timestamptz - interval '90 days')::int as keys_unused,
     (select count(*) from tenancy.data_keys k
      where k.status = 'current' and k.created_at < $1::timestamptz - make_interval(days => $2::int)
        and (k.tenant_id is null or k.tenant_id in (select id from served)))::int as data_keys_overdue,
     (select count(*) from served)::int as tenants,
     (select count(*) from served s
      where not exists (select from tenancy.sign_in_rules r
                        where r.tenant_id = s.id and r.mfa_required))::int as tenants_without_mfa,
     (select count(*) from served s
      where exists (select from tenancy.sso_connections c where c.tenant_id = s.id and c.status = 'active')
        and not exists (select from tenancy.sso_rules r
                        where r.tenant_id = s.id and r.is_required))::int as tenants_without_enforced_sso,
     (${INCIDENTS})::int as engines_disagreed`,
);

export interface LogFacts {
  witnesses: number;
  cosigned_at: Date | null;
  verified_at: Date | null;
  verified_faults: number | null;
}

export const findLogFacts = query<LogFacts>(
  "compliance.find_log_facts",
  `select (select count(*) from tenancy.audit_witnesses)::int as witnesses,
     (select max(at) from tenancy.audit_cosignatures) as cosigned_at, l.verified_at, l.verified_faults
   from (select 1) as one left join tenancy.audit_log l on true`,
);
