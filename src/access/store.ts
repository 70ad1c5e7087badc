import { query } from "../db/sql.ts";
import type { Grant } from "./role.ts";

/** The scope of the platform's own rules. */
export const PLATFORM = "00000000-0000-0000-0000-000000000000";

/** In the transaction of a change: counts it, and tells every process. */
export const announceChange = query(
  "access.announce_change",
  `with counted as (
     insert into tenancy.access_changes (scope) values ($1::uuid)
     on conflict (scope) do update set epoch = tenancy.access_changes.epoch + 1, changed_at = now()
   )
   select pg_notify('tenancy_access_changed', $1::text)`,
);

/** By the server's clock on both sides. */
export const listChanges = query<{ scope: string; epoch: string }>(
  "access.list_changes",
  `select scope, epoch::text as epoch from tenancy.access_changes
   where changed_at > now() - make_interval(secs => $1::int)`,
);

export interface RulesRow {
  epoch: string;
  plan: string;
  features: string[];
  time_zone: string;
  allowed_ranges: string[];
  calls_per_hour: number | null;
  calls_at_once: number | null;
}

/** The epoch first: what is read after it is at least as new. */
export const findRules = query<RulesRow>(
  "access.find_rules",
  `select coalesce(c.epoch, 0)::text as epoch, t.plan, p.features || t.features as features,
     coalesce(s.time_zone, 'UTC') as time_zone, coalesce(s.allowed_ranges, '{}') as allowed_ranges,
     coalesce(t.limits ->> 'maxApiCallsPerHour', p.limits ->> 'maxApiCallsPerHour')::float8 as calls_per_hour,
     coalesce(t.limits ->> 'maxConcurrentRequests', p.limits ->> 'maxConcurrentRequests')::int as calls_at_once
   from tenancy.tenants t
   join tenancy.plans p on p.key = t.plan
   left join tenancy.access_changes c on c.scope = t.id
   left join tenancy.access_settings s on s.tenant_id = t.id
   where t.id = $1::uuid`,
);

export interface RoleRow {
  key: string;
  name: string;
  description: string;
  grants: Grant[];
  created_by: string;
  created_at: Date;
  updated_at: Date;
}

const ROLE_COLUMNS = "key, name, description, grants, created_by, created_at, updated_at";

export const listRoles = query<RoleRow>(
  "access.list_roles",
  `select ${ROLE_COLUMNS} from tenancy.roles where tenant_id = $1::uuid order by key limit $2::int`,
);

export const insertRole = query<RoleRow>(
  "access.insert_role",
  `insert into tenancy.roles
     (tenant_id, key, name, description, grants, policy, created_by, created_at, updated_at)
   values ($1::uuid, $2::text, $3::text, $4::text, $5::jsonb, $6::text, $7::text, $8::timestamptz, $8::timestamptz)
   on conflict (tenant_id, key) do nothing
   returning ${ROLE_COLUMNS}`,
);

export const updateRole = query<RoleRow>(
  "access.update_role",
  `update tenancy.roles
   set name = $3::text, description = $4::text, grants = $5::jsonb, policy = $6::text, updated_at = $7::timestamptz
   where tenant_id = $1::uuid and key = $2::text
   returning ${ROLE_COLUMNS}`,
);

export const deleteRole = query<{ key: string }>(
  "access.delete_role",
  `delete from tenancy.roles where tenant_id = $1::uuid and key = $2::text returning key`,
);

/** Locks the tenant's rules against other changes: two of them could each be sound and together not. */
export const lockRules = query(
  "access.lock_rules",
  `select pg_advisory_xact_lock(hashtextextended('access ' || $1::text, 0))`,
);

/** Whether somebody still has the role. */
export const countHolders = query<{ n: number }>(
  "access.count_holders",
  `select (select count(*) from tenancy.memberships where tenant_id = $1::uuid and $2::text = any (roles))::int
     + (select count(*) from tenancy.service_accounts where tenant_id = $1::uuid and $2::text = any (roles))::int
     + (select count(*) from tenancy.member_grants
        where tenant_id = $1::uuid and $2::text = any (roles) and ended_at is null and ends_at > now())::int
     + (select count(*) from tenancy.invitations where tenant_id = $1::uuid and $2::text = any (roles))::int as n`,
);

export interface PolicyRow {
  id: string;
  name: string;
  text: string;
  is_enabled: boolean;
  created_by: string;
  created_at: Date;
  updated_at: Date;
}

const POLICY_COLUMNS = "id, name, text, is_enabled, created_by, created_at, updated_at";

export const listPolicies = query<PolicyRow>(
  "access.list_policies",
  `select ${POLICY_COLUMNS} from tenancy.policies where tenant_id = $1::uuid order by id limit $2::int`,
);

export const insertPolicy = query<PolicyRow>(
  "access.insert_policy",
  `insert into tenancy.policies (tenant_id, id, name, text, is_enabled, created_by, created_at, updated_at)
   values ($1::uuid, $2::uuid, $3::text, $4::text, $5::boolean, $6::text, $7::timestamptz, $7::timestamptz)
   on conflict (tenant_id, name) do nothing
   returning ${POLICY_COLUMNS}`,
);

export const updatePolicy = query<PolicyRow>(
  "access.update_policy",
  `update tenancy.policies
   set text = $3::text, is_enabled = $4::boolean, updated_at = $5::timestamptz
   where tenant_id = $1::uuid and id = $2::uuid
   returning ${POLICY_COLUMNS}`,
);

export const deletePolicy = query<{ name: string }>(
  "access.delete_policy",
  `delete from tenancy.policies where tenant_id = $1::uuid and id = $2::uuid returning name`,
);

export interface PolicyTestRow {
  id: string;
  name: string;
  question: unknown;
  is_allowed: boolean;
  created_at: Date;
}

export const listPolicyTests = query<PolicyTestRow>(
  "access.list_policy_tests",
  `select id, name, question, is_allowed, created_at
   from tenancy.policy_tests where tenant_id = $1::uuid order by id limit $2::int`,
);

export const upsertPolicyTest = query<PolicyTestRow>(
  "access.upsert_policy_test",
  `insert into tenancy.policy_tests (tenant_id, id, name, question, is_allowed, created_at)
   values ($1::uuid, $2::uuid, $3::text, $4::jsonb, $5::boolean, $6::timestamptz)
   on conflict (tenant_id, name) do update set question = excluded.question, is_allowed = excluded.is_allowed
   returning id, name, question, is_allowed, created_at`,
);

export const deletePolicyTest = query<{ name: string }>(
  "access.delete_policy_test",
  `delete from tenancy.policy_tests where tenant_id = $1::uuid and id = $2::uuid returning name`,
);

export const upsertSettings = query(
  "access.upsert_settings",
  `insert into tenancy.access_settings (tenant_id, time_zone, allowed_ranges, updated_at)
   values ($1::uuid, $2::text, $3::text[], $4::timestamptz)
   on conflict (tenant_id) do update
   set time_zone = excluded.time_zone, allowed_ranges = excluded.allowed_ranges, updated_at = excluded.updated_at`,
);

export interface OperatorRow {
  id: string;
  name: string;
  role: string;
  created_at: Date;
}

export const listOperators = query<OperatorRow>(
  "access.list_operators",
  `select id, name, role, created_at from tenancy.operators order by name limit $1::int`,
);

/** Locks the administrators, so that two changes cannot take away the last two of them. */
export const lockAdministrators = query<{ id: string }>(
  "access.lock_administrators",
  `select id from tenancy.operators where role = 'administrator' order by id for update`,
);

export const lockOperator = query<{ role: string }>(
  "access.lock_operator",
  `select role from tenancy.operators where id = $1::uuid for update`,
);

export const updateOperatorRole = query<OperatorRow>(
  "access.update_operator_role",
  `update tenancy.operators set role = $2::text where id = $1::uuid returning id, name, role, created_at`,
);

/** Rules, their tests and settings of a tenant; and its epoch. */
export const deleteTenantAccess = query(
  "access.delete_tenant",
  `with gone_roles as (delete from tenancy.roles where tenant_id = $1::uuid),
     gone_policies as (delete from tenancy.policies where tenant_id = $1::uuid),
     gone_tests as (delete from tenancy.policy_tests where tenant_id = $1::uuid),
     gone_settings as (delete from tenancy.access_settings where tenant_id = $1::uuid)
   delete from tenancy.access_changes where scope = $1::uuid`,
);

export const countTenantAccess = query<{ n: number }>(
  "access.count_tenant",
  `select (select count(*) from tenancy.roles where tenant_id = $1::uuid)::int
     + (select count(*) from tenancy.policies where tenant_id = $1::uuid)::int
     + (select count(*) from tenancy.policy_tests where tenant_id = $1::uuid)::int
     + (select count(*) from tenancy.access_settings where tenant_id = $1::uuid)::int as n`,
);
