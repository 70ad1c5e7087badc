import { query } from "../db/sql.ts";
import { type DataKeyRow, dataKeys, type WrappingKeyRow } from "./store.ts";

export interface KeyHolderRow {
  tenant_id: string | null;
}

/** Scopes with a key that was drawn before a date; index keys are not replaced by the calendar. */
export const listDue = query<KeyHolderRow>(
  "keys.list_due",
  `select tenant_id from tenancy.wrapping_keys
   where status = 'current' and created_at < $1::timestamptz
   union
   select tenant_id from tenancy.data_keys
   where status = 'current' and purpose <> 'index' and created_at < $1::timestamptz
   limit $2::integer`,
);

/** Scopes where a rotation is not finished: an old generation still wraps, or an old epoch of these purposes may still hold values. */
export const listUnfinished = query<KeyHolderRow>(
  "keys.list_unfinished",
  `select tenant_id from tenancy.wrapping_keys where status = 'superseded'
   union
   select tenant_id from tenancy.data_keys
   where status = 'superseded'
     and purpose = any($1::text[])
     and superseded_at <= now() - make_interval(secs => $2::float8 / 1000)
   limit $3::integer`,
);

/** The key that is replaced, locked: another rotation, a new data key and a destruction wait for this transaction. */
export const lockWrappingKey = query<{ id: string }>(
  "keys.lock_wrapping_key",
  `select id from tenancy.wrapping_keys where id = $1::uuid and status = 'current' for update`,
);

export const supersedeWrappingKey = query(
  "keys.supersede_wrapping_key",
  `update tenancy.wrapping_keys set status = 'superseded', superseded_at = now() where id = $1::uuid`,
);

export const insertGeneration = query(
  "keys.insert_generation",
  `insert into tenancy.wrapping_keys (id, tenant_id, generation, custodian, wrapped, created_at)
   values ($1::uuid, $2::uuid, $3::integer, $4::text, $5::bytea, $6::timestamptz)`,
);

export const listCurrentDataKeys = query<DataKeyRow>(
  "keys.list_current_data_keys",
  `${dataKeys}
   where (d.tenant_id = $1::uuid or ($1::uuid is null and d.tenant_id is null))
     and d.status = 'current'
   order by d.purpose`,
);

export const supersedeDataKeys = query(
  "keys.supersede_data_keys",
  `update tenancy.data_keys
   set status = 'superseded', superseded_at = now()
   where id = any($1::uuid[]) and status = 'current'`,
);

export const insertEpochs = query(
  "keys.insert_epochs",
  `insert into tenancy.data_keys (id, tenant_id, purpose, epoch, wrapping_key_id, wrapped, created_at)
   select n.id, $1::uuid, n.purpose, n.epoch, $2::uuid, n.wrapped, $7::timestamptz
   from unnest($3::uuid[], $4::text[], $5::integer[], $6::bytea[]) as n (id, purpose, epoch, wrapped)`,
);

/** Keys that are not wrapped under the current generation. */
export const listForRewrap = query<DataKeyRow>(
  "keys.list_for_rewrap",
  `${dataKeys}
   where (d.tenant_id = $1::uuid or ($1::uuid is null and d.tenant_id is null))
     and d.status <> 'destroyed'
     and w.status = 'superseded'
   order by d.id
   limit $2::integer`,
);

/**
 * Compare and swap, and only while the generation that they go under is the current one: the share lock keeps it from
 * being replaced and destroyed meanwhile.
 */
export const rewrapDataKeys = query(
  "keys.rewrap_data_keys",
  `with target as (
     select id from tenancy.wrapping_keys where id = $1::uuid and status = 'current' for share
   )
   update tenancy.data_keys d
   set wrapping_key_id = target.id, wrapped = n.wrapped
   from target, unnest($2::uuid[], $3::uuid[], $4::bytea[]) as n (id, above, wrapped)
   where d.id = n.id and d.wrapping_key_id = n.above and d.status <> 'destroyed'`,
);

/** An old generation that wraps nothing any more is removed: its wrapped form is of no use but to an attacker. */
export const destroyUnused = query<{ id: string; generation: number }>(
  "keys.destroy_unused",
  `update tenancy.wrapping_keys w
   set status = 'destroyed', wrapped = null, destroyed_at = now()
   where (w.tenant_id = $1::uuid or ($1::uuid is null and w.tenant_id is null))
     and w.status = 'superseded'
     and not exists (select from tenancy.data_keys d where d.wrapping_key_id = w.id and d.status <> 'destroyed')
   returning w.id, w.generation`,
);

/** Old epochs whose last writer has forgotten them: a process remembers a key for so long at most. */
export const listSuperseded = query<DataKeyRow>(
  "keys.list_superseded",
  `${dataKeys}
   where (d.tenant_id = $1::uuid or ($1::uuid is null and d.tenant_id is null))
     and d.status = 'superseded'
     and d.purpose = any($2::text[])
     and d.superseded_at <= now() - make_interval(secs => $3::float8 / 1000)
   order by d.purpose, d.epoch`,
);

export const retireDataKey = query(
  "keys.retire_data_key",
  `update tenancy.data_keys
   set status = 'retired', retired_at = now()
   where id = $1::uuid and status = 'superseded'`,
);

/** Generations that one of the custodians keeps, oldest first. */
export const listKeptBy = query<WrappingKeyRow>(
  "keys.list_kept_by",
  `select id, tenant_id, generation, custodian, wrapped, status
   from tenancy.wrapping_keys
   where custodian = any($1::text[])
     and status <> 'destroyed'
     and id > $2::uuid
   order by id
   limit $3::integer`,
);

export const rewrapWrappingKeys = query(
  "keys.rewrap_wrapping_keys",
  `update tenancy.wrapping_keys w
   set custodian = $1::text, wrapped = n.wrapped
   from unnest($2::uuid[], $3::text[], $4::bytea[]) as n (id, custodian, wrapped)
   where w.id = n.id and w.custodian = n.custodian and w.status <> 'destroyed'`,
);

/** Heard by every process, which then forgets what it had unwrapped. */
export const notifyKeysChanged = query<{ done: string }>(
  "keys.notify_changed",
  `select pg_notify('tenancy_keys_changed', $1::text)::text as done`,
);

export interface KeyViewRow {
  id: string;
  purpose: string | null;
  number: number;
  custodian: string | null;
  status: "current" | "superseded" | "retired" | "destroyed";
  created_at: Date;
  superseded_at: Date | null;
  ended_at: Date | null;
}

/** All keys of a tenant, the wrapping keys first, newest first. No key material. */
export const listKeys = query<KeyViewRow>(
  "keys.list_keys",
  `select id, null as purpose, generation as number, custodian, status, created_at, superseded_at,
     destroyed_at as ended_at
   from tenancy.wrapping_keys
   where (tenant_id = $1::uuid or ($1::uuid is null and tenant_id is null))
   union all
   select id, purpose, epoch, null, status, created_at, superseded_at, retired_at
   from tenancy.data_keys
   where (tenant_id = $1::uuid or ($1::uuid is null and tenant_id is null))
   order by purpose nulls first, number desc`,
);

export interface KeySumsRow {
  tenants: number;
  shredded: number;
  data_keys: number;
  superseded: number;
  due: number;
  kept_elsewhere: number;
  oldest: Date | null;
}

/** The state of all keys in numbers; `$1` is the date before which a key is due, `$2` the root custodian. */
export const sumKeys = query<KeySumsRow>(
  "keys.sum_keys",
  `select
     (select count(*)::integer from tenancy.wrapping_keys
      where status = 'current' and tenant_id is not null) as tenants,
     (select count(*)::integer from (
        select tenant_id from tenancy.wrapping_keys group by tenant_id having bool_and(status = 'destroyed')) s
     ) as shredded,
     (select count(*)::integer from tenancy.data_keys where status <> 'destroyed') as data_keys,
     (select count(*)::integer from tenancy.data_keys where status = 'superseded') as superseded,
     (select count(*)::integer from tenancy.wrapping_keys
      where status = 'current' and created_at < $1::timestamptz) as due,
     (select count(*)::integer from tenancy.wrapping_keys
      where status <> 'destroyed' and custodian <> $2::text) as kept_elsewhere,
     (select min(created_at) from tenancy.wrapping_keys where status = 'current') as oldest`,
);
