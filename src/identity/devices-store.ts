import { query } from "../db/sql.ts";

/** The browser has a new token from here on, whoever signs in with it: a copy of the old one is worth nothing. */
export const renewDevice = query<{ user_id: string; provider: string; created_at: Date }>(
  "identity.renew_device",
  `update tenancy.known_devices
   set token_hash = $2::bytea,
     last_used_at = case when user_id = $3::uuid then $4::timestamptz else last_used_at end
   where token_hash = $1::bytea and last_used_at > $5::timestamptz
   returning user_id, provider, created_at`,
);

/** All that they ever had, and those that came since $2. */
export const countDevices = query<{ total: number; lately: number }>(
  "identity.count_devices",
  `select count(*)::int as total, (count(*) filter (where created_at > $2::timestamptz))::int as lately
   from tenancy.known_devices where user_id = $1::uuid`,
);

export const insertDevice = query(
  "identity.insert_device",
  `insert into tenancy.known_devices (user_id, token_hash, provider, device, created_at, last_used_at)
   values ($1::uuid, $2::bytea, $3::text, $4::text, $5::timestamptz, $5::timestamptz)`,
);

/** Those that rested longest, beyond the newest $2. */
export const deleteSurplusDevices = query(
  "identity.delete_surplus_devices",
  `delete from tenancy.known_devices
   where user_id = $1::uuid and (token_hash, provider) in (
     select token_hash, provider from tenancy.known_devices where user_id = $1::uuid
     order by last_used_at desc, token_hash, provider offset $2::int)`,
);

/** No browser has their token any more. The rows stay: the next sign-in is not somebody's first. */
export const forgetDevices = query(
  "identity.forget_devices",
  `update tenancy.known_devices set token_hash = sha256(uuid_send(gen_random_uuid())) where user_id = $1::uuid`,
);

export const deleteOldDevices = query(
  "identity.delete_old_devices",
  `delete from tenancy.known_devices where last_used_at < $1::timestamptz`,
);
