import { query } from "../db/sql.ts";

/** Of any number of requests with one key, one gets it. */
export const claimKey = query(
  "http.claim_key",
  `insert into tenancy.idempotency_keys (principal, key, request_hash, created_at)
   values ($1::text, $2::text, $3::bytea, $4::timestamptz)
   on conflict on constraint idempotency_keys_pkey do nothing`,
);

export const findKey = query<{
  request_hash: Buffer;
  status: number | null;
  response: unknown;
  created_at: Date;
}>(
  "http.find_key",
  `select request_hash, status, response, created_at
   from tenancy.idempotency_keys
   where principal = $1::text and key = $2::text`,
);

export const settleKey = query(
  "http.settle_key",
  `update tenancy.idempotency_keys set status = $3::int, response = $4::jsonb
   where principal = $1::text and key = $2::text`,
);

export const freeKey = query(
  "http.free_key",
  `delete from tenancy.idempotency_keys where principal = $1::text and key = $2::text and status is null`,
);

export const deleteOldKeys = query<{ swept: number }>(
  "http.delete_old_keys",
  `with swept as (
     delete from tenancy.idempotency_keys where created_at < $1::timestamptz returning 1)
   select count(*)::int as swept from swept`,
);

export const pingDatabase = query<{ ok: number }>("http.ping", `select 1 as ok`);
