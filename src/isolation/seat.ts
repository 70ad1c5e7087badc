import { createHash, createHmac } from "node:crypto";
import type { Queryable } from "../db/sql.ts";
import { exec, many, query } from "../db/sql.ts";
import type { Tx } from "../db/tx.ts";
import type { RootKey } from "../keys/derive.ts";

/**
 * The seat: the proof, sent with each statement, that a message may act as a tenant. The token is an HMAC over
 * tenant and epoch, so every process can compute it and nobody has to store it; the database keeps its SHA-256.
 */
export function seatContext(rootKey: RootKey, tenantId: string, epoch: number): string {
  const token = createHmac("sha256", rootKey.derive("seat"))
    .update(`${tenantId}:${epoch}`)
    .digest("base64url");
  return `${tenantId}:${token}`;
}

export function hashSeat(context: string): Buffer {
  return createHash("sha256").update(context, "utf8").digest();
}

export const insertSeat = query(
  "isolation.insert_seat",
  `insert into tenancy.seats (seat_hash, tenant_id, epoch)
   values ($1::bytea, $2::uuid, $3::bigint)
   on conflict (seat_hash) do nothing`,
);

export const deleteOtherSeats = query(
  "isolation.delete_other_seats",
  `delete from tenancy.seats where tenant_id = $1::uuid and seat_hash <> $2::bytea`,
);

export const deleteSeats = query(
  "isolation.delete_seats",
  `delete from tenancy.seats where tenant_id = $1::uuid`,
);

/** All seats of one database; epoch 0 lives inside a migration's transaction alone. */
export const listSeats = query<{ tenant_id: string; epochs: string[] }>(
  "isolation.list_seats",
  `select tenant_id, array_agg(epoch order by epoch) as epochs from tenancy.seats where epoch > 0 group by tenant_id`,
);

/** Opens the tenant's rows in one database to the token of this epoch, and to no other. */
export async function installSeat(
  db: Queryable,
  rootKey: RootKey,
  tenantId: string,
  epoch: number,
): Promise<void> {
  const hash = hashSeat(seatContext(rootKey, tenantId, epoch));
  await exec(db, insertSeat, [hash, tenantId, epoch]);
  await exec(db, deleteOtherSeats, [tenantId, hash]);
}

export const deleteAllSeats = query(
  "isolation.delete_all_seats",
  `delete from tenancy.seats where epoch > 0`,
);

export const insertSeats = query(
  "isolation.insert_seats",
  `insert into tenancy.seats (seat_hash, tenant_id, epoch)
   select * from unnest($1::bytea[], $2::uuid[], $3::bigint[])`,
);

/**
 * After a change of the root key: whoever had a seat in this database has the one of the new key, of the same epoch.
 * Repeatable. To be called in a transaction.
 *
 * @returns how many seats there are
 */
export async function replaceSeats(tx: Tx, rootKey: RootKey): Promise<number> {
  const seats = (await many(tx, listSeats)).map(({ tenant_id, epochs }) => {
    const epoch = Number(epochs.at(-1));
    return { tenant_id, epoch, hash: hashSeat(seatContext(rootKey, tenant_id, epoch)) };
  });
  await exec(tx, deleteAllSeats);
  await exec(tx, insertSeats, [
    seats.map(({ hash }) => hash),
    seats.map(({ tenant_id }) => tenant_id),
    seats.map(({ epoch }) => epoch),
  ]);
  return seats.length;
}

/** Fences the tenant in one database: every statement of every process is refused from the next one on. */
export async function removeSeats(db: Queryable, tenantId: string): Promise<void> {
  await exec(db, deleteSeats, [tenantId]);
}
