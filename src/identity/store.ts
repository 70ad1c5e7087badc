import { query } from "../db/sql.ts";

/** Times come from the caller's clock, never from the server's: tests turn it, and cells may differ. */

export const upsertOperator = query<{ id: string; name: string }>(
  "identity.upsert_operator",
  `insert into tenancy.operators (id, name)
   values ($1::uuid, $2::text)
   on conflict (name) do update set name = excluded.name
   returning id, name`,
);

export const insertLink = query(
  "identity.insert_link",
  `insert into tenancy.operator_links (token_hash, operator_id, expires_at)
   values ($1::bytea, $2::uuid, $3::timestamptz)`,
);

/** Two sign-ins with one link: the row lock lets the first through, the second finds it used. */
export const useLink = query<{ operator_id: string; name: string }>(
  "identity.use_link",
  `update tenancy.operator_links l
   set used_at = $2::timestamptz
   from tenancy.operators o
   where l.token_hash = $1::bytea and l.used_at is null and l.expires_at > $2::timestamptz and o.id = l.operator_id
   returning l.operator_id, o.name`,
);

export const deleteOldLinks = query(
  "identity.delete_old_links",
  `delete from tenancy.operator_links where expires_at < $1::timestamptz`,
);

export const insertSession = query(
  "identity.insert_session",
  `insert into tenancy.sessions (token_hash, operator_id, created_at, last_used_at, expires_at)
   values ($1::bytea, $2::uuid, $3::timestamptz, $3::timestamptz, $4::timestamptz)`,
);

export interface SessionRow {
  operator_id: string;
  name: string;
  last_used_at: Date;
  expires_at: Date;
}

export const findSession = query<SessionRow>(
  "identity.find_session",
  `select s.operator_id, o.name, s.last_used_at, s.expires_at
   from tenancy.sessions s
   join tenancy.operators o on o.id = s.operator_id
   where s.token_hash = $1::bytea`,
);

export const touchSession = query(
  "identity.touch_session",
  `update tenancy.sessions set last_used_at = $2::timestamptz
   where token_hash = $1::bytea and last_used_at < $2::timestamptz`,
);

export const deleteSession = query<{ operator_id: string }>(
  "identity.delete_session",
  `delete from tenancy.sessions where token_hash = $1::bytea returning operator_id`,
);

/** Over: past the absolute end ($1), or without a request since $2. */
export const deleteOldSessions = query(
  "identity.delete_old_sessions",
  `delete from tenancy.sessions where expires_at < $1::timestamptz or last_used_at < $2::timestamptz`,
);

export interface ApiKeyRow {
  id: string;
  name: string;
  prefix: string;
  created_at: Date;
  last_used_at: Date | null;
  expires_at: Date | null;
}

const KEY_COLUMNS = "id, name, prefix, created_at, last_used_at, expires_at";

export const insertApiKey = query<ApiKeyRow>(
  "identity.insert_api_key",
  `insert into tenancy.api_keys (id, name, prefix, key_hash, created_by, created_at, expires_at)
   values ($1::uuid, $2::text, $3::text, $4::bytea, $5::text, $6::timestamptz, $7::timestamptz)
   returning ${KEY_COLUMNS}`,
);

export const findApiKey = query<ApiKeyRow>(
  "identity.find_api_key",
  `select ${KEY_COLUMNS} from tenancy.api_keys where key_hash = $1::bytea`,
);

/** Newest first. */
export const listApiKeys = query<ApiKeyRow>(
  "identity.list_api_keys",
  `select ${KEY_COLUMNS} from tenancy.api_keys order by id desc limit $1::int`,
);

export const touchApiKey = query(
  "identity.touch_api_key",
  `update tenancy.api_keys set last_used_at = $2::timestamptz
   where id = $1::uuid and (last_used_at is null or last_used_at < $2::timestamptz)`,
);

export const deleteApiKey = query<{ name: string; prefix: string }>(
  "identity.delete_api_key",
  `delete from tenancy.api_keys where id = $1::uuid returning name, prefix`,
);
