import type pg from "pg";
import { exec, maybe, one, query } from "../db/sql.ts";
import { type Tx, withTx } from "../db/tx.ts";
import { auditError } from "./errors.ts";
import { findCheckpoint, lockLog } from "./log-store.ts";
import { type Actor, recordEvent } from "./record.ts";
import { allowUpkeep } from "./retention.ts";

export const markMoved = query(
  "audit.mark_moved",
  "update tenancy.audit_log set moved_at = coalesce(moved_at, now())",
);

/** Null: the log is where it was. */
export const findMoved = query<{ moved_at: Date; was: string | null; is: string }>(
  "audit.find_moved",
  `select coalesce(l.moved_at, now()) as moved_at, l.system_identifier as was, c.system_identifier::text as is
   from tenancy.audit_log l, pg_control_system() c
   where l.moved_at is not null
     or l.system_identifier <> c.system_identifier::text
     or pg_snapshot_xmax(pg_current_snapshot()) < pg_snapshot_xmax(l.taken)`,
);

export const rememberCluster = query(
  "audit.remember_cluster",
  `update tenancy.audit_log l set system_identifier = c.system_identifier::text
   from pg_control_system() c where l.system_identifier is null`,
);

/** Records in the tree whose transaction ids are of the other cluster: they must never look new again. */
export const settleTaken = query(
  "audit.settle_taken",
  `with held as materialized (
     select encode(substr(r.record_ids, i * 16 + 1, 16), 'hex')::uuid as id
     from tenancy.audit_runs r cross join lateral generate_series(0, r.length - 1) as i)
   update tenancy.audit_records r set xid = 3
   from held where held.id = r.id and r.xid > 3`,
);

/** Records that are in no batch yet become those of this transaction: the next pass takes them. */
export const adoptStrangers = query(
  "audit.adopt_strangers",
  `with held as materialized (
     select encode(substr(r.record_ids, i * 16 + 1, 16), 'hex')::uuid as id
     from tenancy.audit_runs r cross join lateral generate_series(0, r.length - 1) as i)
   update tenancy.audit_records r set xid = pg_current_xact_id()::text::bigint
   where not exists (select from held where held.id = r.id)`,
);

export const beginEpoch = query(
  "audit.begin_epoch",
  `update tenancy.audit_log l
   set taken = pg_current_snapshot(), target = null, at_xid = -1, at_id = '00000000-0000-0000-0000-000000000000',
     system_identifier = c.system_identifier::text, moved_at = null
   from pg_control_system() c`,
);

/** Whether the database stands in another cluster than its log; that is kept until somebody resumes it. */
export async function noticeMove(pool: pg.Pool): Promise<boolean> {
  await exec(pool, rememberCluster);
  if (!(await maybe(pool, findMoved))) return false;
  await exec(pool, markMoved);
  return true;
}

export interface Resumed {
  /** Leaves of the tree that it goes on from. */
  readonly size: number;
  /** Records that were in no checkpoint yet. */
  readonly adopted: number;
}

/**
 * Goes on in the cluster that the database was restored into: transaction ids count anew, so what is in the tree and
 * what is not is told by the tree itself. A person says that the restore is meant; the log records who. The tree goes
 * on, so any checkpoint that is newer than the backup, and was kept elsewhere, still shows what was lost.
 *
 * @throws audit.not_moved
 */
export async function resumeLog(pool: pg.Pool, by: Actor): Promise<Resumed> {
  return withTx(pool, async (tx) => {
    await tx.query({ text: "set transaction isolation level repeatable read" });
    const log = await one(tx, lockLog);
    const moved = await maybe(tx, findMoved);
    if (!moved) throw auditError("audit.not_moved");
    await one(tx, allowUpkeep);
    const settled = await exec(tx, settleTaken);
    const adopted = await exec(tx, adoptStrangers);
    await exec(tx, beginEpoch);
    await recordEpoch(tx, by, { size: Number(log.size), settled, adopted, was: moved.was, is: moved.is });
    return { size: Number(log.size), adopted };
  });
}

async function recordEpoch(tx: Tx, by: Actor, detail: Record<string, unknown>): Promise<void> {
  const checkpoint = await maybe(tx, findCheckpoint, [null]);
  const root = checkpoint?.root.toString("base64") ?? null;
  await recordEvent(tx, by, "audit.epoch_opened", null, { ...detail, root });
}
