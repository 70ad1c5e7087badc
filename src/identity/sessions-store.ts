import { query } from "../db/sql.ts";
import type { Locale } from "./principal.ts";

export const insertSession = query<{ id: string }>(
  "identity.insert_session",
  `insert into tenancy.sessions (token_hash, id, operator_id, user_id, amr, authenticated_at, mfa_at, device, ip,
     created_at, last_used_at, expires_at, device_since)
   values ($1::bytea, $2::uuid, $3::uuid, $4::uuid, $5::text[], $8::timestamptz, $6::timestamptz, $7::text, $10::text,
     $8::timestamptz, $8::timestamptz, $9::timestamptz, $11::timestamptz)
   returning id`,
);

export interface SessionRow {
  id: string;
  operator_id: string | null;
  user_id: string | null;
  name: string;
  email: string | null;
  locale: Locale | null;
  amr: string[];
  authenticated_at: Date;
  mfa_at: Date | null;
  last_used_at: Date;
  expires_at: Date;
  device_since: Date | null;
}

/** A disabled user has none. */
export const findSession = query<SessionRow>(
  "identity.find_session",
  `select s.id, s.operator_id, s.user_id, coalesce(o.name, u.name) as name, u.email, u.locale, s.amr,
     s.authenticated_at, s.mfa_at, s.last_used_at, s.expires_at, s.device_since
   from tenancy.sessions s
   left join tenancy.operators o on o.id = s.operator_id
   left join tenancy.users u on u.id = s.user_id
   where s.token_hash = $1::bytea and (u.id is null or u.status = 'active')`,
);

export const touchSession = query(
  "identity.touch_session",
  `update tenancy.sessions set last_used_at = $2::timestamptz
   where token_hash = $1::bytea and last_used_at < $2::timestamptz`,
);

export const deleteSession = query<{ id: string; operator_id: string | null; user_id: string | null }>(
  "identity.delete_session",
  `delete from tenancy.sessions where token_hash = $1::bytea returning id, operator_id, user_id`,
);

/** Over: past the absolute end ($1), or without a request since $2. */
export const deleteOldSessions = query(
  "identity.delete_old_sessions",
  `delete from tenancy.sessions where expires_at < $1::timestamptz or last_used_at < $2::timestamptz`,
);

/** Those of a user that rested longest, beyond the newest $2. */
export const deleteSurplusSessions = query<{ id: string }>(
  "identity.delete_surplus_sessions",
  `delete from tenancy.sessions
   where user_id = $1::uuid and id in (
     select id from tenancy.sessions where user_id = $1::uuid order by last_used_at desc, id desc offset $2::int)
   returning id`,
);

export interface DeviceRow {
  id: string;
  device: string;
  ip: string;
  amr: string[];
  mfa_at: Date | null;
  created_at: Date;
  last_used_at: Date;
  expires_at: Date;
}

/** Live ones of a user or an operator, last used first. @param $5 Only those of these providers; null: all. */
export const listUserSessions = query<DeviceRow>(
  "identity.list_user_sessions",
  `select id, device, ip, amr, mfa_at, created_at, last_used_at, expires_at
   from tenancy.sessions
   where (user_id = $1::uuid or operator_id = $1::uuid) and expires_at > $2::timestamptz and last_used_at > $3::timestamptz
     and ($5::text[] is null or amr && $5::text[])
   order by last_used_at desc, id
   limit $4::int`,
);

export const deleteUserSession = query<{ id: string; device: string }>(
  "identity.delete_user_session",
  `delete from tenancy.sessions
   where (user_id = $1::uuid or operator_id = $1::uuid) and id = $2::uuid and ($3::text[] is null or amr && $3::text[])
   returning id, device`,
);

/** All of a user's but one ($2; null: all). */
export const deleteUserSessions = query<{ id: string; operator_id: string | null }>(
  "identity.delete_user_sessions",
  `delete from tenancy.sessions
   where (user_id = $1::uuid or operator_id = $1::uuid) and ($2::uuid is null or id <> $2::uuid) and ($3::text[] is null or amr && $3::text[])
   returning id, operator_id`,
);

/**
 * A factor was used in this session: a new token, so that one seen before it is worth nothing after it. What a provider
 * said of the browser does not count any more: from here on the session may be the person's own, in all tenants.
 */
export const strengthenSession = query<{ expires_at: Date }>(
  "identity.strengthen_session",
  `update tenancy.sessions
   set token_hash = $2::bytea,
     amr = (select array_agg(distinct m) from unnest(amr || $3::text[]) m),
     authenticated_at = $4::timestamptz,
     mfa_at = case when $5::boolean then $4::timestamptz else mfa_at end,
     device_since = case when not 'sso' = any (amr) then device_since end,
     last_used_at = $4::timestamptz
   where id = $1::uuid and expires_at > $4::timestamptz
   returning expires_at`,
);
