import { query } from "../db/sql.ts";

export interface ApiKeyRow {
  id: string;
  name: string;
  prefix: string;
  tenant_id: string | null;
  service_account_id: string | null;
  scopes: string[] | null;
  replaces: string | null;
  created_at: Date;
  last_used_at: Date | null;
  expires_at: Date | null;
}

const COLUMNS =
  "id, name, prefix, tenant_id, service_account_id, scopes, replaces, created_at, last_used_at, expires_at";

export const insertApiKey = query<ApiKeyRow>(
  "identity.insert_api_key",
  `insert into tenancy.api_keys (id, name, prefix, key_hash, created_by, created_at, expires_at, tenant_id,
     service_account_id, scopes, replaces)
   values ($1::uuid, $2::text, $3::text, $4::bytea, $5::text, $6::timestamptz, $7::timestamptz, $8::uuid,
     $9::uuid, $10::text[], $11::uuid)
   returning ${COLUMNS}`,
);

export interface FoundKeyRow extends ApiKeyRow {
  roles: string[] | null;
}

/**
 * Whether a disabled user made it, themselves or with a key of theirs. Only ids are cast: `union` ends a circle.
 *
 * @param maker Column with the actor who made it.
 */
export function isOfDisabled(maker: string): string {
  return `exists (
     with recursive makers as (
       select ${maker} as maker
       union
       select p.created_by from makers m
       join tenancy.api_keys p on p.id = case when m.maker like 'key:%' then substr(m.maker, 5)::uuid end)
     select 1 from makers m
     join tenancy.users u on u.id = case when m.maker like 'user:%' then substr(m.maker, 6)::uuid end
     where u.status = 'disabled')`;
}

/** With the roles of its service account. One that is disabled has no key, nor has a disabled user. */
export const findApiKey = query<FoundKeyRow>(
  "identity.find_api_key",
  `select k.id, k.name, k.prefix, k.tenant_id, k.service_account_id, k.scopes, k.replaces, k.created_at,
     k.last_used_at, k.expires_at, a.roles
   from tenancy.api_keys k
   left join tenancy.service_accounts a on a.tenant_id = k.tenant_id and a.id = k.service_account_id
   where k.key_hash = $1::bytea and (a.id is null or a.status = 'active')
     and not ${isOfDisabled("k.created_by")}`,
);

/** Newest first: of one tenant, or the platform's own. */
export const listApiKeys = query<ApiKeyRow>(
  "identity.list_api_keys",
  `select ${COLUMNS} from tenancy.api_keys
   where tenant_id is not distinct from $2::uuid
   order by id desc limit $1::int`,
);

/** Those that work, or will not end by themselves: of one tenant, or the platform's own. */
export const countApiKeys = query<{ n: number }>(
  "identity.count_api_keys",
  `select count(*)::int as n from tenancy.api_keys
   where tenant_id is not distinct from $1::uuid and (expires_at is null or expires_at > $2::timestamptz)`,
);

export interface MadeKeyRow {
  id: string;
  scopes: string[] | null;
  /** Of its service account; null: it has none. */
  roles: string[] | null;
}

/** Keys that a person made for the tenant, and those that such a key made; what a deleted key made was handed on. */
export const lockKeysMadeBy = query<MadeKeyRow>(
  "identity.lock_keys_made_by",
  `with recursive made as (
     select id from tenancy.api_keys where tenant_id = $1::uuid and created_by = 'user:' || $2::text
     union
     select k.id from tenancy.api_keys k join made on k.created_by = 'key:' || made.id where k.tenant_id = $1::uuid)
   select k.id, k.scopes, a.roles
   from tenancy.api_keys k
   left join tenancy.service_accounts a on a.tenant_id = k.tenant_id and a.id = k.service_account_id
   where k.id in (select id from made)
   order by k.id
   for update of k`,
);

/** In whatever tenants; those that such a key made too. */
export const listKeysOfUser = query<{ id: string }>(
  "identity.list_keys_of_user",
  `with recursive made as (
     select id from tenancy.api_keys where created_by = 'user:' || $1::text
     union
     select k.id from tenancy.api_keys k join made on k.created_by = 'key:' || made.id)
   select id from made`,
);

/** A row lock, so that two rotations follow each other. */
export const lockApiKey = query<ApiKeyRow>(
  "identity.lock_api_key",
  `select ${COLUMNS} from tenancy.api_keys
   where id = $1::uuid and tenant_id is not distinct from $2::uuid
   for update`,
);

/** It may end sooner, never later. */
export const shortenApiKey = query(
  "identity.shorten_api_key",
  `update tenancy.api_keys set expires_at = least(coalesce(expires_at, $2::timestamptz), $2::timestamptz)
   where id = $1::uuid`,
);

export const touchApiKey = query(
  "identity.touch_api_key",
  `update tenancy.api_keys set last_used_at = $2::timestamptz
   where id = $1::uuid and (last_used_at is null or last_used_at < $2::timestamptz)`,
);

/** What it made for a tenant is from here on its own maker's: it ends with them, not with nobody. */
export const deleteApiKey = query<{ name: string; prefix: string }>(
  "identity.delete_api_key",
  `with gone as (
     delete from tenancy.api_keys
     where id = $1::uuid and tenant_id is not distinct from $2::uuid
     returning id, name, prefix, tenant_id, created_by),
   keys as (
     update tenancy.api_keys k set created_by = gone.created_by
     from gone where k.tenant_id = gone.tenant_id and k.created_by = 'key:' || gone.id),
   invited as (
     update tenancy.invitations i set invited_by = gone.created_by
     from gone where i.tenant_id = gone.tenant_id and i.invited_by = 'key:' || gone.id)
   select name, prefix from gone`,
);

/** Held until the transaction ends: a maker who loses access waits, and what they make is seen by what ends it. */
export const holdMakingMember = query<{ roles: string[] }>(
  "identity.hold_making_member",
  `select roles from tenancy.memberships
   where tenant_id = $1::uuid and user_id = $2::uuid and status = 'active'
   for share`,
);

/** What a member holds for a time, now. */
export const listHeldForATime = query<{ roles: string[] }>(
  "identity.list_held_for_a_time",
  `select roles from tenancy.member_grants
   where tenant_id = $1::uuid and user_id = $2::uuid and ended_at is null
     and starts_at <= $3::timestamptz and ends_at > $3::timestamptz`,
);

export const holdMakingKey = query<{ id: string }>(
  "identity.hold_making_key",
  `select id from tenancy.api_keys where id = $1::uuid for key share`,
);
