import { query } from "../db/sql.ts";

/** Replaces one that was never confirmed; one in use stays. */
export const insertTotp = query<{ user_id: string }>(
  "identity.insert_totp",
  `insert into tenancy.user_totps as t (user_id, sealed, created_at)
   values ($1::uuid, $2::bytea, $3::timestamptz)
   on conflict (user_id) do update set sealed = excluded.sealed, created_at = excluded.created_at, last_step = 0
     where t.confirmed_at is null
   returning user_id`,
);

export interface TotpRow {
  sealed: Buffer;
  confirmed_at: Date | null;
  created_at: Date;
}

export const findTotp = query<TotpRow>(
  "identity.find_totp",
  `select sealed, confirmed_at, created_at from tenancy.user_totps where user_id = $1::uuid`,
);

/** Spends a step and all before it: of two who bring the same code, one finds it spent. */
export const spendStep = query(
  "identity.spend_step",
  `update tenancy.user_totps set last_step = $2::bigint
   where user_id = $1::uuid and last_step < $2::bigint and confirmed_at is not null`,
);

export const confirmTotp = query(
  "identity.confirm_totp",
  `update tenancy.user_totps set last_step = $2::bigint, confirmed_at = $3::timestamptz
   where user_id = $1::uuid and confirmed_at is null`,
);

export const deleteTotp = query(
  "identity.delete_totp",
  `delete from tenancy.user_totps where user_id = $1::uuid`,
);

export interface PasskeyRow {
  id: string;
  user_id: string;
  public_key: Buffer;
  counter: string;
  transports: string[];
  name: string;
  is_backed_up: boolean;
  created_at: Date;
  last_used_at: Date | null;
}

const PASSKEY = "id, user_id, public_key, counter, transports, name, is_backed_up, created_at, last_used_at";

export const listPasskeys = query<PasskeyRow>(
  "identity.list_passkeys",
  `select ${PASSKEY} from tenancy.passkeys where user_id = $1::uuid order by created_at, id`,
);

export const findPasskey = query<PasskeyRow>(
  "identity.find_passkey",
  `select ${PASSKEY} from tenancy.passkeys where id = $1::text`,
);

/** None when the authenticator is somebody's already. */
export const insertPasskey = query<PasskeyRow>(
  "identity.insert_passkey",
  `insert into tenancy.passkeys (id, user_id, public_key, counter, transports, name, is_backed_up, created_at)
   values ($1::text, $2::uuid, $3::bytea, $4::bigint, $5::text[], $6::text, $7::boolean, $8::timestamptz)
   on conflict (id) do nothing
   returning ${PASSKEY}`,
);

/** A counter that does not grow is a copy's (WebAuthn 7.2, step 22); authenticators without one stay at 0. */
export const usePasskey = query(
  "identity.use_passkey",
  `update tenancy.passkeys set counter = $2::bigint, is_backed_up = $3::boolean, last_used_at = $4::timestamptz
   where id = $1::text and (counter < $2::bigint or (counter = 0 and $2::bigint = 0))`,
);

export const deletePasskey = query<{ name: string }>(
  "identity.delete_passkey",
  `delete from tenancy.passkeys where id = $1::text and user_id = $2::uuid returning name`,
);

export const deleteRecoveryCodes = query(
  "identity.delete_recovery_codes",
  `delete from tenancy.recovery_codes where user_id = $1::uuid`,
);

export const insertRecoveryCodes = query(
  "identity.insert_recovery_codes",
  `insert into tenancy.recovery_codes (user_id, code_hash, created_at)
   select $1::uuid, code, $3::timestamptz from unnest($2::bytea[]) code`,
);

/** Of two who bring the same code, one finds it used. */
export const useRecoveryCode = query(
  "identity.use_recovery_code",
  `update tenancy.recovery_codes set used_at = $3::timestamptz
   where user_id = $1::uuid and code_hash = $2::bytea and used_at is null`,
);
