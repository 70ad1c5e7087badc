import type pg from "pg";
import { type Actor, recordEvent } from "../audit/record.ts";
import type { Clock } from "../base/clock.ts";
import { maybe, one, type Queryable, query } from "../db/sql.ts";
import { withTx } from "../db/tx.ts";
import { RECOVERY_HOURS_DEFAULT } from "./limits.ts";
import { announceRevocation } from "./revocations.ts";

interface SignInRulesRow {
  mfa_required: boolean;
  recovery_hours: number;
  recovery_by_operators: boolean;
}

export const findSignInRules = query<SignInRulesRow>(
  "identity.find_sign_in_rules",
  `select mfa_required, recovery_hours, recovery_by_operators from tenancy.sign_in_rules where tenant_id = $1::uuid`,
);

/** What is not given (null) stays as it is. */
export const upsertSignInRules = query<SignInRulesRow>(
  "identity.upsert_sign_in_rules",
  `insert into tenancy.sign_in_rules as r (tenant_id, mfa_required, recovery_hours, recovery_by_operators, updated_at)
   values ($1::uuid, $2::boolean, coalesce($3::int, $6::int), coalesce($4::boolean, true), $5::timestamptz)
   on conflict (tenant_id) do update set mfa_required = excluded.mfa_required,
     recovery_hours = coalesce($3::int, r.recovery_hours),
     recovery_by_operators = coalesce($4::boolean, r.recovery_by_operators), updated_at = excluded.updated_at
   returning mfa_required, recovery_hours, recovery_by_operators`,
);

/** What a tenant demands of its members' sessions, and of their recovery. */
export interface SignInRules {
  /** A second factor must have been used in the session, however it was opened. */
  readonly mfaRequired: boolean;
  /** So long an approved recovery waits. */
  readonly recoveryHours: number;
  /** Staff may give one of its two approvals. */
  readonly recoveryByOperators: boolean;
}

/** What is left out stays as it is. */
export type SignInRulesChange = Pick<SignInRules, "mfaRequired"> & Partial<SignInRules>;

export async function readSignInRules(db: Queryable, tenantId: string): Promise<SignInRules> {
  const row = await maybe(db, findSignInRules, [tenantId]);
  if (row) return fromRow(row);
  return { mfaRequired: false, recoveryHours: RECOVERY_HOURS_DEFAULT, recoveryByOperators: true };
}

/** Holds from the next request of every member on, in sessions that are open too. */
export async function changeSignInRules(
  parts: { readonly pool: pg.Pool; readonly clock: Clock },
  tenantId: string,
  change: SignInRulesChange,
  by: Actor,
): Promise<SignInRules> {
  return withTx(parts.pool, async (tx) => {
    const before = await readSignInRules(tx, tenantId);
    const { mfaRequired, recoveryHours, recoveryByOperators } = change;
    const values = [mfaRequired, recoveryHours ?? null, recoveryByOperators ?? null];
    const row = await one(tx, upsertSignInRules, [
      tenantId,
      ...values,
      parts.clock.now(),
      RECOVERY_HOURS_DEFAULT,
    ]);
    await announceRevocation(tx, "tenant", tenantId);
    const after = fromRow(row);
    const states = { of: "sign_in_rules", before, after };
    await recordEvent(tx, by, "tenant.sign_in_rules_changed", tenantId, { ...change }, { states });
    return after;
  });
}

function fromRow(row: SignInRulesRow): SignInRules {
  return {
    mfaRequired: row.mfa_required,
    recoveryHours: row.recovery_hours,
    recoveryByOperators: row.recovery_by_operators,
  };
}
