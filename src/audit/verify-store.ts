import { query } from "../db/sql.ts";

export interface RunRow {
  first_index: string;
  chain: string;
  first_seq: string;
  length: number;
  record_ids: Buffer;
  body_hashes: Buffer;
  previous: Buffer;
  last_leaf: Buffer;
}

/** Runs in the order of the tree. */
export const listRuns = query<RunRow>(
  "audit.list_runs",
  `select first_index, chain, first_seq, length, record_ids, body_hashes, previous, last_leaf
   from tenancy.audit_runs
   where first_index >= $1::bigint
   order by first_index
   limit $2::int`,
);

/** Runs of one chain, in its order. */
export const listChainRuns = query<RunRow>(
  "audit.list_chain_runs",
  `select first_index, chain, first_seq, length, record_ids, body_hashes, previous, last_leaf
   from tenancy.audit_runs
   where chain = $1::uuid and first_seq + length > $2::bigint and first_seq <= $3::bigint
   order by first_seq
   limit $4::int`,
);

/** Those of a chain that may hold this record. */
export const listRunsOfRecord = query<RunRow>(
  "audit.list_runs_of_record",
  `select first_index, chain, first_seq, length, record_ids, body_hashes, previous, last_leaf
   from tenancy.audit_runs
   where chain = $1::uuid and high_id >= $2::uuid and low_id <= $2::uuid
   order by high_id`,
);

export const listBodies = query<{ id: string; body: string }>(
  "audit.list_bodies",
  "select id, body from tenancy.audit_records where id = any ($1::uuid[])",
);

export interface WholeRow {
  id: string;
  at: Date;
  tenant_id: string | null;
  kind: string;
  action: string;
  outcome: string;
  actor: string;
  on_behalf_of: string | null;
  resource: string | null;
  request_id: string | null;
  ip: string | null;
  session: string | null;
  body: string;
}

export const listWhole = query<WholeRow>(
  "audit.list_whole",
  `select id, at, tenant_id, kind, action, outcome, actor, on_behalf_of, resource, request_id, host(ip) as ip, session, body
   from tenancy.audit_records where id = any ($1::uuid[])`,
);

/** Heads of all chains, with what one statement sees of the log. */
export const listAllHeads = query<{ chain: string; size: string; last_leaf: Buffer }>(
  "audit.list_all_heads",
  "select chain, size, last_leaf from tenancy.audit_chains order by chain",
);

export const findLogState = query<{
  origin: string;
  size: string;
  taken: string;
  has_target: boolean;
  pruned_before: Date | null;
}>(
  "audit.find_log_state",
  `select origin, size, taken::text, target is not null as has_target, pruned_before from tenancy.audit_log`,
);

/** Records that the sequencer has taken, as the snapshot says. Equal to what the runs hold, or somebody added one. */
export const countTaken = query<{ count: string }>(
  "audit.count_taken",
  `select count(*) as count from tenancy.audit_records
   where pg_visible_in_snapshot(xid::text::xid8, $1::pg_snapshot)`,
);

/** Those of them that no run holds. */
export const listStrangers = query<{ id: string }>(
  "audit.list_strangers",
  `with held as (
     select encode(substr(r.record_ids, i * 16 + 1, 16), 'hex')::uuid as id
     from tenancy.audit_runs r cross join lateral generate_series(0, r.length - 1) as i)
   select r.id from tenancy.audit_records r
   where pg_visible_in_snapshot(r.xid::text::xid8, $1::pg_snapshot)
     and not exists (select from held where held.id = r.id)
   order by r.id
   limit 1000`,
);

/** Tenants whose records retention must not remove. */
export const listHeld = query<{ tenant_id: string; held_at: Date }>(
  "audit.list_held",
  "select tenant_id, held_at from tenancy.audit_settings where held_at is not null",
);

/** First and last number of a chain whose batches touch the time, within a tree of this size. */
export const findRange = query<{ first: string | null; last: string | null }>(
  "audit.find_range",
  `select min(first_seq) as first, max(first_seq + length - 1) as last
   from tenancy.audit_runs
   where chain = $1::uuid
     and ($2::uuid is null or high_id >= $2::uuid)
     and ($3::uuid is null or low_id < $3::uuid)
     and first_index + length <= $4::bigint`,
);

export const updateVerified = query(
  "audit.update_verified",
  "update tenancy.audit_log set verified_at = now(), verified_faults = $1::int",
);
