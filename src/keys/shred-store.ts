import { query } from "../db/sql.ts";

/** Waits for a first key that another transaction makes; does nothing when there has been one. */
export const insertTombstone = query(
  "keys.insert_tombstone",
  `insert into tenancy.wrapping_keys (id, tenant_id, generation, custodian, status, destroyed_at)
   values ($1::uuid, $2::uuid, 1, 'none', 'destroyed', now())
   on conflict do nothing`,
);

/** All generations, locked: data keys that are being made wait, and are then refused. */
export const lockWrappingKeys = query<{ id: string }>(
  "keys.lock_wrapping_keys",
  `select id from tenancy.wrapping_keys where tenant_id = $1::uuid order by generation for update`,
);

export const destroyDataKeys = query(
  "keys.destroy_data_keys",
  `update tenancy.data_keys
   set status = 'destroyed', wrapped = null
   where tenant_id = $1::uuid and status <> 'destroyed'`,
);

export const destroyWrappingKeys = query(
  "keys.destroy_wrapping_keys",
  `update tenancy.wrapping_keys
   set status = 'destroyed', wrapped = null, destroyed_at = now()
   where tenant_id = $1::uuid and status <> 'destroyed'`,
);

export const countLiveKeys = query<{ n: number }>(
  "keys.count_live",
  `select ((select count(*) from tenancy.wrapping_keys where tenant_id = $1::uuid and wrapped is not null)
         + (select count(*) from tenancy.data_keys where tenant_id = $1::uuid and wrapped is not null))::integer as n`,
);

export const deleteTenantCustodians = query(
  "keys.delete_tenant_custodians",
  `delete from tenancy.tenant_custodians where tenant_id = $1::uuid`,
);

/** With the tenant's keys gone they open nothing; their rows would only tell how many people there were. */
export const deleteSubjectKeys = query(
  "keys.delete_subject_keys",
  `delete from tenancy.subject_keys where tenant_id = $1::uuid`,
);
