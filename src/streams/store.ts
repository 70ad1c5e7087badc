import { query } from "../db/sql.ts";

export interface StreamRow {
  id: string;
  tenant_id: string | null;
  name: string;
  url: string;
  sends: "records" | "checkpoints";
  format: "json" | "ocsf";
  actions: string[];
  records_max: number;
  secret: Buffer;
  former_secret: Buffer | null;
  former_until: Date | null;
  position: string;
  status: "active" | "paused" | "disabled";
  disabled_because: "gone" | "failing" | "too_many_failures" | null;
  failing_since: Date | null;
  last_error: string | null;
  delivered_at: Date | null;
  due_at: Date;
  created_by: string;
  created_at: Date;
  updated_at: Date;
}

const COLUMNS = `id, tenant_id, name, url, sends, format, actions, records_max, secret, former_secret, former_until, position,
  status, disabled_because, failing_since, last_error, delivered_at, due_at, created_by, created_at, updated_at`;

/** Spelled out, since no index serves `is not distinct from`. */
const OWNED = "(tenant_id = $1::uuid or ($1::uuid is null and tenant_id is null))";

/** The log's end, where a stream that begins now begins. The lock makes the count of streams one after the other. */
export const lockOwner = query<{ locked: string }>(
  "streams.lock_owner",
  "select pg_advisory_xact_lock(hashtextextended('tenancy.audit_streams ' || coalesce($1::uuid::text, ''), 7))::text as locked",
);

export const countStreams = query<{ n: number }>(
  "streams.count",
  `select count(*)::int as n from tenancy.audit_streams where ${OWNED}`,
);

/** Number in the chain after its last; for all, size of the tree. */
export const findEnd = query<{ next: string }>(
  "streams.find_end",
  `select case when $1::uuid is null then (select size from tenancy.audit_log)
     else coalesce((select size from tenancy.audit_chains where chain = $1::uuid), 0) + 1 end as next`,
);

export const insertStream = query<StreamRow>(
  "streams.insert",
  `insert into tenancy.audit_streams
     (tenant_id, id, name, url, sends, format, actions, records_max, secret, position, created_by, due_at, created_at, updated_at)
   values ($1::uuid, $2::uuid, $3::text, $4::text, $5::text, $6::text, $7::text[], $8::int, $9::bytea, $10::bigint,
     $11::text, $12::timestamptz, $12::timestamptz, $12::timestamptz)
   returning ${COLUMNS}`,
);

export const listStreams = query<StreamRow>(
  "streams.list",
  `select ${COLUMNS} from tenancy.audit_streams where ${OWNED} order by id`,
);

export const findStream = query<StreamRow>(
  "streams.find",
  `select ${COLUMNS} from tenancy.audit_streams where ${OWNED} and id = $2::uuid`,
);

export const lockStream = query<StreamRow>(
  "streams.lock",
  `select ${COLUMNS} from tenancy.audit_streams where ${OWNED} and id = $2::uuid for update`,
);

/** Of all streams, also of those that have nothing to send. */
export const forgetFormerSecrets = query(
  "streams.forget_former_secrets",
  `update tenancy.audit_streams set former_secret = null, former_until = null where former_until <= $1::timestamptz`,
);

/** What people change makes it due at once, whatever it was waiting for. */
export const updateStream = query<StreamRow>(
  "streams.update",
  `update tenancy.audit_streams
   set name = $3::text, url = $4::text, format = $5::text, actions = $6::text[], records_max = $7::int, status = $8::text,
     disabled_because = null, failing_since = null, due_at = $9::timestamptz, updated_at = $9::timestamptz
   where ${OWNED} and id = $2::uuid
   returning ${COLUMNS}`,
);

/** The schedule of what waits begins anew. */
export const resetAttempts = query(
  "streams.reset_attempts",
  "update tenancy.audit_stream_batches set attempts = 0, due_at = $2::timestamptz where stream_id = $1::uuid and status = 'waiting'",
);

export const rotateStreamSecret = query<StreamRow>(
  "streams.rotate_secret",
  `update tenancy.audit_streams
   set secret = $3::bytea, former_secret = $4::bytea, former_until = $5::timestamptz, updated_at = $6::timestamptz
   where ${OWNED} and id = $2::uuid
   returning ${COLUMNS}`,
);

export const makeDue = query(
  "streams.make_due",
  "update tenancy.audit_streams set due_at = $2::timestamptz where id = $1::uuid",
);

export const deleteStream = query<{ id: string }>(
  "streams.delete",
  `delete from tenancy.audit_streams where ${OWNED} and id = $2::uuid returning id`,
);

export const deleteTenantStreams = query(
  "streams.delete_tenant",
  "delete from tenancy.audit_streams where tenant_id = $1::uuid",
);

export const countTenantStreams = query<{ n: number }>(
  "streams.count_tenant",
  `select (select count(*) from tenancy.audit_streams where tenant_id = $1::uuid)::int
     + (select count(*) from tenancy.audit_stream_batches b join tenancy.audit_streams s on s.id = b.stream_id
        where s.tenant_id = $1::uuid)::int as n`,
);

export interface FailedRow {
  id: string;
  first: string;
  last: string;
  attempts: number;
  error: string | null;
  created_at: Date;
  failed_at: Date;
}

/** Oldest first. */
export const listFailed = query<FailedRow>(
  "streams.list_failed",
  `select id, first, last, attempts, error, created_at, failed_at from tenancy.audit_stream_batches
   where stream_id = $1::uuid and status = 'failed' order by id limit $2::int`,
);

/** Those named, or all. */
export const replayFailed = query<{ id: string }>(
  "streams.replay_failed",
  `update tenancy.audit_stream_batches
   set status = 'waiting', is_replay = true, attempts = 0, failed_at = null, due_at = $3::timestamptz
   where stream_id = $1::uuid and status = 'failed' and ($2::uuid[] is null or id = any ($2::uuid[]))
   returning id`,
);
