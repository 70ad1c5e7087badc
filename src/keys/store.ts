import { query } from "../db/sql.ts";

// A tenant's id or null is compared in two halves: no index serves `is not distinct from`, and the planner, which sees
// the value, keeps the half that it needs.

export interface WrappingKeyRow {
  id: string;
  tenant_id: string | null;
  generation: number;
  custodian: string;
  wrapped: Buffer | null;
  status: "current" | "superseded" | "destroyed";
}

/** A data key with the key above it, read at one moment: between two looks a rotation could take that away. */
export interface DataKeyRow {
  id: string;
  tenant_id: string | null;
  purpose: string;
  epoch: number;
  wrapped: Buffer | null;
  status: "current" | "superseded" | "retired" | "destroyed";
  wrapping_key_id: string;
  generation: number;
  custodian: string;
  wrapping_key: Buffer | null;
}

export const dataKeys = `select d.id, d.tenant_id, d.purpose, d.epoch, d.wrapped, d.status,
     d.wrapping_key_id, w.generation, w.custodian, w.wrapped as wrapping_key
   from tenancy.data_keys d
   join tenancy.wrapping_keys w on w.id = d.wrapping_key_id`;

/** The newest generation: current, or destroyed when the tenant is shredded. */
export const findNewestWrappingKey = query<WrappingKeyRow>(
  "keys.find_newest_wrapping_key",
  `select id, tenant_id, generation, custodian, wrapped, status
   from tenancy.wrapping_keys
   where (tenant_id = $1::uuid or ($1::uuid is null and tenant_id is null))
   order by generation desc
   limit 1`,
);

/** The first generation; does nothing when another process was quicker, or the tenant has had one. */
export const insertWrappingKey = query(
  "keys.insert_wrapping_key",
  `insert into tenancy.wrapping_keys (id, tenant_id, generation, custodian, wrapped, created_at)
   values ($1::uuid, $2::uuid, 1, $3::text, $4::bytea, $5::timestamptz)
   on conflict do nothing`,
);

export const findDataKey = query<DataKeyRow>(
  "keys.find_data_key",
  `${dataKeys}
   where d.id = $1::uuid`,
);

export const findCurrentDataKey = query<DataKeyRow>(
  "keys.find_current_data_key",
  `${dataKeys}
   where (d.tenant_id = $1::uuid or ($1::uuid is null and d.tenant_id is null))
     and d.purpose = $2::text
     and d.status = 'current'`,
);

/**
 * The first epoch, under a wrapping key that is still current: the share lock makes a destruction under way wait until
 * this row is there to be destroyed, or has been refused. Does nothing when another process was quicker.
 */
export const insertDataKey = query(
  "keys.insert_data_key",
  `insert into tenancy.data_keys (id, tenant_id, purpose, epoch, wrapping_key_id, wrapped, created_at)
   (select $1::uuid, w.tenant_id, $2::text, 1, w.id, $4::bytea, $5::timestamptz
    from tenancy.wrapping_keys w
    where w.id = $3::uuid and w.status = 'current'
    for share)
   on conflict do nothing`,
);
