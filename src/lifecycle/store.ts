import { query } from "../db/sql.ts";
import type { IsolationLevel, TenantStatus } from "../tenants/tenant.ts";

export interface StepState {
  name: string;
  status: "waiting" | "done" | "undone" | "failed";
  finishedAt: string | null;
}

export interface WorkflowRow {
  id: string;
  kind: string;
  tenant_id: string;
  input: Record<string, unknown>;
  status: "running" | "undoing" | "done" | "failed" | "undone";
  steps: StepState[];
  attempts: number;
  error: string | null;
  actor: string;
  run_after: Date;
  created_at: Date;
  updated_at: Date;
}

const COLUMNS =
  "id, kind, tenant_id, input, status, steps, attempts, error, actor, run_after, created_at, updated_at";

export const insertWorkflow = query(
  "lifecycle.insert_workflow",
  `insert into tenancy.workflows (id, kind, tenant_id, input, steps, actor)
   values ($1::uuid, $2::text, $3::uuid, $4::jsonb, $5::jsonb, $6::text)`,
);

export const findWorkflow = query<WorkflowRow>(
  "lifecycle.find_workflow",
  `select ${COLUMNS} from tenancy.workflows where id = $1::uuid`,
);

/** Work that is due, oldest first. */
export const listDueWorkflows = query<{ id: string }>(
  "lifecycle.list_due_workflows",
  `select id from tenancy.workflows
   where status in ('running', 'undoing') and run_after <= now()
   order by run_after limit 20`,
);

export const saveWorkflow = query(
  "lifecycle.save_workflow",
  `update tenancy.workflows
   set status = $2::text, steps = $3::jsonb, attempts = $4::int, error = $5::text,
     run_after = now() + make_interval(secs => $6::float8), updated_at = now()
   where id = $1::uuid`,
);

/** Tenants whose grace period has ended. */
export const listErasable = query<{ id: string }>(
  "lifecycle.list_erasable",
  `select t.id from tenancy.tenants t
   where t.status = 'deleting' and t.erase_after <= now()
     and not exists (select 1 from tenancy.workflows w where w.tenant_id = t.id and w.status in ('running', 'undoing'))
   order by t.erase_after limit 20`,
);

export const insertWarmPlace = query(
  "lifecycle.insert_warm_place",
  `insert into tenancy.warm_places (tenant_id, cell, level, app_version) values ($1::uuid, $2::text, $3::text, $4::int)`,
);

export const setWarmReady = query(
  "lifecycle.set_warm_ready",
  `update tenancy.warm_places set status = 'ready', app_version = $2::int where tenant_id = $1::uuid`,
);

export const deleteWarmPlace = query(
  "lifecycle.delete_warm_place",
  `delete from tenancy.warm_places where tenant_id = $1::uuid`,
);

/** Takes one prepared place at the newest app version; two creations at once never get the same. */
export const claimWarmPlace = query<{ tenant_id: string }>(
  "lifecycle.claim_warm_place",
  `delete from tenancy.warm_places
   where tenant_id = (
     select tenant_id from tenancy.warm_places
     where cell = $1::text and level = $2::text and status = 'ready'
       and app_version = (select coalesce(max(version), 0) from tenancy.app_migrations)
     order by created_at
     for update skip locked
     limit 1)
   returning tenant_id`,
);

export const countWarmPlaces = query<{ ready: number }>(
  "lifecycle.count_warm_places",
  `select count(*)::int as ready from tenancy.warm_places where cell = $1::text and level = $2::text and status = 'ready'`,
);

/** Preparations that a crash left behind. The lock of the pool's keeper is held, so nobody is at work on them. */
export const listAbandonedWarmPlaces = query<{
  tenant_id: string;
  cell: string;
  level: "schema" | "database";
}>(
  "lifecycle.list_abandoned_warm_places",
  `select tenant_id, cell, level from tenancy.warm_places where status = 'preparing'`,
);

/** Tables with tenants' rows: of one schema, or all that a database has outside of tenants' own schemas. */
export const listPlaceTables = query<{ name: string; bytes: string }>(
  "lifecycle.list_place_tables",
  `select format('%I.%I', n.nspname, c.relname) as name,
     coalesce((select sum(pg_total_relation_size(p.relid)) from pg_partition_tree(c.oid) p),
       pg_total_relation_size(c.oid))::bigint as bytes
   from pg_catalog.pg_class c
   join pg_catalog.pg_namespace n on n.oid = c.relnamespace
   join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
   where c.relkind in ('r', 'p') and not c.relispartition
     and case when $1::text is not null then n.nspname = $1::text
         else n.nspname not in ('tenancy', 'extensions', 'information_schema')
           and n.nspname not like 'pg\\_%' and n.nspname not like 't\\_%' end
   order by n.nspname, c.relname`,
);

/** Stops at $2 rows. @param table Quoted by the catalogue (`listPlaceTables`). */
export function countRowsOf(table: string) {
  return query<{ rows: string }>(
    "lifecycle.count_rows_of",
    `select count(*) as rows from (select from ${table} where tenant_id = $1::uuid limit $2::bigint) counted`,
  );
}

/** Each row as one line of JSON, numbers as PostgreSQL writes them. @param table Quoted by the catalogue. */
export function rowLinesOf(table: string) {
  return query<{ line: string }>(
    "lifecycle.row_lines_of",
    `select (to_jsonb(t) - 'tenant_id')::text as line from ${table} t where t.tenant_id = $1::uuid`,
  );
}

/** What the planner takes the number of rows for. @param table Quoted by the catalogue. */
export function estimateRowsOf(table: string) {
  return query<{ "QUERY PLAN": { Plan: { "Plan Rows": number } }[] }>(
    "lifecycle.estimate_rows_of",
    `explain (format json) select from ${table} where tenant_id = $1::uuid`,
  );
}

export const measureDatabase = query<{ bytes: string }>(
  "lifecycle.measure_database",
  `select pg_database_size(current_database()) as bytes`,
);

export const measureStorage = query<{ bytes: string; objects: number }>(
  "lifecycle.measure_storage",
  `select coalesce(sum(size_bytes), 0)::bigint as bytes, count(*)::int as objects
   from tenancy.stored_objects where tenant_id = $1::uuid`,
);

export interface SeatHolderRow {
  tenant_id: string;
  slug: string | null;
  status: TenantStatus | "warm";
  cell: string;
  level: IsolationLevel;
  epoch: string;
}

/** Whoever may have a seat somewhere: tenants that are not erased, and places prepared for tenants to come. */
export const listSeatHolders = query<SeatHolderRow>(
  "lifecycle.list_seat_holders",
  `select t.id as tenant_id, t.slug, t.status, l.cell, l.level, l.epoch
   from tenancy.tenants t join tenancy.placements l on l.tenant_id = t.id
   where t.status <> 'erased'
   union all
   select tenant_id, null, 'warm', cell, level, 1 from tenancy.warm_places`,
);

/** Work that failed at least once and waits for its next try. */
export const listFailingWorkflows = query<{
  id: string;
  kind: string;
  tenant_id: string;
  attempts: number;
  error: string | null;
}>(
  "lifecycle.list_failing_workflows",
  `select id, kind, tenant_id, attempts, error from tenancy.workflows
   where status in ('running', 'undoing') and attempts > 0 order by id limit 20`,
);
