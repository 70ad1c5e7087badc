import { query } from "../db/sql.ts";
import type { Locale } from "./principal.ts";

export type RecoveryStatus = "asked" | "approved" | "ready" | "completed" | "cancelled" | "expired";

export interface RecoveryRow {
  id: string;
  user_id: string;
  status: RecoveryStatus;
  device: string;
  ip: string;
  sealed_seed: Buffer | null;
  asked_at: Date;
  ready_at: Date | null;
  expires_at: Date;
  ended_at: Date | null;
}

const RECOVERY = "id, user_id, status, device, ip, sealed_seed, asked_at, ready_at, expires_at, ended_at";
const OPEN = "status in ('asked', 'approved', 'ready')";

/** None when one is open already. */
export const insertRecovery = query<RecoveryRow>(
  "identity.insert_recovery",
  `insert into tenancy.recoveries (id, user_id, device, ip, asked_at, expires_at)
   values ($1::uuid, $2::uuid, $3::text, $4::text, $5::timestamptz, $6::timestamptz)
   on conflict (user_id) where ${OPEN} do nothing
   returning ${RECOVERY}`,
);

/** The open one of a user, if it is still worth something. */
export const findOpenRecovery = query<RecoveryRow>(
  "identity.find_open_recovery",
  `select ${RECOVERY} from tenancy.recoveries
   where user_id = $1::uuid and ${OPEN} and expires_at > $2::timestamptz`,
);

/** With a lock: approvals, completion and its end follow each other. */
export const lockRecovery = query<RecoveryRow>(
  "identity.lock_recovery",
  `select ${RECOVERY} from tenancy.recoveries
   where id = $1::uuid and ${OPEN} and expires_at > $2::timestamptz
   for update`,
);

/** Whether the person is an active member there: for others it is as if there were none. */
export const isRecoveryOf = query<{ is_theirs: boolean }>(
  "identity.is_recovery_of",
  `select exists (select 1 from tenancy.recoveries r
     join tenancy.memberships m on m.user_id = r.user_id
     where r.id = $1::uuid and m.tenant_id = $2::uuid and m.status = 'active') as is_theirs`,
);

/**
 * Which memberships (`o`) may approve for a member (`m`): what they hold for good counts, not what they were lent, and
 * for an owner only owners do.
 */
const MAY_APPROVE = `o.tenant_id = m.tenant_id and o.user_id <> m.user_id and o.status = 'active'
  and ('owner' = any(o.roles) or ('admin' = any(o.roles) and not 'owner' = any(m.roles)))`;

export interface HomeRow {
  tenant_id: string;
  roles: string[];
  by_operators: boolean;
  hours: number;
  approvers: number;
}

/** Tenants of a user with their rules, and who else could approve there. */
export const listHomes = query<HomeRow>(
  "identity.list_homes",
  `select m.tenant_id, m.roles, coalesce(s.recovery_by_operators, true) as by_operators,
     coalesce(s.recovery_hours, $2::int) as hours,
     (select count(*) from tenancy.memberships o
      join tenancy.users ou on ou.id = o.user_id
      where ${MAY_APPROVE} and ou.status = 'active')::int as approvers
   from tenancy.memberships m
   join tenancy.tenants t on t.id = m.tenant_id and t.status in ('active', 'suspended', 'moving')
   left join tenancy.sign_in_rules s on s.tenant_id = m.tenant_id
   where m.user_id = $1::uuid and m.status = 'active'
   order by m.tenant_id`,
);

/** None when they approved already. */
export const insertApproval = query<{ approver_id: string }>(
  "identity.insert_approval",
  `insert into tenancy.recovery_approvals (tenant_id, recovery_id, approver_id, approved_at)
   values ($1::uuid, $2::uuid, $3::uuid, $4::timestamptz)
   on conflict (recovery_id, approver_id) do nothing
   returning approver_id`,
);

/** An approval stands as long as its giver may give it ($2: roles of staff that may), for the person as they are now. */
export const listStandingApprovals = query<{ approver_id: string; tenant_id: string | null }>(
  "identity.list_standing_approvals",
  `select a.approver_id, a.tenant_id from tenancy.recovery_approvals a
   where a.recovery_id = $1::uuid and case
     when a.tenant_id is null then
       exists (select 1 from tenancy.operators s where s.id = a.approver_id and s.role = any($2::text[]))
     else exists (select 1 from tenancy.recoveries r
       join tenancy.memberships m on m.user_id = r.user_id and m.tenant_id = a.tenant_id
       join tenancy.memberships o on o.user_id = a.approver_id
       join tenancy.users ou on ou.id = o.user_id
       where r.id = a.recovery_id and ${MAY_APPROVE} and ou.status = 'active')
     end
   order by a.approved_at`,
);

export const approveRecovery = query(
  "identity.approve_recovery",
  `update tenancy.recoveries
   set status = 'approved', approved_at = $2::timestamptz, ready_at = $3::timestamptz, expires_at = $4::timestamptz
   where id = $1::uuid and status = 'asked'`,
);

/** Those whose delay is over and that nobody has told yet. */
export const listDueRecoveries = query<{ id: string; user_id: string }>(
  "identity.list_due_recoveries",
  `select id, user_id from tenancy.recoveries
   where status = 'approved' and ready_at <= $1::timestamptz and expires_at > $1::timestamptz
   order by ready_at
   limit $2::int`,
);

/** One process tells it: whoever changes the row. */
export const readyRecovery = query(
  "identity.ready_recovery",
  `update tenancy.recoveries set status = 'ready', expires_at = $3::timestamptz
   where id = $1::uuid and status = 'approved' and ready_at <= $2::timestamptz`,
);

export const setRecoverySeed = query(
  "identity.set_recovery_seed",
  `update tenancy.recoveries set sealed_seed = $2::bytea where id = $1::uuid and status = 'ready'`,
);

/** Ends an open one, and the links in its mails with it; of two who end it one does. */
export const endRecovery = query<{ id: string; user_id: string }>(
  "identity.end_recovery",
  `with gone as (delete from tenancy.recovery_links where recovery_id = $1::uuid)
   update tenancy.recoveries
   set status = $2::text, ended_at = $3::timestamptz, ended_by = $4::text, sealed_seed = null
   where id = $1::uuid and ${OPEN}
   returning id, user_id`,
);

/** Open ones that are over, of a user ($1) or of everybody (null). */
export const listExpiredRecoveries = query<{ id: string }>(
  "identity.list_expired_recoveries",
  `select id from tenancy.recoveries
   where ($1::uuid is null or user_id = $1::uuid) and ${OPEN} and expires_at <= $2::timestamptz
   order by id limit $3::int`,
);

export const deleteOldRecoveries = query(
  "identity.delete_old_recoveries",
  `delete from tenancy.recoveries where ended_at < $1::timestamptz`,
);

export const insertRecoveryLink = query(
  "identity.insert_recovery_link",
  `insert into tenancy.recovery_links (token_hash, recovery_id, kind) values ($1::bytea, $2::uuid, $3::text)`,
);

export const findRecoveryLink = query<{ recovery_id: string }>(
  "identity.find_recovery_link",
  `select recovery_id from tenancy.recovery_links where token_hash = $1::bytea and kind = $2::text`,
);

export interface ListedRecoveryRow extends RecoveryRow {
  email: string;
  name: string;
  locale: Locale;
  /** Of the tenant that asks, or of all: who approved. */
  approvals: { id: string; tenantId: string | null; name: string | null; at: string }[];
}

/** Open ones first, then the newest; of a tenant's active members ($1), or of everybody (null). */
export const listRecoveries = query<ListedRecoveryRow>(
  "identity.list_recoveries",
  `select r.id, r.user_id, r.status, r.device, r.ip, r.sealed_seed, r.asked_at, r.ready_at, r.expires_at, r.ended_at,
     u.email, u.name, u.locale,
     coalesce((select json_agg(json_build_object('id', a.approver_id, 'tenantId', a.tenant_id, 'at', a.approved_at,
         'name', case when a.tenant_id is null then o.name else coalesce(nullif(au.name, ''), au.email) end)
         order by a.approved_at)
       from tenancy.recovery_approvals a
       left join tenancy.operators o on a.tenant_id is null and o.id = a.approver_id
       left join tenancy.users au on a.tenant_id is not null and au.id = a.approver_id
       where a.recovery_id = r.id), '[]'::json) as approvals
   from tenancy.recoveries r
   join tenancy.users u on u.id = r.user_id
   where $1::uuid is null or exists (select 1 from tenancy.memberships m
     where m.tenant_id = $1::uuid and m.user_id = r.user_id and m.status = 'active')
   order by r.ended_at is not null, r.asked_at desc, r.id
   limit $2::int`,
);

/** What stood for the second factor: all of it, before the new one is written. */
export const deleteFactors = query(
  "identity.delete_factors",
  `with apps as (delete from tenancy.user_totps where user_id = $1::uuid),
     codes as (delete from tenancy.recovery_codes where user_id = $1::uuid)
   delete from tenancy.passkeys where user_id = $1::uuid`,
);

/** An app whose first code came already. */
export const insertConfirmedTotp = query(
  "identity.insert_confirmed_totp",
  `insert into tenancy.user_totps (user_id, sealed, confirmed_at, last_step, created_at)
   values ($1::uuid, $2::bytea, $3::timestamptz, $4::bigint, $3::timestamptz)`,
);
