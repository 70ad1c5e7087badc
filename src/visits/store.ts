import type { Day } from "../access/conditions.ts";
import { query } from "../db/sql.ts";
import type { Scope } from "./visit.ts";

export interface VisitRow {
  id: string;
  tenant_id: string;
  operator_id: string;
  operator_name: string;
  user_id: string | null;
  scope: Scope;
  reason: string;
  minutes: number;
  requested_at: Date;
  expires_at: Date;
  decided_at: Date | null;
  decided_by: string | null;
  is_declined: boolean;
  is_standing: boolean;
  ends_at: Date | null;
  ended_at: Date | null;
  ended_by: string | null;
}

const VISIT = `v.id, v.tenant_id, v.operator_id, o.name as operator_name, v.user_id, v.scope, v.reason, v.minutes,
     v.requested_at, v.expires_at, v.decided_at, v.decided_by, v.is_declined, v.is_standing, v.ends_at, v.ended_at,
     v.ended_by
   from tenancy.support_visits v
   join tenancy.operators o on o.id = v.operator_id`;

/** Of a tenant, of an operator, or all; newest first. */
export const listVisits = query<VisitRow>(
  "support.list_visits",
  `select ${VISIT}
   where ($1::uuid is null or v.tenant_id = $1::uuid) and ($2::uuid is null or v.operator_id = $2::uuid)
   order by v.id desc limit $3::int`,
);

export const findVisit = query<VisitRow>(
  "support.find_visit",
  `select ${VISIT} where v.id = $1::uuid and ($2::uuid is null or v.tenant_id = $2::uuid)`,
);

/** Locks the tenant's rules of support, so that requests and changes of the consent come one after the other. */
export const lockVisits = query<{ open: number }>(
  "support.lock_visits",
  `select (select count(*) from tenancy.support_visits
           where tenant_id = $1::uuid and ended_at is null and not is_declined
             and coalesce(ends_at, expires_at) > $2::timestamptz)::int as open
   from (select pg_advisory_xact_lock(hashtextextended('support ' || $1::text, 0))) as locked`,
);

export const insertVisit = query(
  "support.insert_visit",
  `insert into tenancy.support_visits
     (tenant_id, id, operator_id, user_id, scope, reason, minutes, requested_at, expires_at)
   values ($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::text, $6::text, $7::int, $8::timestamptz, $9::timestamptz)`,
);

/** Once, while it waits. */
export const consentVisit = query<{ id: string }>(
  "support.consent_visit",
  `update tenancy.support_visits
   set decided_at = $3::timestamptz, decided_by = $4::text, is_standing = $5::boolean,
     ends_at = $3::timestamptz + make_interval(mins => minutes)
   where tenant_id = $1::uuid and id = $2::uuid and decided_at is null and ended_at is null
     and expires_at > $3::timestamptz
   returning id`,
);

export const declineVisit = query<{ id: string }>(
  "support.decline_visit",
  `update tenancy.support_visits
   set decided_at = $3::timestamptz, decided_by = $4::text, is_declined = true
   where tenant_id = $1::uuid and id = $2::uuid and decided_at is null and ended_at is null
     and expires_at > $3::timestamptz
   returning id`,
);

/** One that waits is withdrawn by it; none when there is nothing to end. */
export const endVisitRow = query<{ id: string }>(
  "support.end_visit",
  `update tenancy.support_visits
   set ended_at = $3::timestamptz, ended_by = $4::text
   where tenant_id = $1::uuid and id = $2::uuid and ended_at is null and not is_declined
     and coalesce(ends_at, expires_at) > $3::timestamptz
   returning id`,
);

/** Those that the standing consent alone carries. */
export const endStandingVisits = query<{ id: string }>(
  "support.end_standing_visits",
  `update tenancy.support_visits
   set ended_at = $2::timestamptz, ended_by = $3::text
   where tenant_id = $1::uuid and is_standing and ended_at is null and ends_at > $2::timestamptz
   returning id`,
);

export interface EntryRow {
  id: string;
  tenant_id: string;
  user_id: string | null;
  scope: Scope;
  /** Of the member in whose place they act; null: they are none any more. */
  roles: string[] | null;
}

/** A visit that its operator may act in at this moment. Asked with each request: what has ended is over at once. */
export const findEntry = query<EntryRow>(
  "support.find_entry",
  `select v.id, v.tenant_id, v.user_id, v.scope, m.roles
   from tenancy.support_visits v
   left join tenancy.memberships m
     on m.tenant_id = v.tenant_id and m.user_id = v.user_id and m.status = 'active'
   where v.id = $1::uuid and v.operator_id = $2::uuid and v.decided_at is not null and not v.is_declined
     and v.ended_at is null and v.ends_at > $3::timestamptz`,
);

export interface SettingsRow {
  scope: Scope;
  minutes_max: number;
  days: Day[];
  from_time: string;
  to_time: string;
  until: Date | null;
  consented_by: string;
}

export const findSettings = query<SettingsRow>(
  "support.find_settings",
  `select scope, minutes_max, days, from_time, to_time, until, consented_by
   from tenancy.support_settings where tenant_id = $1::uuid`,
);

export const upsertSettings = query(
  "support.upsert_settings",
  `insert into tenancy.support_settings
     (tenant_id, scope, minutes_max, days, from_time, to_time, until, consented_by, updated_at)
   values ($1::uuid, $2::text, $3::int, $4::text[], $5::text, $6::text, $7::timestamptz, $8::text, $9::timestamptz)
   on conflict (tenant_id) do update
   set scope = excluded.scope, minutes_max = excluded.minutes_max, days = excluded.days,
     from_time = excluded.from_time, to_time = excluded.to_time, until = excluded.until,
     consented_by = excluded.consented_by, updated_at = excluded.updated_at`,
);

export const deleteSettings = query(
  "support.delete_settings",
  `delete from tenancy.support_settings where tenant_id = $1::uuid`,
);

export const listOwners = query<{ email: string; locale: "en" | "fr" }>(
  "support.list_owners",
  `select u.email, u.locale from tenancy.memberships m
   join tenancy.users u on u.id = m.user_id
   where m.tenant_id = $1::uuid and 'owner' = any (m.roles) and m.status = 'active' and u.status = 'active'
   order by u.email limit $2::int`,
);

export const deleteTenantSupport = query(
  "support.delete_tenant",
  `with gone as (delete from tenancy.support_settings where tenant_id = $1::uuid)
   delete from tenancy.support_visits where tenant_id = $1::uuid`,
);

export const countTenantSupport = query<{ n: number }>(
  "support.count_tenant",
  `select ((select count(*) from tenancy.support_settings where tenant_id = $1::uuid)
     + (select count(*) from tenancy.support_visits where tenant_id = $1::uuid))::int as n`,
);
