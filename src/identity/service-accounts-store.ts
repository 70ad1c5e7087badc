import { query } from "../db/sql.ts";

export interface ServiceAccountRow {
  id: string;
  name: string;
  roles: string[];
  status: "active" | "disabled";
  created_at: Date;
}

const COLUMNS = "id, name, roles, status, created_at";

/** None when the tenant has one of this name. */
export const insertServiceAccount = query<ServiceAccountRow>(
  "identity.insert_service_account",
  `insert into tenancy.service_accounts (tenant_id, id, name, roles, created_by, created_at)
   values ($1::uuid, $2::uuid, $3::text, $4::text[], $5::text, $6::timestamptz)
   on conflict (tenant_id, name) do nothing
   returning ${COLUMNS}`,
);

export const findServiceAccount = query<ServiceAccountRow>(
  "identity.find_service_account",
  `select ${COLUMNS} from tenancy.service_accounts where tenant_id = $1::uuid and id = $2::uuid`,
);

export const listNamedServiceAccounts = query<ServiceAccountRow>(
  "identity.list_named_service_accounts",
  `select ${COLUMNS} from tenancy.service_accounts where tenant_id = $1::uuid and id = any ($2::uuid[])`,
);

export const listServiceAccounts = query<ServiceAccountRow>(
  "identity.list_service_accounts",
  `select ${COLUMNS} from tenancy.service_accounts where tenant_id = $1::uuid order by name limit $2::int`,
);

export const lockServiceAccount = query<ServiceAccountRow>(
  "identity.lock_service_account",
  `select ${COLUMNS} from tenancy.service_accounts where tenant_id = $1::uuid and id = $2::uuid for update`,
);

export const updateServiceAccount = query<ServiceAccountRow>(
  "identity.update_service_account",
  `update tenancy.service_accounts
   set roles = coalesce($3::text[], roles), status = coalesce($4::text, status)
   where tenant_id = $1::uuid and id = $2::uuid
   returning ${COLUMNS}`,
);

/** Its keys went before, so that what they made was handed on. */
export const deleteServiceAccount = query<{ name: string }>(
  "identity.delete_service_account",
  `delete from tenancy.service_accounts where tenant_id = $1::uuid and id = $2::uuid returning name`,
);

export const listAccountKeys = query<{ id: string }>(
  "identity.list_account_keys",
  `select id from tenancy.api_keys where tenant_id = $1::uuid and service_account_id = $2::uuid`,
);
