import { query } from "../db/sql.ts";
import type { Locale } from "./principal.ts";

/** Times come from the caller's clock, never from the server's: tests turn it, and cells may differ. */

export interface OperatorContactRow {
  id: string;
  name: string;
  email: string | null;
  locale: Locale;
}

export const upsertOperator = query<OperatorContactRow>(
  "identity.upsert_operator",
  `insert into tenancy.operators as o (id, name, email, locale)
   values ($1::uuid, $2::text, $3::text, coalesce($4::text, 'en'))
   on conflict (name) do update set email = coalesce($3::text, o.email), locale = coalesce($4::text, o.locale)
   returning id, name, email, locale`,
);

/** Locked, so that of two changes each is told to the address that it took the place of. */
export const lockOperatorContact = query<OperatorContactRow>(
  "identity.lock_operator_contact",
  `select id, name, email, locale from tenancy.operators where name = $1::text for update`,
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
