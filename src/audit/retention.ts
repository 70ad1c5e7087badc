import type pg from "pg";
import { exec, many, one, query } from "../db/sql.ts";
import { withAdvisoryLock, withTx } from "../db/tx.ts";
import { lowId } from "./export.ts";
import { LOST_AFTER_S, PRUNE_BATCH } from "./limits.ts";
import { recordEvent } from "./record.ts";
import { ensureMonths } from "./store.ts";
import { claimLostBoots, lastNumberOf } from "./writer-store.ts";

/** Only what is in the tree, and nothing of whom a legal hold protects. Their hashes stay in runs and tiles. */
export const deleteOldRecords = query(
  "audit.delete_old_records",
  `with doomed as (
     select r.id
     from tenancy.audit_records r, tenancy.audit_log l
     where r.id < $1::uuid
       and pg_visible_in_snapshot(r.xid::text::xid8, l.taken)
       and not exists (
         select from tenancy.audit_settings s
         where s.held_at is not null
           and s.tenant_id = coalesce(r.tenant_id, '00000000-0000-0000-0000-000000000000'))
     order by r.id
     limit $2::int)
   delete from tenancy.audit_records r using doomed where r.id = doomed.id`,
);

export const allowUpkeep = query<{ set_config: string }>(
  "audit.allow_upkeep",
  "select set_config('tenancy.audit_upkeep', 'on', true)",
);

export const updatePrunedBefore = query(
  "audit.update_pruned_before",
  "update tenancy.audit_log set pruned_before = greatest(pruned_before, $1::timestamptz)",
);

/** Of a day and older one checkpoint an hour stays, and each that a witness cosigned. */
export const deleteOldCheckpoints = query(
  "audit.delete_old_checkpoints",
  `delete from tenancy.audit_checkpoints c
   where c.signed_at < now() - interval '1 day'
     and not exists (select from tenancy.audit_cosignatures s where s.size = c.size)
     and exists (
       select from tenancy.audit_checkpoints n
       where n.size > c.size and date_trunc('hour', n.signed_at) = date_trunc('hour', c.signed_at))`,
);

/** What the log needs now and then: months ahead, old records away, dead processes told. One process at a time. */
export async function keepAudit(pool: pg.Pool, now: Date, retentionDays: number): Promise<void> {
  await withAdvisoryLock(pool, "audit.upkeep", async () => {
    await many(pool, ensureMonths);
    await tellLost(pool);
    await exec(pool, deleteOldCheckpoints);
    await pruneRecords(pool, new Date(now.getTime() - retentionDays * 86_400_000));
  });
}

/** Removes records from before the cutoff; resolves to how many. What was removed is recorded. */
export async function pruneRecords(pool: pg.Pool, cutoff: Date): Promise<number> {
  let removed = 0;
  for (;;) {
    const count = await withTx(pool, async (tx) => {
      await one(tx, allowUpkeep);
      const gone = await exec(tx, deleteOldRecords, [lowId(cutoff), PRUNE_BATCH]);
      if (gone > 0) {
        await exec(tx, updatePrunedBefore, [cutoff]);
        const detail = { before: cutoff.toISOString(), count: gone };
        await recordEvent(tx, { actor: "system:retention" }, "audit.pruned", null, detail);
      }
      return gone;
    });
    removed += count;
    if (count < PRUNE_BATCH) return removed;
  }
}

/** A process that died may have lost the records behind its last number: that is recorded, once. */
async function tellLost(pool: pg.Pool): Promise<void> {
  await withTx(pool, async (tx) => {
    for (const { boot, beat_at, last_number } of await many(tx, claimLostBoots, [LOST_AFTER_S])) {
      const since = lowId(new Date(beat_at.getTime() - 60_000));
      const { last } = await one(tx, lastNumberOf, [boot, since]);
      const lastNumber = Math.max(Number(last ?? 0), Number(last_number));
      await recordEvent(
        tx,
        { actor: "system:audit" },
        "process.lost",
        null,
        { boot, lastNumber },
        { outcome: "failed" },
      );
    }
  });
}
