import type pg from "pg";
import { exec } from "../db/sql.ts";
import { withTx } from "../db/tx.ts";
import { type Actor, recordEvent } from "./record.ts";
import type { verifyLive } from "./verify-live.ts";
import { updateVerified } from "./verify-store.ts";

/** Keeps when the log was verified in its own database and what came of it; the record of it is in the log. */
export async function recordVerification(
  pool: pg.Pool,
  { faults, records, size }: Pick<Awaited<ReturnType<typeof verifyLive>>, "faults" | "records" | "size">,
  by: Actor,
): Promise<void> {
  await withTx(pool, async (tx) => {
    await exec(tx, updateVerified, [faults.length]);
    const outcome = faults.length > 0 ? "failed" : "allowed";
    await recordEvent(tx, by, "audit.verified", null, { records, size, faults: faults.length }, { outcome });
  });
}
