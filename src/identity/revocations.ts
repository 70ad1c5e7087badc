import { exec, query } from "../db/sql.ts";
import type { Tx } from "../db/tx.ts";

export type RevocationKind = "session" | "user" | "operator" | "key" | "member" | "tenant";

export const insertRevocation = query(
  "identity.insert_revocation",
  `with noted as (insert into tenancy.revocations (kind, subject) values ($1::text, $2::text))
   select pg_notify('tenancy_revoked', $1::text || ' ' || $2::text)`,
);

export const deleteOldRevocations = query(
  "identity.delete_old_revocations",
  `delete from tenancy.revocations where at < $1::timestamptz`,
);

/**
 * Tells every process to forget what it remembers of a credential, in the transaction that changes it. Whoever
 * changes sessions, users, keys or memberships calls it; what a process may still believe after the commit ends
 * within FEED_STALE_MS (limits.ts).
 *
 * @param subject The id; of a member `<tenant>:<user>`.
 */
export async function announceRevocation(tx: Tx, kind: RevocationKind, subject: string): Promise<void> {
  await exec(tx, insertRevocation, [kind, subject]);
}
