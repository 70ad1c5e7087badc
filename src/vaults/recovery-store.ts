import { query } from "../db/sql.ts";

type Letters = Record<string, { enc: string; ciphertext: string }>;

export interface RecoveryRow {
  key_id: string;
  public_key: string;
  needed: number;
  shares: Letters;
  created_at: Date;
}

export const findRecovery = query<RecoveryRow>(
  "vaults.find_recovery",
  `select key_id, public_key, needed, shares, created_at from tenancy.vault_recoveries where tenant_id = $1::uuid`,
);

export const upsertRecovery = query(
  "vaults.upsert_recovery",
  `insert into tenancy.vault_recoveries (tenant_id, key_id, public_key, needed, shares, created_by, created_at)
   values ($1::uuid, $2::text, $3::text, $4::int, $5::jsonb, $6::uuid, $7::timestamptz)
   on conflict (tenant_id) do update
   set key_id = excluded.key_id, public_key = excluded.public_key, needed = excluded.needed, shares = excluded.shares,
       created_by = excluded.created_by, created_at = excluded.created_at`,
);

export interface RequestRow {
  id: string;
  user_id: string;
  email: string;
  key_id: string;
  public_key: string;
  recovery_key_id: string;
  approvals: Letters;
  created_at: Date;
  expires_at: Date;
}

export const insertRequest = query<{ id: string }>(
  "vaults.insert_request",
  `insert into tenancy.vault_recovery_requests
     (tenant_id, id, user_id, key_id, public_key, recovery_key_id, approvals, created_at, expires_at)
   values ($1::uuid, $2::uuid, $3::uuid, $4::text, $5::text, $6::text, '{}', $7::timestamptz, $8::timestamptz)
   returning id`,
);

/** One open request per person: a new one takes the place of the old. */
export const deleteRequests = query(
  "vaults.delete_requests",
  `delete from tenancy.vault_recovery_requests where tenant_id = $1::uuid and (user_id = $2::uuid or expires_at <= $3::timestamptz)`,
);

/** Those for the recovery key as it is now, newest first. */
export const listRequests = query<RequestRow>(
  "vaults.list_requests",
  `select r.id, r.user_id, u.email, r.key_id, r.public_key, r.recovery_key_id, r.approvals, r.created_at, r.expires_at
   from tenancy.vault_recovery_requests r
   join tenancy.vault_recoveries v on v.tenant_id = r.tenant_id and v.key_id = r.recovery_key_id
   join tenancy.users u on u.id = r.user_id
   where r.tenant_id = $1::uuid and r.expires_at > $2::timestamptz
   order by r.id desc`,
);

/** A second yes of the same holder changes nothing. */
export const addApproval = query<{ n: number }>(
  "vaults.add_approval",
  `update tenancy.vault_recovery_requests
   set approvals = jsonb_build_object($3::text, $4::jsonb) || approvals
   where tenant_id = $1::uuid and id = $2::uuid
   returning (select count(*)::int from jsonb_object_keys(approvals)) as n`,
);
