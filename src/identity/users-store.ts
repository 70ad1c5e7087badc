import { query } from "../db/sql.ts";
import type { Locale } from "./principal.ts";

export interface UserRow {
  id: string;
  email: string;
  name: string;
  locale: Locale;
  status: "active" | "disabled";
  email_verified_at: Date | null;
  created_at: Date;
}

const COLUMNS = "id, email, name, locale, status, email_verified_at, created_at";

/** None when the address is taken. */
export const insertUser = query<UserRow>(
  "identity.insert_user",
  `insert into tenancy.users (id, email, name, locale, email_verified_at, created_at, updated_at)
   values ($1::uuid, $2::text, $3::text, $4::text, $5::timestamptz, $6::timestamptz, $6::timestamptz)
   on conflict (email) do nothing
   returning ${COLUMNS}`,
);

export const findUser = query<UserRow>(
  "identity.find_user",
  `select ${COLUMNS} from tenancy.users where id = $1::uuid`,
);

export const findUserByEmail = query<UserRow>(
  "identity.find_user_by_email",
  `select ${COLUMNS} from tenancy.users where email = $1::text`,
);

export const updateUser = query<UserRow>(
  "identity.update_user",
  `update tenancy.users
   set name = coalesce($2::text, name), locale = coalesce($3::text, locale), updated_at = $4::timestamptz
   where id = $1::uuid
   returning ${COLUMNS}`,
);

export const setUserStatus = query<UserRow>(
  "identity.set_user_status",
  `update tenancy.users set status = $2::text, updated_at = $3::timestamptz
   where id = $1::uuid and status <> $2::text
   returning ${COLUMNS}`,
);

export const verifyEmail = query(
  "identity.verify_email",
  `update tenancy.users set email_verified_at = $2::timestamptz where id = $1::uuid and email_verified_at is null`,
);

/** By address; the cursor is the last address of the page before. */
export const listUsers = query<UserRow>(
  "identity.list_users",
  `select ${COLUMNS} from tenancy.users
   where ($1::text is null or email > $1::text) and ($2::text is null or email ilike $2::text or name ilike $2::text)
   order by email limit $3::int`,
);
