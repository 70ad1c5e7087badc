import { query } from "../db/sql.ts";

export interface TenantCustodianRow {
  tenant_id: string;
  custodian: string;
  url: string;
  credentials: Buffer | null;
}

/** The current one when `$2` is null, else the one of that name, current or former. */
export const findTenantCustodian = query<TenantCustodianRow>(
  "keys.find_tenant_custodian",
  `select tenant_id, custodian, url, credentials
   from tenancy.tenant_custodians
   where tenant_id = $1::uuid
     and case when $2::text is null then is_current else custodian = $2::text end`,
);

export const retireTenantCustodian = query(
  "keys.retire_tenant_custodian",
  `update tenancy.tenant_custodians set is_current = false where tenant_id = $1::uuid and is_current`,
);

export const putTenantCustodian = query(
  "keys.put_tenant_custodian",
  `insert into tenancy.tenant_custodians (tenant_id, custodian, url, credentials, is_current)
   values ($1::uuid, $2::text, $3::text, $4::bytea, true)
   on conflict (tenant_id, custodian) do update
   set url = excluded.url, credentials = excluded.credentials, is_current = true, created_at = now()`,
);

/** Former ones that keep nothing any more: their credentials go with them. */
export const dropTenantCustodians = query(
  "keys.drop_tenant_custodians",
  `delete from tenancy.tenant_custodians c
   where c.tenant_id = $1::uuid
     and not c.is_current
     and not exists (select from tenancy.wrapping_keys w
                     where w.tenant_id = c.tenant_id and w.custodian = c.custodian and w.status <> 'destroyed')`,
);
