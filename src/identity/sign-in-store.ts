import { query } from "../db/sql.ts";
import type { Locale } from "./principal.ts";

export interface SignerRow {
  id: string;
  kind: "user" | "operator";
  /** Null: an operator whom no mail reaches. */
  email: string | null;
  name: string;
  locale: Locale;
  status: "active" | "disabled";
  password_hash: string | null;
  has_totp: boolean;
  passkeys: number;
  recovery_codes: number;
}

const SIGNER = `select u.id, u.kind, u.email, u.name, u.locale, u.status, u.password_hash,
     exists (select 1 from tenancy.user_totps t where t.user_id = u.id and t.confirmed_at is not null) as has_totp,
     (select count(*) from tenancy.passkeys p where p.user_id = u.id)::int as passkeys,
     (select count(*) from tenancy.recovery_codes r where r.user_id = u.id and r.used_at is null)::int as recovery_codes`;
const USER = "select id, 'user' as kind, email, name, locale, status, password_hash from tenancy.users";

/** A user, or an operator: they have factors alike, but an operator no password. */
export const findSigner = query<SignerRow>(
  "identity.find_signer",
  `${SIGNER}
   from (${USER} where id = $1::uuid
     union all
     select id, 'operator', email, name, locale, 'active', null from tenancy.operators where id = $1::uuid) u`,
);

/** Users alone: an operator's address names nobody at a sign-in. */
export const findSignerByEmail = query<SignerRow & { email: string }>(
  "identity.find_signer_by_email",
  `${SIGNER} from (${USER} where email = $1::text) u`,
);

export const setPassword = query(
  "identity.set_password",
  `update tenancy.users
   set password_hash = $2::text, password_changed_at = $3::timestamptz, updated_at = $3::timestamptz
   where id = $1::uuid`,
);

/** The same password under new parameters: only if it is still the one that was verified. */
export const rehashPassword = query(
  "identity.rehash_password",
  `update tenancy.users set password_hash = $3::text where id = $1::uuid and password_hash = $2::text`,
);

export const insertUserLink = query(
  "identity.insert_user_link",
  `insert into tenancy.user_links (token_hash, user_id, expires_at) values ($1::bytea, $2::uuid, $3::timestamptz)`,
);

/** Those that still work. */
export const countUserLinks = query<{ n: number }>(
  "identity.count_user_links",
  `select count(*)::int as n from tenancy.user_links where user_id = $1::uuid and expires_at > $2::timestamptz`,
);

/** Two browsers with one link: one of them deletes the row. */
export const takeUserLink = query<{ user_id: string }>(
  "identity.take_user_link",
  `delete from tenancy.user_links where token_hash = $1::bytea and expires_at > $2::timestamptz returning user_id`,
);

/** All of a user's, or all that are over. */
export const deleteUserLinks = query(
  "identity.delete_user_links",
  `delete from tenancy.user_links where user_id = $1::uuid or expires_at < $2::timestamptz`,
);

export interface CeremonyRow {
  kind: "second_factor" | "passkey" | "enrol" | "step_up";
  user_id: string | null;
  amr: string[];
  challenge: string | null;
  attempts: number;
}

export const insertCeremony = query(
  "identity.insert_ceremony",
  `insert into tenancy.ceremonies (token_hash, kind, user_id, amr, challenge, expires_at)
   values ($1::bytea, $2::text, $3::uuid, $4::text[], $5::text, $6::timestamptz)`,
);

export const findCeremony = query<CeremonyRow>(
  "identity.find_ceremony",
  `select kind, user_id, amr, challenge, attempts from tenancy.ceremonies
   where token_hash = $1::bytea and kind = $2::text and expires_at > $3::timestamptz`,
);

/** Counts a try before it is looked at, so that tries side by side are counted too. */
export const tryCeremony = query<CeremonyRow>(
  "identity.try_ceremony",
  `update tenancy.ceremonies set attempts = attempts + 1
   where token_hash = $1::bytea and kind = $2::text and expires_at > $3::timestamptz and attempts < $4::int
   returning kind, user_id, amr, challenge, attempts`,
);

export const setChallenge = query(
  "identity.set_challenge",
  `update tenancy.ceremonies set challenge = $2::text where token_hash = $1::bytea`,
);

/** Ends it: once, whoever comes first. */
export const takeCeremony = query<CeremonyRow>(
  "identity.take_ceremony",
  `delete from tenancy.ceremonies
   where token_hash = $1::bytea and kind = $2::text and expires_at > $3::timestamptz
   returning kind, user_id, amr, challenge, attempts`,
);

export const deleteOldCeremonies = query(
  "identity.delete_old_ceremonies",
  `delete from tenancy.ceremonies where expires_at < $1::timestamptz`,
);

/**
 * Counts a try and says when the next one is free; no row when this one came too soon. Tries at the same moment
 * follow each other on the row. $3 tries are free, then the pause doubles from $4 ms up to $5 ms.
 */
export const takeTry = query<{ tries: number }>(
  "identity.take_try",
  `insert into tenancy.sign_in_delays as d (subject, tries, free_at, last_at)
   values ($1::bytea, 1, $2::timestamptz, $2::timestamptz)
   on conflict (subject) do update
     set tries = case when d.last_at < $2::timestamptz - interval '1 day' then 1 else d.tries + 1 end,
       free_at = $2::timestamptz + case when d.last_at < $2::timestamptz - interval '1 day' or d.tries + 1 < $3::int then interval '0'
         else make_interval(secs => least($5::float8, $4::float8 * 2 ^ least(d.tries + 1 - $3::int, 40)) / 1000) end,
       last_at = $2::timestamptz
     where d.free_at <= $2::timestamptz
   returning tries`,
);

export const findDelay = query<{ free_at: Date }>(
  "identity.find_delay",
  `select free_at from tenancy.sign_in_delays where subject = $1::bytea`,
);

export const forgiveTries = query(
  "identity.forgive_tries",
  `delete from tenancy.sign_in_delays where subject = any($1::bytea[])`,
);

/** Where somebody has signed in before: a row without tries. */
export const insertKnown = query(
  "identity.insert_known",
  `insert into tenancy.sign_in_delays (subject, tries, free_at, last_at)
   values ($1::bytea, 0, $2::timestamptz, $2::timestamptz)
   on conflict (subject) do update set last_at = excluded.last_at`,
);

export const findKnown = query<{ is_known: boolean }>(
  "identity.find_known",
  `select exists (select 1 from tenancy.sign_in_delays where subject = $1::bytea) as is_known`,
);

/** A day without a try forgets the tries ($1); a month without a sign-in, where it came from ($2). */
export const deleteOldDelays = query(
  "identity.delete_old_delays",
  `delete from tenancy.sign_in_delays
   where last_at < case when tries = 0 then $2::timestamptz else $1::timestamptz end`,
);
