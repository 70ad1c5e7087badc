import type pg from "pg";
import { maybe, one } from "../db/sql.ts";
import { withTx } from "../db/tx.ts";
import { PLATFORM_CHAIN } from "./leaf.ts";
import { type Actor, recordEvent } from "./record.ts";
import { findPrunedBefore, findSettings, type SettingsRow, upsertSettings } from "./search-store.ts";

export interface AuditSettings {
  /** `strict`: an answer waits until its record is durable. `relaxed`: it does not; a crash may lose the last ones. */
  readonly reads: "strict" | "relaxed";
  /** Legal hold: retention removes nothing since then, and nothing that was there. */
  readonly hold: { readonly since: Date; readonly reason: string } | null;
}

/** Of a tenant; null: of the platform's own records. */
export async function readSettings(pool: pg.Pool, tenantId: string | null): Promise<AuditSettings> {
  const row = await maybe(pool, findSettings, [tenantId ?? PLATFORM_CHAIN]);
  return row ? fromRow(row) : { reads: "strict", hold: null };
}

/** Up to when retention removed records; null: it removed none. */
export async function readPrunedBefore(pool: pg.Pool): Promise<Date | null> {
  return (await maybe(pool, findPrunedBefore))?.pruned_before ?? null;
}

export async function changeSettings(
  pool: pg.Pool,
  tenantId: string | null,
  change: {
    readonly reads?: "strict" | "relaxed" | undefined;
    readonly holdReason?: string | null | undefined;
  },
  by: Actor,
): Promise<AuditSettings> {
  return withTx(pool, async (tx) => {
    const row = await maybe(tx, findSettings, [tenantId ?? PLATFORM_CHAIN]);
    const reads = change.reads ?? row?.reads ?? "strict";
    const reason = change.holdReason === undefined ? (row?.held_reason ?? null) : change.holdReason;
    const changed = await one(tx, upsertSettings, [tenantId ?? PLATFORM_CHAIN, reads, reason]);
    const state = (it: SettingsRow | undefined) => ({
      reads: it?.reads ?? "strict",
      holdReason: it?.held_reason ?? null,
    });
    const states = { of: "audit_settings", before: state(row), after: state(changed) };
    const detail = { reads, holdReason: reason };
    await recordEvent(tx, by, "audit.settings_changed", tenantId, detail, { states });
    return fromRow(changed);
  });
}

function fromRow({ reads, held_at, held_reason }: SettingsRow): AuditSettings {
  return { reads, hold: held_at && held_reason !== null ? { since: held_at, reason: held_reason } : null };
}
