import { query } from "../db/sql.ts";

export interface KeyRow {
  user_id: string;
  key_id: string;
  public_key: string;
  locks: unknown[];
}

export const findKey = query<KeyRow>(
  "vaults.find_key",
  `select user_id, key_id, public_key, locks from tenancy.vault_keys where user_id = $1::uuid`,
);

/** Locked, so that two registrations of one person follow each other. */
export const lockUser = query<{ id: string }>(
  "vaults.lock_user",
  `select id from tenancy.users where id = $1::uuid for no key update`,
);

export const upsertKey = query(
  "vaults.upsert_key",
  `insert into tenancy.vault_keys (user_id, key_id, public_key, locks, created_at, updated_at)
   values ($1::uuid, $2::text, $3::text, $4::jsonb, $5::timestamptz, $5::timestamptz)
   on conflict (user_id) do update
   set key_id = excluded.key_id, public_key = excluded.public_key, locks = excluded.locks,
       created_at = case when vault_keys.key_id = excluded.key_id then vault_keys.created_at else excluded.created_at end,
       updated_at = excluded.updated_at`,
);

/** In whose logs a change of this person's key belongs. */
export const listTenantsOfUser = query<{ tenant_id: string }>(
  "vaults.list_tenants_of_user",
  `select tenant_id from tenancy.memberships where user_id = $1::uuid and status = 'active' order by tenant_id`,
);

export interface HolderRow {
  user_id: string;
  email: string;
  name: string;
  key_id: string;
  public_key: string;
}

/** Active members of the tenant that have a key, by address. */
export const listHolders = query<HolderRow>(
  "vaults.list_holders",
  `select u.id as user_id, u.email, u.name, k.key_id, k.public_key
   from tenancy.memberships m
   join tenancy.users u on u.id = m.user_id and u.status = 'active'
   join tenancy.vault_keys k on k.user_id = u.id
   where m.tenant_id = $1::uuid and m.status = 'active'
   order by u.email
   limit $2::int`,
);

/** Which of these keys may hold a vault's key in this tenant: active members', and the recovery key. */
export const knownHolders = query<{ key_id: string }>(
  "vaults.known_holders",
  `select k.key_id
   from tenancy.vault_keys k
   join tenancy.memberships m on m.user_id = k.user_id and m.tenant_id = $1::uuid and m.status = 'active'
   join tenancy.users u on u.id = k.user_id and u.status = 'active'
   where k.key_id = any ($2::text[])
   union
   select key_id from tenancy.vault_recoveries where tenant_id = $1::uuid and key_id = any ($2::text[])`,
);

export interface VaultRow {
  id: string;
  name: string;
  epoch: number;
  revision: number;
  grants: Record<string, { enc: string; ciphertext: string }>;
  manifest: string;
  earlier: string;
  created_by: string;
  created_at: Date;
  updated_at: Date;
}

const VAULT_COLUMNS =
  "id, name, epoch, revision, grants, manifest, earlier, created_by, created_at, updated_at";

export const insertVault = query<VaultRow>(
  "vaults.insert",
  `insert into tenancy.vaults
     (tenant_id, id, name, epoch, revision, grants, manifest, earlier, created_by, created_at, updated_at)
   values ($1::uuid, $2::uuid, $3::text, $4::int, $5::int, $6::jsonb, $7::text, $8::text, $9::uuid, $10::timestamptz, $10::timestamptz)
   on conflict (tenant_id, id) do nothing
   returning ${VAULT_COLUMNS}`,
);

export const countVaults = query<{ n: number }>(
  "vaults.count",
  `select count(*)::int as n from tenancy.vaults where tenant_id = $1::uuid`,
);

/** Those that one of these keys opens; by name, ties by id. */
export const listVaults = query<VaultRow>(
  "vaults.list",
  `select ${VAULT_COLUMNS}
   from tenancy.vaults
   where tenant_id = $1::uuid and grants ?| $2::text[]
   order by name, id
   limit $3::int`,
);

export interface VaultOverviewRow {
  id: string;
  name: string;
  epoch: number;
  revision: number;
  holders: string[];
  items: number;
  sealed_bytes: string;
  stale_items: number;
  created_at: Date;
  updated_at: Date;
}

/** All of the tenant, without anything sealed; by name, ties by id. */
export const listOverviews = query<VaultOverviewRow>(
  "vaults.list_overviews",
  `select v.id, v.name, v.epoch, v.revision,
     array(select jsonb_object_keys(v.grants) order by 1) as holders,
     i.items, i.sealed_bytes, i.stale_items, v.created_at, v.updated_at
   from tenancy.vaults v
   cross join lateral (
     select count(*)::int as items, coalesce(sum(length(sealed)), 0)::bigint as sealed_bytes,
       (count(*) filter (where epoch < v.epoch))::int as stale_items
     from tenancy.vault_items
     where tenant_id = v.tenant_id and vault_id = v.id
   ) i
   where v.tenant_id = $1::uuid
   order by v.name, v.id
   limit $2::int`,
);

export const findVault = query<VaultRow>(
  "vaults.find",
  `select ${VAULT_COLUMNS} from tenancy.vaults where tenant_id = $1::uuid and id = $2::uuid and grants ?| $3::text[]`,
);

/** The same, held until the transaction ends: a write of a value and a change of the key follow each other. */
export const lockVault = query<VaultRow>(
  "vaults.lock",
  `select ${VAULT_COLUMNS} from tenancy.vaults
   where tenant_id = $1::uuid and id = $2::uuid and grants ?| $3::text[]
   for update`,
);

export const updateVault = query<VaultRow>(
  "vaults.update",
  `update tenancy.vaults
   set name = $3::text, epoch = $4::int, revision = $5::int, grants = $6::jsonb, manifest = $7::text,
       earlier = $8::text, updated_at = $9::timestamptz
   where tenant_id = $1::uuid and id = $2::uuid
   returning ${VAULT_COLUMNS}`,
);

export const deleteVault = query<{ name: string }>(
  "vaults.delete",
  `delete from tenancy.vaults where tenant_id = $1::uuid and id = $2::uuid returning name`,
);

export interface ItemRow {
  item_id: string;
  version: number;
  epoch: number;
  sealed: Buffer;
  updated_by: string;
  updated_at: Date;
}

export const findItem = query<ItemRow>(
  "vaults.find_item",
  `select item_id, version, epoch, sealed, updated_by, updated_at
   from tenancy.vault_items
   where tenant_id = $1::uuid and vault_id = $2::uuid and item_id = $3::text`,
);

export interface ItemEntryRow {
  item_id: string;
  version: number;
  epoch: number;
  sealed_bytes: number;
  updated_at: Date;
}

/** By name of the value, from behind $3 on; with $4 only those below that epoch. */
export const listItems = query<ItemEntryRow>(
  "vaults.list_items",
  `select item_id, version, epoch, length(sealed) as sealed_bytes, updated_at
   from tenancy.vault_items
   where tenant_id = $1::uuid and vault_id = $2::uuid
     and ($3::text is null or item_id > $3::text)
     and ($4::int is null or epoch < $4::int)
   order by item_id
   limit $5::int`,
);

export const countItems = query<{ n: number }>(
  "vaults.count_items",
  `select count(*)::int as n from tenancy.vault_items where tenant_id = $1::uuid and vault_id = $2::uuid`,
);

export const upsertItem = query<ItemRow>(
  "vaults.upsert_item",
  `insert into tenancy.vault_items
     (tenant_id, vault_id, item_id, version, epoch, sealed, updated_by, updated_at)
   values ($1::uuid, $2::uuid, $3::text, 1, $4::int, $5::bytea, $6::uuid, $7::timestamptz)
   on conflict (tenant_id, vault_id, item_id) do update
   set version = vault_items.version + 1, epoch = excluded.epoch, sealed = excluded.sealed,
       updated_by = excluded.updated_by, updated_at = excluded.updated_at
   returning item_id, version, epoch, sealed, updated_by, updated_at`,
);

export const deleteItem = query<{ item_id: string }>(
  "vaults.delete_item",
  `delete from tenancy.vault_items
   where tenant_id = $1::uuid and vault_id = $2::uuid and item_id = $3::text
   returning item_id`,
);

/** Values go with their vault. */
export const deleteTenantVaults = query(
  "vaults.delete_of_tenant",
  `delete from tenancy.vaults where tenant_id = $1::uuid`,
);

/** Requests go with the recovery key that they ask for. */
export const deleteTenantRecovery = query(
  "vaults.delete_recovery_of_tenant",
  `delete from tenancy.vault_recoveries where tenant_id = $1::uuid`,
);

export const countTenantVaults = query<{ n: number }>(
  "vaults.count_of_tenant",
  `select (
     (select count(*) from tenancy.vaults where tenant_id = $1::uuid)
     + (select count(*) from tenancy.vault_items where tenant_id = $1::uuid)
     + (select count(*) from tenancy.vault_recoveries where tenant_id = $1::uuid)
     + (select count(*) from tenancy.vault_recovery_requests where tenant_id = $1::uuid)
   )::int as n`,
);
