import type pg from "pg";
import { type Actor, recordEvent } from "../audit/record.ts";
import type { Clock } from "../base/clock.ts";
import { exec, many, maybe, one, type Queryable } from "../db/sql.ts";
import { withTx } from "../db/tx.ts";
import { supportError } from "./errors.ts";
import { deleteSettings, endStandingVisits, findSettings, lockVisits, upsertSettings } from "./store.ts";
import { consentProblems, type StandingConsent } from "./visit.ts";

/** Null: the tenant is asked each time. */
export async function readConsent(
  { pool }: { readonly pool: Queryable },
  tenantId: string,
): Promise<(StandingConsent & { readonly consentedBy: string }) | null> {
  const row = await maybe(pool, findSettings, [tenantId]);
  if (!row) return null;
  return {
    scope: row.scope,
    durationMinutesMax: row.minutes_max,
    days: row.days,
    from: row.from_time,
    to: row.to_time,
    until: row.until,
    consentedBy: row.consented_by,
  };
}

/**
 * Gives a standing consent, changes it, or takes it back (null). Visits that it alone carries end with any change: they
 * were consented to in other words. Throws support.settings_invalid with all faults.
 */
export async function changeConsent(
  parts: { readonly pool: pg.Pool; readonly clock: Clock },
  tenantId: string,
  consent: StandingConsent | null,
  by: Actor,
): Promise<void> {
  const problems = consent ? consentProblems(consent) : [];
  if (problems.length > 0) throw supportError("support.settings_invalid", {}, { problems });
  const now = parts.clock.now();
  await withTx(parts.pool, async (tx) => {
    // A request that is under way is over first, and ends with this change; a later one reads what it says.
    await one(tx, lockVisits, [tenantId, now]);
    const before = await readConsent({ pool: tx }, tenantId);
    if (consent) {
      const { scope, durationMinutesMax, days, from, to, until } = consent;
      const values = [tenantId, scope, durationMinutesMax, days, from, to, until, by.actor, now];
      await exec(tx, upsertSettings, values);
    } else await exec(tx, deleteSettings, [tenantId]);
    const ended = await many(tx, endStandingVisits, [tenantId, now, by.actor]);
    const detail = { consent, ended: ended.map(({ id }) => id) };
    const after = await readConsent({ pool: tx }, tenantId);
    const states = { of: "support_settings", before: stateOf(before), after: stateOf(after) };
    await recordEvent(tx, by, "support.settings_changed", tenantId, detail, { states });
  });
}

function stateOf(consent: (StandingConsent & { readonly consentedBy: string }) | null) {
  return consent && { ...consent, until: consent.until?.toISOString() ?? null };
}
