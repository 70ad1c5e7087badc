import type pg from "pg";
import type { Outcome } from "../audit/body.ts";
import { type Actor, recordEvent } from "../audit/record.ts";
import { withTx } from "../db/tx.ts";

/** Refused because of who asks, or answered as if nothing were there: the log does not tell the two apart either. */
const DENIED_STATUSES = new Set([401, 403, 404, 410, 421, 429]);

/** Refusals of somebody who is known there: the gate itself records them, with the policies that decided. */
const RECORDED_CODES: ReadonlySet<string> = new Set([
  "access.denied",
  "access.step_up",
  "access.address_refused",
  "session.mfa_required",
  "session.staff_mfa_required",
]);

export function outcomeOf(status: number): Outcome {
  if (status < 400) return "allowed";
  return DENIED_STATUSES.has(status) ? "denied" : "failed";
}

export function isRecordedDenial(code: string): boolean {
  return RECORDED_CODES.has(code);
}

export interface Denial {
  readonly by: Actor;
  readonly tenantId: string | null;
  readonly method: string;
  /** As it is declared, without what people looked for. */
  readonly route: string;
  readonly code: string;
  readonly permission?: unknown;
  readonly reasons?: unknown;
  readonly policies: readonly string[];
}

export async function recordDenial(pool: pg.Pool, denial: Denial): Promise<void> {
  const { by, tenantId, policies, ...detail } = denial;
  await withTx(pool, (tx) =>
    recordEvent(tx, by, "access.denied", tenantId, detail, { outcome: "denied", policies }),
  );
}
