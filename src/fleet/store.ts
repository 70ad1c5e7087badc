import type { AppModel } from "../adopt/model.ts";
import type { CompiledStatement } from "../adopt/work.ts";
import { query } from "../db/sql.ts";
import type { SealingStage } from "../isolation/sealed-shape.ts";
import type { IsolationLevel, Limits, TenantStatus } from "../tenants/tenant.ts";

export interface AppMigrationRow {
  version: number;
  name: string;
  checksum: string;
  source: string;
  statements: CompiledStatement[];
  created_at: Date;
}

export const listAppMigrations = query<AppMigrationRow>(
  "fleet.list_app_migrations",
  `select version, name, checksum, source, statements, created_at from tenancy.app_migrations order by version`,
);

export const latestAppModel = query<{ version: number; model: AppModel }>(
  "fleet.latest_app_model",
  `select version, model from tenancy.app_migrations order by version desc limit 1`,
);

/** `steps` grows with each step of a sealing. */
export const latestAppVersion = query<{ version: number; steps: number }>(
  "fleet.latest_app_version",
  `select (select coalesce(max(version), 0) from tenancy.app_migrations) as version,
     (select coalesce(sum(array_position(array['readable', 'sealing', 'sealed'], stage)), 0)::int
      from tenancy.sealed_columns) as steps`,
);

export interface StageRow {
  id: string;
  stage: Exclude<SealingStage, "declared">;
  since: Date;
}

export const listStages = query<StageRow>(
  "fleet.list_stages",
  `select id, stage, since from tenancy.sealed_columns order by id`,
);

export const insertAppMigration = query(
  "fleet.insert_app_migration",
  `insert into tenancy.app_migrations (version, name, checksum, source, statements, model)
   values ($1::int, $2::text, $3::text, $4::text, $5::jsonb, $6::jsonb)`,
);

export const notifyAppChanged = query(
  "fleet.notify_app_changed",
  `select pg_notify('tenancy_app_changed', '')`,
);

/** Serialises registration: two deployments at once register the same files once. */
export const lockAppMigrations = query(
  "fleet.lock_app_migrations",
  `select pg_advisory_xact_lock(hashtextextended('tenancy.app_migrations', 7))`,
);

export interface TenantPlaceRow {
  tenant_id: string;
  slug: string | null;
  status: TenantStatus;
  cell: string;
  level: IsolationLevel;
  database_name: string;
  schema_name: string;
}

/** Places of tenants that still have data, oldest first, so that waves are the same at each run. */
export const listTenantPlaces = query<TenantPlaceRow>(
  "fleet.list_tenant_places",
  `select t.id as tenant_id, t.slug, t.status, l.cell, l.level, l.database_name, l.schema_name
   from tenancy.tenants t
   join tenancy.placements l on l.tenant_id = t.id
   where t.status not in ('provisioning', 'erasing', 'erased')
   order by t.id`,
);

/** False for a tenant that is being erased, or is; a place that is prepared for a tenant to come is one. */
export const hasPlace = query<{ has_place: boolean }>(
  "fleet.has_place",
  `select exists (select from tenancy.tenants where id = $1::uuid and status not in ('erasing', 'erased'))
     or exists (select from tenancy.warm_places where tenant_id = $1::uuid) as has_place`,
);

export const listWarmPlaces = query<{
  tenant_id: string;
  cell: string;
  level: "schema" | "database";
  app_version: number;
}>(
  "fleet.list_warm_places",
  `select tenant_id, cell, level, app_version from tenancy.warm_places where status = 'ready' order by tenant_id`,
);

export const setWarmVersion = query(
  "fleet.set_warm_version",
  `update tenancy.warm_places set app_version = $2::int where tenant_id = $1::uuid`,
);

/** What one database has applied, in one answer however many places it holds. */
export const listLedger = query<{ place: string; versions: number[] }>(
  "fleet.list_ledger",
  `select place, array_agg(version order by version) as versions from tenancy.app_ledger group by place`,
);

export const deleteLedger = query(
  "fleet.delete_ledger",
  `delete from tenancy.app_ledger where place = $1::text`,
);

export interface MigrationRunRow {
  id: string;
  status: "running" | "done" | "stopped" | "failed";
  to_version: number;
  wave: "canary" | "fleet" | null;
  total: number;
  done: number;
  failed: number;
  errors: { place: string; message: string }[];
  options: { canary?: number; errorBudget?: number };
  stop_requested: boolean;
  actor: string;
  started_at: Date;
  finished_at: Date | null;
}

const RUN_COLUMNS = `id, status, to_version, wave, total, done, failed, errors, options, stop_requested, actor, started_at, finished_at`;

export const insertRun = query(
  "fleet.insert_run",
  `insert into tenancy.migration_runs (id, to_version, options, actor) values ($1::uuid, $2::int, $3::jsonb, $4::text)`,
);

export const findRun = query<MigrationRunRow>(
  "fleet.find_run",
  `select ${RUN_COLUMNS} from tenancy.migration_runs where id = $1::uuid`,
);

export const findRunning = query<MigrationRunRow>(
  "fleet.find_running",
  `select ${RUN_COLUMNS} from tenancy.migration_runs where status = 'running'`,
);

export const listRuns = query<MigrationRunRow>(
  "fleet.list_runs",
  `select ${RUN_COLUMNS} from tenancy.migration_runs
   where ($1::uuid is null or id < $1::uuid) order by id desc limit $2::int`,
);

export const updateRun = query<{ stop_requested: boolean }>(
  "fleet.update_run",
  `update tenancy.migration_runs
   set wave = $2::text, total = $3::int, done = $4::int, failed = $5::int, errors = $6::jsonb
   where id = $1::uuid
   returning stop_requested`,
);

export const finishRun = query(
  "fleet.finish_run",
  `update tenancy.migration_runs set status = $2::text, finished_at = now() where id = $1::uuid and status = 'running'`,
);

export const requestStop = query(
  "fleet.request_stop",
  `update tenancy.migration_runs set stop_requested = true where id = $1::uuid and status = 'running'`,
);

export const cellUse = query<{ cell: string; level: IsolationLevel; tenants: number }>(
  "fleet.cell_use",
  `select l.cell, l.level, count(*)::int as tenants
   from tenancy.placements l
   join tenancy.tenants t on t.id = l.tenant_id
   where t.status <> 'erased'
   group by l.cell, l.level`,
);

export const warmUse = query<{ cell: string; level: "schema" | "database"; ready: number }>(
  "fleet.warm_use",
  `select cell, level, count(*)::int as ready from tenancy.warm_places where status = 'ready' group by cell, level`,
);

export const serverFacts = query<{ version: string; bytes: string; used: number; max: number }>(
  "fleet.server_facts",
  `select current_setting('server_version') as version,
     (select coalesce(sum(pg_database_size(d.oid)), 0)::bigint
      from pg_catalog.pg_database d where d.datname = current_database() or d.datname like 't\\_%') as bytes,
     (select count(*)::int from pg_catalog.pg_stat_activity where backend_type = 'client backend') as used,
     current_setting('max_connections')::int as max`,
);

export const listRegions = query<{ key: string; name: string; cells: number }>(
  "fleet.list_regions",
  `select r.key, r.name, (select count(*)::int from tenancy.cells c where c.region = r.key) as cells
   from tenancy.regions r order by r.key`,
);

export const insertRegion = query(
  "fleet.insert_region",
  `insert into tenancy.regions (key, name) values ($1::text, $2::text) on conflict do nothing`,
);

/** Smallest plan first. */
export const listPlans = query<{
  key: string;
  name: string;
  features: string[];
  limits: Limits;
  tenants: number;
}>(
  "fleet.list_plans",
  `select p.key, p.name, p.features, p.limits,
     (select count(*)::int from tenancy.tenants t where t.plan = p.key and t.status <> 'erased') as tenants
   from tenancy.plans p order by p.position, p.key`,
);

/**
 * A new cell, closed; or, again, one that a crash left closed before anything was put there. Touches no row when the
 * key belongs to a cell in use.
 */
export const upsertUnusedCell = query(
  "fleet.upsert_unused_cell",
  `insert into tenancy.cells as c (key, region, name, status, sealed_url)
   values ($1::text, $2::text, $3::text, 'closed', $4::bytea)
   on conflict (key) do update set region = excluded.region, name = excluded.name, sealed_url = excluded.sealed_url
   where c.status = 'closed' and c.sealed_url is not null
     and not exists (select 1 from tenancy.placements l where l.cell = c.key)
     and not exists (select 1 from tenancy.warm_places w where w.cell = c.key)`,
);

export const deleteUnusedCell = query(
  "fleet.delete_unused_cell",
  `delete from tenancy.cells c where key = $1::text and status = 'closed'
     and not exists (select 1 from tenancy.placements l where l.cell = c.key)
     and not exists (select 1 from tenancy.warm_places w where w.cell = c.key)`,
);

export const setCellStatus = query(
  "fleet.set_cell_status",
  `update tenancy.cells set status = $2::text where key = $1::text`,
);

/** Which database of which cluster this is, however it was reached. */
export const clusterIdentity = query<{
  identity: string;
  database: string;
  login: string;
  is_superuser: boolean;
}>(
  "fleet.cluster_identity",
  `select (select system_identifier::text from pg_catalog.pg_control_system()) || '/' || d.oid as identity,
     d.datname as database, current_user::text as login,
     (select rolsuper from pg_catalog.pg_roles where rolname = current_user) as is_superuser
   from pg_catalog.pg_database d where d.datname = current_database()`,
);

export const holdsCatalogue = query<{ holds: boolean }>(
  "fleet.holds_catalogue",
  `select to_regclass('tenancy.installation') is not null as holds`,
);
