import type pg from "pg";
import { type Actor, recordEvent } from "../audit/record.ts";
import type { Clock } from "../base/clock.ts";
import { exec, maybe, query } from "../db/sql.ts";
import { withTx } from "../db/tx.ts";
import { announceRevocation } from "./revocations.ts";

export const findSignInRules = query<{ mfa_required: boolean }>(
  "identity.find_sign_in_rules",
  `select mfa_required from tenancy.sign_in_rules where tenant_id = $1::uuid`,
);

export const upsertSignInRules = query(
  "identity.upsert_sign_in_rules",
  `insert into tenancy.sign_in_rules (tenant_id, mfa_required, updated_at)
   values ($1::uuid, $2::boolean, $3::timestamptz)
   on conflict (tenant_id) do update set mfa_required = excluded.mfa_required, updated_at = excluded.updated_at`,
);

/** What a tenant demands of its members' sessions. */
export interface SignInRules {
  /** A second factor must have been used in the session, however it was opened. */
  readonly mfaRequired: boolean;
}

export async function readSignInRules(pool: pg.Pool, tenantId: string): Promise<SignInRules> {
  return { mfaRequired: (await maybe(pool, findSignInRules, [tenantId]))?.mfa_required ?? false };
}

/** Holds from the next request of every member on, in sessions that are open too. */
export async function changeSignInRules(
  parts: { readonly pool: pg.Pool; readonly clock: Clock },
  tenantId: string,
  rules: SignInRules,
  by: Actor,
): Promise<void> {
  await withTx(parts.pool, async (tx) => {
    await exec(tx, upsertSignInRules, [tenantId, rules.mfaRequired, parts.clock.now()]);
    await announceRevocation(tx, "tenant", tenantId);
    await recordEvent(tx, by, "tenant.sign_in_rules_changed", tenantId, { ...rules });
  });
}
