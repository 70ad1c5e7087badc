import { query } from "../db/sql.ts";
import type { StreamRow } from "./store.ts";

const COLUMNS = `s.id, s.tenant_id, s.name, s.url, s.sends, s.format, s.actions, s.records_max, s.secret, s.former_secret,
  s.former_until, s.position, s.status, s.disabled_because, s.failing_since, s.last_error, s.delivered_at, s.due_at,
  s.created_by, s.created_at, s.updated_at`;

/**
 * Streams that have something to send and nobody who sends it; whoever claims one is alone with it until the lease ends.
 * Of one owner no more than $5 are served.
 */
export const claimStreams = query<{ id: string }>(
  "streams.claim",
  `with open as (
     select s.id, s.tenant_id, s.due_at from tenancy.audit_streams s
     where s.status = 'active' and (s.leased_until is null or s.leased_until < $1::timestamptz)
       and ((s.due_at <= $1::timestamptz and (
           exists (select from tenancy.audit_stream_batches b where b.stream_id = s.id and b.status = 'waiting' and not b.is_replay)
           or case when s.tenant_id is null or s.sends = 'checkpoints'
             then (select l.size from tenancy.audit_log l) > s.position
             else exists (select from tenancy.audit_chains c where c.chain = s.tenant_id and c.size >= s.position) end))
         or exists (select from tenancy.audit_stream_batches b
           where b.stream_id = s.id and b.status = 'waiting' and b.is_replay and b.due_at <= $1::timestamptz))),
   served as (
     select s.tenant_id, count(*) as n from tenancy.audit_streams s where s.leased_until >= $1::timestamptz group by s.tenant_id),
   ranked as (
     select o.id, row_number() over (partition by o.tenant_id order by o.due_at, o.id) + coalesce(v.n, 0) as place
     from open o left join served v on v.tenant_id is not distinct from o.tenant_id),
   due as (
     select s.id from tenancy.audit_streams s join ranked r on r.id = s.id
     where r.place <= $5::int and s.status = 'active' and (s.leased_until is null or s.leased_until < $1::timestamptz)
     order by s.due_at
     limit $4::int
     for update of s skip locked)
   update tenancy.audit_streams s set lease = $2::uuid, leased_until = $3::timestamptz
   from due where s.id = due.id
   returning s.id`,
);

/** Goes on with a lease; nothing when another has it, or the stream was paused or removed. */
export const renewLease = query<StreamRow>(
  "streams.renew_lease",
  `update tenancy.audit_streams s set leased_until = $3::timestamptz
   where s.id = $1::uuid and s.lease = $2::uuid and s.status = 'active'
   returning ${COLUMNS}`,
);

export const releaseLease = query(
  "streams.release_lease",
  "update tenancy.audit_streams set lease = null, leased_until = null where id = $1::uuid and lease = $2::uuid",
);

/** Before the outcome of a message is written: nothing when the lease is another's by now. */
export const lockLeased = query<StreamRow>(
  "streams.lock_leased",
  `select ${COLUMNS} from tenancy.audit_streams s where s.id = $1::uuid and s.lease = $2::uuid for update`,
);

export interface BatchRow {
  id: string;
  stream_id: string;
  first: string;
  last: string;
  format: "json" | "ocsf";
  actions: string[];
  note: string | null;
  is_replay: boolean;
  attempts: number;
  created_at: Date;
}

const BATCH = "id, stream_id, first, last, format, actions, note, is_replay, attempts, created_at";

/** The stream's own next message before what is replayed beside it. */
export const findWaiting = query<BatchRow>(
  "streams.find_waiting",
  `select ${BATCH} from tenancy.audit_stream_batches
   where stream_id = $1::uuid and status = 'waiting' and case when is_replay then due_at <= $2::timestamptz else $3::boolean end
   order by is_replay, due_at, id
   limit 1`,
);

export const insertBatch = query<BatchRow>(
  "streams.insert_batch",
  `insert into tenancy.audit_stream_batches (id, stream_id, first, last, format, actions, note, due_at, created_at, is_replay)
   values ($1::uuid, $2::uuid, $3::bigint, $4::bigint, $5::text, $6::text[], $7::text, $8::timestamptz, $8::timestamptz, $9::boolean)
   returning ${BATCH}`,
);

export const deleteBatch = query(
  "streams.delete_batch",
  "delete from tenancy.audit_stream_batches where id = $1::uuid",
);

export const postponeBatch = query(
  "streams.postpone_batch",
  `update tenancy.audit_stream_batches set attempts = $2::int, error = $3::text, due_at = $4::timestamptz where id = $1::uuid`,
);

export const failBatch = query(
  "streams.fail_batch",
  `update tenancy.audit_stream_batches
   set status = 'failed', failed_at = $4::timestamptz, attempts = $2::int, error = $3::text, is_replay = false
   where id = $1::uuid`,
);

/** Since people last changed the stream: who activates it again begins anew. */
export const countFailed = query<{ n: number }>(
  "streams.count_failed",
  `select count(*)::int as n from tenancy.audit_stream_batches b join tenancy.audit_streams s on s.id = b.stream_id
   where b.stream_id = $1::uuid and b.status = 'failed' and b.failed_at > s.updated_at`,
);

export const advance = query(
  "streams.advance",
  "update tenancy.audit_streams set position = $2::bigint, due_at = $3::timestamptz where id = $1::uuid",
);

export const noteSuccess = query(
  "streams.note_success",
  "update tenancy.audit_streams set failing_since = null, last_error = null, delivered_at = $2::timestamptz where id = $1::uuid",
);

export const noteFailure = query(
  "streams.note_failure",
  `update tenancy.audit_streams set failing_since = coalesce(failing_since, $2::timestamptz), last_error = $3::text,
     due_at = coalesce($4::timestamptz, due_at)
   where id = $1::uuid`,
);

export const noteWaiting = query(
  "streams.note_waiting",
  "update tenancy.audit_streams set last_error = $2::text, due_at = $3::timestamptz where id = $1::uuid",
);

export const disableStream = query(
  "streams.disable",
  "update tenancy.audit_streams set status = 'disabled', disabled_because = $2::text where id = $1::uuid",
);

export interface NumberedRow {
  number: string;
  ids: Buffer;
}

/** Records of a chain from a number on, 16 bytes of id each; of each run only the part that is asked for. */
export const listChainIds = query<NumberedRow>(
  "streams.list_chain_ids",
  `select r.first_seq + p.skipped as number, substr(r.record_ids, (p.skipped * 16 + 1)::int, $4::int * 16) as ids
   from tenancy.audit_runs r
   cross join lateral (select greatest($2::bigint - r.first_seq, 0) as skipped) p
   where r.chain = $1::uuid and r.first_seq <= $3::bigint and r.first_seq + r.length > $2::bigint
     and r.first_seq >= coalesce((select max(b.first_seq) from tenancy.audit_runs b
       where b.chain = $1::uuid and b.first_seq <= $2::bigint), 0)
   order by r.first_seq
   limit $4::int`,
);

/** The same for the whole tree. */
export const listTreeIds = query<NumberedRow>(
  "streams.list_tree_ids",
  `select r.first_index + p.skipped as number, substr(r.record_ids, (p.skipped * 16 + 1)::int, $3::int * 16) as ids
   from tenancy.audit_runs r
   cross join lateral (select greatest($1::bigint - r.first_index, 0) as skipped) p
   where r.first_index <= $2::bigint and r.first_index + r.length > $1::bigint
     and r.first_index >= coalesce((select max(b.first_index) from tenancy.audit_runs b where b.first_index <= $1::bigint), 0)
   order by r.first_index
   limit $3::int`,
);
