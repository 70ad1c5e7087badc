import { query } from "../db/sql.ts";

/** Makes the log, once. Its first snapshot sees nothing, so every record there is will be taken. */
export const insertLog = query(
  "audit.insert_log",
  `insert into tenancy.audit_log (origin, sealed_key, public_key, taken)
   values ($1::text, $2::bytea, $3::bytea, '3:3:')
   on conflict (is_here) do nothing`,
);

export const findLog = query<{ origin: string; sealed_key: Buffer; public_key: Buffer }>(
  "audit.find_log",
  "select origin, sealed_key, public_key from tenancy.audit_log",
);

export const resealLog = query("audit.reseal_log", "update tenancy.audit_log set sealed_key = $1::bytea");

export interface LogStateRow {
  size: string;
  taken: string;
  target: string | null;
  now: string;
  at_xid: string;
  at_id: string;
}

/** Locks the log: whoever holds it is the one sequencer. `now` is the snapshot of this transaction. */
export const lockLog = query<LogStateRow>(
  "audit.lock_log",
  `select size, taken::text, target::text, pg_current_snapshot()::text as now, at_xid, at_id
   from tenancy.audit_log for update`,
);

/**
 * Was a record committed since the last batch? Costs two index look-ups. And does the server count other transactions
 * than the log: then neither look-up means anything.
 */
export const hasWaiting = query<{ is_moved: boolean; is_waiting: boolean }>(
  "audit.has_waiting",
  `select l.moved_at is not null or l.system_identifier is distinct from c.system_identifier::text
       or pg_snapshot_xmax(pg_current_snapshot()) < pg_snapshot_xmax(l.taken) as is_moved,
     l.target is not null
     or exists (select from tenancy.audit_records r where r.xid >= pg_snapshot_xmax(l.taken)::text::bigint)
     or exists (select from tenancy.audit_records r
                where r.xid = any (array(select pg_snapshot_xip(l.taken)::text::bigint))) as is_waiting
   from tenancy.audit_log l, pg_control_system() c`,
);

export interface WaitingRow {
  id: string;
  chain: string;
  xid: string;
  body_hash: Buffer;
}

/**
 * The next records that the target sees and the last snapshot did not: those of transactions that were running then,
 * and those of later ones. A transaction that runs for hours holds nobody up, and none is skipped. In the order of
 * (xid, id), so that a batch goes on where the one before stopped.
 */
export const listWaiting = query<WaitingRow>(
  "audit.list_waiting",
  `(select id, coalesce(tenant_id, '00000000-0000-0000-0000-000000000000') as chain, xid,
      sha256(convert_to(body, 'UTF8')) as body_hash
    from tenancy.audit_records
    where xid = any (array(select pg_snapshot_xip($1::pg_snapshot)::text::bigint))
      and pg_visible_in_snapshot(xid::text::xid8, $2::pg_snapshot)
      and (xid, id) > ($3::bigint, $4::uuid)
    order by xid, id
    limit $5::int)
   union all
   (select id, coalesce(tenant_id, '00000000-0000-0000-0000-000000000000') as chain, xid,
      sha256(convert_to(body, 'UTF8')) as body_hash
    from tenancy.audit_records
    where xid >= pg_snapshot_xmax($1::pg_snapshot)::text::bigint
      and pg_visible_in_snapshot(xid::text::xid8, $2::pg_snapshot)
      and (xid, id) > ($3::bigint, $4::uuid)
    order by xid, id
    limit $5::int)
   order by xid, id
   limit $5::int`,
);

export const listHeads = query<{ chain: string; size: string; last_leaf: Buffer }>(
  "audit.list_heads",
  "select chain, size, last_leaf from tenancy.audit_chains where chain = any ($1::uuid[])",
);

export const upsertHeads = query(
  "audit.upsert_heads",
  `insert into tenancy.audit_chains (chain, size, last_leaf)
   select * from unnest($1::uuid[], $2::bigint[], $3::bytea[])
   on conflict (chain) do update set size = excluded.size, last_leaf = excluded.last_leaf`,
);

export const insertRuns = query(
  "audit.insert_runs",
  `insert into tenancy.audit_runs
     (first_index, chain, first_seq, length, low_id, high_id, record_ids, body_hashes, previous, last_leaf)
   select * from unnest($1::bigint[], $2::uuid[], $3::bigint[], $4::int[], $5::uuid[], $6::uuid[], $7::bytea[],
     $8::bytea[], $9::bytea[], $10::bytea[])`,
);

export interface TileRow {
  level: number;
  index: string;
  hashes: Buffer;
}

export const listTiles = query<TileRow>(
  "audit.list_tiles",
  `select t.level, t.index, t.hashes
   from unnest($1::smallint[], $2::bigint[]) as w (level, index)
   join tenancy.audit_tiles t on t.level = w.level and t.index = w.index`,
);

export const upsertTiles = query(
  "audit.upsert_tiles",
  `insert into tenancy.audit_tiles (level, index, hashes)
   select * from unnest($1::smallint[], $2::bigint[], $3::bytea[])
   on conflict (level, index) do update set hashes = excluded.hashes`,
);

export const updateLog = query(
  "audit.update_log",
  `update tenancy.audit_log
   set size = $1::bigint, taken = $2::pg_snapshot, target = $3::pg_snapshot, at_xid = $4::bigint, at_id = $5::uuid`,
);

export const insertCheckpoint = query(
  "audit.insert_checkpoint",
  `insert into tenancy.audit_checkpoints (size, root, note) values ($1::bigint, $2::bytea, $3::text)
   on conflict (size) do nothing`,
);

export interface CheckpointRow {
  size: string;
  root: Buffer;
  note: string;
  signed_at: Date;
  cosignatures: string[];
}

/** The newest checkpoint, or the one of this size. */
export const findCheckpoint = query<CheckpointRow>(
  "audit.find_checkpoint",
  `select c.size, c.root, c.note, c.signed_at,
     array(select s.line from tenancy.audit_cosignatures s where s.size = c.size order by s.witness) as cosignatures
   from tenancy.audit_checkpoints c
   where $1::bigint is null or c.size = $1::bigint
   order by c.size desc
   limit 1`,
);
