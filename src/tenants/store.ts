import { query } from "../db/sql.ts";
import type { Domain, IsolationLevel, Limits, TenantRecord, TenantStatus } from "./tenant.ts";

export interface TenantRow {
  id: string;
  slug: string | null;
  name: string;
  status: TenantStatus;
  plan: string;
  region: string;
  features: string[];
  limits: Limits;
  suspended_reason: string | null;
  suspended_at: Date | null;
  deletion_requested_at: Date | null;
  erase_after: Date | null;
  created_at: Date;
  updated_at: Date;
  cell: string;
  level: IsolationLevel;
  database_name: string;
  schema_name: string;
  epoch: string;
  domains: { domain: string; ascii: string; isPrimary: boolean; createdAt: string }[];
  workflow_id: string | null;
}

const COLUMNS = `
  t.id, t.slug, t.name, t.status, t.plan, t.region,
  (select coalesce(array_agg(distinct f order by f), '{}') from unnest(p.features || t.features) f) as features,
  p.limits || t.limits as limits,
  t.suspended_reason, t.suspended_at, t.deletion_requested_at, t.erase_after, t.created_at, t.updated_at,
  l.cell, l.level, l.database_name, l.schema_name, l.epoch,
  (select coalesce(jsonb_agg(jsonb_build_object('domain', d.domain, 'ascii', d.ascii, 'isPrimary', d.is_primary,
     'createdAt', d.created_at) order by d.is_primary desc, d.created_at), '[]')
   from tenancy.domains d where d.tenant_id = t.id) as domains,
  (select w.id from tenancy.workflows w where w.tenant_id = t.id and w.status in ('running', 'undoing')) as workflow_id`;
const FROM = `
  from tenancy.tenants t
  join tenancy.plans p on p.key = t.plan
  join tenancy.placements l on l.tenant_id = t.id`;

export const findTenant = query<TenantRow>("tenants.find", `select ${COLUMNS} ${FROM} where t.id = $1::uuid`);

/** By id, slug or domain, as people and commands name a tenant. */
export const findTenantByName = query<TenantRow>(
  "tenants.find_by_name",
  `select ${COLUMNS} ${FROM}
   where t.id::text = $1::text
      or t.slug = $1::text
      or t.id = (select d.tenant_id from tenancy.domains d where d.ascii = $1::text)`,
);

/** A row lock that changes of state take first, so that two of them follow each other. */
export const lockTenant = query<{ id: string; status: TenantStatus }>(
  "tenants.lock",
  `select id, status from tenancy.tenants where id = $1::uuid for update`,
);

const FILTERS = `
  where t.status <> 'erased'
    and ($1::text is null or t.name ilike $1::text or t.slug ilike $1::text or t.id::text = trim(both '%' from $1::text)
         or exists (select 1 from tenancy.domains d where d.tenant_id = t.id
                    and (d.domain ilike $1::text or d.ascii ilike $1::text)))
    and ($2::text is null or t.status = $2::text)
    and ($3::text is null or t.plan = $3::text)
    and ($4::text is null or l.level = $4::text)
    and ($5::text is null or l.cell = $5::text)`;

/** Keyset pages; ties are broken by id. One statement per order, so that each can use its index. */
export const listTenants = {
  "-createdAt": query<TenantRow>(
    "tenants.list_newest",
    `select ${COLUMNS} ${FROM} ${FILTERS}
       and ($6::text is null or (t.created_at, t.id) < ($6::timestamptz, $7::uuid))
     order by t.created_at desc, t.id desc limit $8::int`,
  ),
  createdAt: query<TenantRow>(
    "tenants.list_oldest",
    `select ${COLUMNS} ${FROM} ${FILTERS}
       and ($6::text is null or (t.created_at, t.id) > ($6::timestamptz, $7::uuid))
     order by t.created_at, t.id limit $8::int`,
  ),
  name: query<TenantRow>(
    "tenants.list_by_name",
    `select ${COLUMNS} ${FROM} ${FILTERS}
       and ($6::text is null or (lower(t.name), t.id) > (lower($6::text), $7::uuid))
     order by lower(t.name), t.id limit $8::int`,
  ),
  "-name": query<TenantRow>(
    "tenants.list_by_name_down",
    `select ${COLUMNS} ${FROM} ${FILTERS}
       and ($6::text is null or (lower(t.name), t.id) < (lower($6::text), $7::uuid))
     order by lower(t.name) desc, t.id desc limit $8::int`,
  ),
} as const;
export type TenantSort = keyof typeof listTenants;

/** Created at a whole millisecond, as a Date holds it: a page that begins after one then skips nobody. */
export const insertTenant = query(
  "tenants.insert",
  `insert into tenancy.tenants (id, slug, name, status, plan, region, features, limits, created_at)
   values ($1::uuid, $2::text, $3::text, $4::text, $5::text, $6::text, $7::text[], $8::jsonb,
     date_trunc('milliseconds', now()))`,
);

export const insertPlacement = query(
  "tenants.insert_placement",
  `insert into tenancy.placements (tenant_id, cell, level, database_name, schema_name)
   values ($1::uuid, $2::text, $3::text, $4::text, $5::text)`,
);

export const insertDomain = query(
  "tenants.insert_domain",
  `insert into tenancy.domains (ascii, tenant_id, domain, is_primary)
   values ($1::text, $2::uuid, $3::text, $4::boolean)`,
);

export const setPrimaryDomain = query(
  "tenants.set_primary_domain",
  `update tenancy.domains set is_primary = true where tenant_id = $1::uuid and ascii = $2::text`,
);

export const clearPrimaryDomain = query(
  "tenants.clear_primary_domain",
  `update tenancy.domains set is_primary = false where tenant_id = $1::uuid and is_primary`,
);

export const deleteDomain = query(
  "tenants.delete_domain",
  `delete from tenancy.domains where tenant_id = $1::uuid and ascii = $2::text`,
);

/** The first remaining domain becomes primary when none is. */
export const promoteDomain = query(
  "tenants.promote_domain",
  `update tenancy.domains set is_primary = true
   where ascii = (select ascii from tenancy.domains where tenant_id = $1::uuid order by created_at, ascii limit 1)
     and not exists (select 1 from tenancy.domains where tenant_id = $1::uuid and is_primary)`,
);

export const updateTenant = query(
  "tenants.update",
  `update tenancy.tenants set
     name = coalesce($2::text, name),
     plan = coalesce($3::text, plan),
     features = coalesce($4::text[], features),
     limits = coalesce($5::jsonb, limits),
     updated_at = now()
   where id = $1::uuid`,
);

export const setStatus = query(
  "tenants.set_status",
  `update tenancy.tenants set
     status = $2::text,
     suspended_reason = $3::text,
     suspended_at = case when $3::text is null then null else coalesce(suspended_at, now()) end,
     deletion_requested_at = case when $4::timestamptz is null then null else coalesce(deletion_requested_at, now()) end,
     erase_after = $4::timestamptz,
     updated_at = now()
   where id = $1::uuid`,
);

/** What is left of an erased tenant: id and dates. */
export const wipeTenant = query(
  "tenants.wipe",
  `update tenancy.tenants set
     status = 'erased', slug = null, name = '', features = '{}', limits = '{}',
     suspended_reason = null, suspended_at = null, updated_at = now()
   where id = $1::uuid`,
);

/** A new epoch: tokens of the one before are dead once its seat is replaced. */
export const bumpEpoch = query<{ epoch: string }>(
  "tenants.bump_epoch",
  `update tenancy.placements set epoch = epoch + 1, updated_at = now() where tenant_id = $1::uuid returning epoch`,
);

/** Sent at commit; every process drops what it had cached of the tenant. */
export const notifyTenantChanged = query(
  "tenants.notify_changed",
  `select pg_notify('tenancy_tenant_changed', $1::text)`,
);

export const findPlan = query<{ key: string; name: string; features: string[]; limits: Limits }>(
  "tenants.find_plan",
  `select key, name, features, limits from tenancy.plans where key = $1::text`,
);

export const listPlanKeys = query<{ key: string }>(
  "tenants.list_plan_keys",
  `select key from tenancy.plans order by position, key`,
);

/** Whose domain it is, in ASCII. */
export const findTenantIdByDomain = query<{ id: string }>(
  "tenants.find_id_by_domain",
  `select d.tenant_id as id from tenancy.domains d where d.ascii = $1::text`,
);

/** Erased tenants have no slug. */
export const findTenantIdBySlug = query<{ id: string }>(
  "tenants.find_id_by_slug",
  `select t.id from tenancy.tenants t where t.slug = $1::text`,
);

/** What a context needs to know of a tenant, in one row. */
export interface PlacementRow {
  id: string;
  status: TenantStatus;
  cell: string;
  level: IsolationLevel;
  database_name: string;
  schema_name: string;
  epoch: string;
  statement_timeout_ms: number;
  idle_timeout_ms: number;
  max_storage_gb: number | null;
  features: string[];
}
export const findPlacement = query<PlacementRow>(
  "tenants.find_placement",
  `select t.id, t.status, l.cell, l.level, l.database_name, l.schema_name, l.epoch, p.statement_timeout_ms,
     p.idle_timeout_ms,
     ((p.limits || t.limits) ->> 'maxStorageGb')::float8 as max_storage_gb,
     p.features || t.features as features
   from tenancy.tenants t
   join tenancy.plans p on p.key = t.plan
   join tenancy.placements l on l.tenant_id = t.id
   where t.id = $1::uuid`,
);

export function tenantFromRow(row: TenantRow): TenantRecord {
  return {
    id: row.id,
    slug: row.slug,
    name: row.name,
    status: row.status,
    plan: row.plan,
    region: row.region,
    features: row.features,
    limits: row.limits,
    placement: {
      cell: row.cell,
      level: row.level,
      database: row.database_name,
      schema: row.schema_name,
      epoch: Number(row.epoch),
    },
    domains: row.domains.map((d): Domain => ({ ...d, createdAt: new Date(d.createdAt) })),
    suspension: row.suspended_at && { reason: row.suspended_reason ?? "", at: row.suspended_at },
    deletion:
      row.deletion_requested_at && row.erase_after
        ? { requestedAt: row.deletion_requested_at, eraseAfter: row.erase_after }
        : null,
    workflowId: row.workflow_id,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
