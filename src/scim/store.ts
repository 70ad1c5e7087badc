import { query } from "../db/sql.ts";

export interface TokenRow {
  id: string;
  tenant_id: string;
  name: string;
  created_at: Date;
  created_by: string;
  last_used_at: Date | null;
  expires_at: Date | null;
}

const TOKEN = "id, tenant_id, name, created_at, created_by, last_used_at, expires_at";

export const insertToken = query<TokenRow>(
  "scim.insert_token",
  `insert into tenancy.scim_tokens (tenant_id, id, name, token_hash, created_by, created_at, expires_at)
   values ($1::uuid, $2::uuid, $3::text, $4::bytea, $5::text, $6::timestamptz, $7::timestamptz)
   returning ${TOKEN}`,
);

export const listTokens = query<TokenRow>(
  "scim.list_tokens",
  `select ${TOKEN} from tenancy.scim_tokens where tenant_id = $1::uuid order by id desc`,
);

export const deleteToken = query<{ name: string }>(
  "scim.delete_token",
  `delete from tenancy.scim_tokens where tenant_id = $1::uuid and id = $2::uuid returning name`,
);

/** Of this tenant alone, if it is open. */
export const findToken = query<TokenRow>(
  "scim.find_token",
  `select ${TOKEN.replace(/(\w+)/g, "k.$1")} from tenancy.scim_tokens k
   join tenancy.tenants t on t.id = k.tenant_id
   where k.tenant_id = $1::uuid and k.token_hash = $2::bytea and t.status in ('active', 'moving')`,
);

export const touchToken = query(
  "scim.touch_token",
  `update tenancy.scim_tokens set last_used_at = $3::timestamptz
   where tenant_id = $1::uuid and id = $2::uuid and (last_used_at is null or last_used_at < $3::timestamptz - interval '1 minute')`,
);

export interface UserRow {
  id: string;
  user_id: string;
  user_name: string;
  external_id: string | null;
  is_active: boolean;
  attributes: Record<string, unknown>;
  version: string;
  created_at: Date;
  updated_at: Date;
  groups: { value: string; display: string }[];
}

const USER = `u.id, u.user_id, u.user_name, u.external_id, u.is_active, u.attributes, u.version::text, u.created_at, u.updated_at`;
const GROUPS = `coalesce((
     select jsonb_agg(jsonb_build_object('value', g.id, 'display', g.display_name) order by g.display_name)
     from tenancy.scim_group_members m
     join tenancy.scim_groups g on g.tenant_id = m.tenant_id and g.id = m.group_id
     where m.tenant_id = u.tenant_id and m.scim_user_id = u.id), '[]') as groups`;

/** None when the userName, or the person, is there already. */
export const insertUser = query<{ id: string }>(
  "scim.insert_user",
  `insert into tenancy.scim_users (tenant_id, id, user_id, user_name, external_id, is_active, attributes, created_at, updated_at)
   values ($1::uuid, $2::uuid, $3::uuid, $4::text, $5::text, $6::boolean, $7::jsonb, $8::timestamptz, $8::timestamptz)
   on conflict do nothing
   returning id`,
);

export const findUser = query<UserRow>(
  "scim.find_user",
  `select ${USER}, ${GROUPS} from tenancy.scim_users u where u.tenant_id = $1::uuid and u.id = $2::uuid`,
);

export const lockUser = query<{ id: string }>(
  "scim.lock_user",
  `select id from tenancy.scim_users where tenant_id = $1::uuid and id = $2::uuid for update`,
);

export const updateUser = query(
  "scim.update_user",
  `update tenancy.scim_users
   set user_name = $3::text, external_id = $4::text, is_active = $5::boolean, attributes = $6::jsonb,
     version = version + 1, updated_at = $7::timestamptz
   where tenant_id = $1::uuid and id = $2::uuid`,
);

export const deleteUser = query<{ user_id: string }>(
  "scim.delete_user",
  `delete from tenancy.scim_users where tenant_id = $1::uuid and id = $2::uuid returning user_id`,
);

/** In order of creation. One by userName ($2) or externalId ($3) is found by index. */
export const listUsers = query<UserRow>(
  "scim.list_users",
  `select ${USER}, ${GROUPS} from tenancy.scim_users u
   where u.tenant_id = $1::uuid
     and ($2::text is null or lower(u.user_name) = lower($2::text))
     and ($3::text is null or u.external_id = $3::text)
   order by u.id
   offset $4::int limit $5::int`,
);

export const countUsers = query<{ n: number }>(
  "scim.count_users",
  `select count(*)::int as n from tenancy.scim_users where tenant_id = $1::uuid`,
);

export interface GroupRow {
  id: string;
  display_name: string;
  external_id: string | null;
  version: string;
  created_at: Date;
  updated_at: Date;
  members: { value: string; display: string }[];
}

const GROUP = `g.id, g.display_name, g.external_id, g.version::text, g.created_at, g.updated_at`;
const MEMBERS = `case when $3::boolean then coalesce((
     select jsonb_agg(jsonb_build_object('value', u.id, 'display', u.user_name) order by u.id)
     from tenancy.scim_group_members m
     join tenancy.scim_users u on u.tenant_id = m.tenant_id and u.id = m.scim_user_id
     where m.tenant_id = g.tenant_id and m.group_id = g.id), '[]') else '[]'::jsonb end as members`;

export const insertGroup = query<{ id: string }>(
  "scim.insert_group",
  `insert into tenancy.scim_groups (tenant_id, id, display_name, external_id, created_at, updated_at)
   values ($1::uuid, $2::uuid, $3::text, $4::text, $5::timestamptz, $5::timestamptz)
   on conflict do nothing
   returning id`,
);

export const findGroup = query<GroupRow>(
  "scim.find_group",
  `select ${GROUP}, ${MEMBERS} from tenancy.scim_groups g where g.tenant_id = $1::uuid and g.id = $2::uuid`,
);

/** Two patches of one group come one after the other: read-modify-write without it loses members. */
export const lockGroup = query<{ id: string }>(
  "scim.lock_group",
  `select id from tenancy.scim_groups where tenant_id = $1::uuid and id = $2::uuid for update`,
);

export const listGroups = query<GroupRow>(
  "scim.list_groups",
  `select ${GROUP}, ${MEMBERS} from tenancy.scim_groups g
   where g.tenant_id = $1::uuid and ($2::text is null or lower(g.display_name) = lower($2::text))
   order by g.id
   offset $4::int limit $5::int`,
);

export const countGroups = query<{ n: number }>(
  "scim.count_groups",
  `select count(*)::int as n from tenancy.scim_groups where tenant_id = $1::uuid`,
);

export const updateGroup = query(
  "scim.update_group",
  `update tenancy.scim_groups
   set display_name = $3::text, external_id = $4::text, version = version + 1, updated_at = $5::timestamptz
   where tenant_id = $1::uuid and id = $2::uuid`,
);

export const deleteGroup = query<{ display_name: string }>(
  "scim.delete_group",
  `delete from tenancy.scim_groups where tenant_id = $1::uuid and id = $2::uuid returning display_name`,
);

/** Ids of users of this tenant only: another's is not added, whatever the directory sends. */
export const insertMembers = query<{ scim_user_id: string }>(
  "scim.insert_members",
  `insert into tenancy.scim_group_members (tenant_id, group_id, scim_user_id)
   select $1::uuid, $2::uuid, u.id from tenancy.scim_users u where u.tenant_id = $1::uuid and u.id = any ($3::uuid[])
   on conflict do nothing
   returning scim_user_id`,
);

export const deleteMembers = query<{ scim_user_id: string }>(
  "scim.delete_members",
  `delete from tenancy.scim_group_members
   where tenant_id = $1::uuid and group_id = $2::uuid and scim_user_id = any ($3::uuid[])
   returning scim_user_id`,
);

export const listMemberIds = query<{ scim_user_id: string }>(
  "scim.list_member_ids",
  `select scim_user_id from tenancy.scim_group_members where tenant_id = $1::uuid and group_id = $2::uuid`,
);

export interface RolesRow {
  user_id: string;
  roles: string[];
  status: string;
  groups: string[];
}

/** Members with the names of their groups, under a lock on the membership. */
export const lockMembershipsOf = query<RolesRow>(
  "scim.lock_memberships_of",
  `select m.user_id, m.roles, m.status, array(
     select g.display_name from tenancy.scim_group_members gm
     join tenancy.scim_groups g on g.tenant_id = gm.tenant_id and g.id = gm.group_id
     where gm.tenant_id = u.tenant_id and gm.scim_user_id = u.id) as groups
   from tenancy.scim_users u
   join tenancy.memberships m on m.tenant_id = u.tenant_id and m.user_id = u.user_id
   where u.tenant_id = $1::uuid and u.id = any ($2::uuid[])
   order by m.user_id
   for update of m`,
);

/** Other tenants in which the person is active. */
export const countOtherMemberships = query<{ n: number }>(
  "scim.count_other_memberships",
  `select count(*)::int as n from tenancy.memberships
   where user_id = $2::uuid and tenant_id <> $1::uuid and status = 'active'`,
);

/** Sessions that came from this tenant's providers. */
export const deleteTenantSessions = query<{ id: string }>(
  "scim.delete_tenant_sessions",
  `delete from tenancy.sessions s
   where s.user_id = $2::uuid and exists (
     select from tenancy.sso_connections c where c.tenant_id = $1::uuid and ('sso:' || c.id) = any (s.amr))
   returning s.id`,
);

export const findProvenDomain = query<{ domain: string }>(
  "scim.find_proven_domain",
  `select domain from tenancy.sso_domains where tenant_id = $1::uuid and domain = $2::text and verified_at is not null`,
);

export const findDefaultRoles = query<{ default_roles: string[] }>(
  "scim.find_default_roles",
  `select default_roles from tenancy.sso_rules where tenant_id = $1::uuid`,
);

export const listGroupRoles = query<{ group_name: string; roles: string[] }>(
  "scim.list_group_roles",
  `select group_name, roles from tenancy.group_roles where tenant_id = $1::uuid`,
);

export const deleteTenantScim = query(
  "scim.delete_tenant",
  `with tokens as (delete from tenancy.scim_tokens where tenant_id = $1::uuid),
     groups as (delete from tenancy.scim_groups where tenant_id = $1::uuid)
   delete from tenancy.scim_users where tenant_id = $1::uuid`,
);

export const countTenantScim = query<{ n: number }>(
  "scim.count_tenant",
  `select ((select count(*) from tenancy.scim_tokens where tenant_id = $1::uuid)
     + (select count(*) from tenancy.scim_groups where tenant_id = $1::uuid)
     + (select count(*) from tenancy.scim_users where tenant_id = $1::uuid))::int as n`,
);

export const countDirectory = query<{ users: number; active: number; groups: number }>(
  "scim.count_directory",
  `select count(*)::int as users, (count(*) filter (where is_active))::int as active,
     (select count(*)::int from tenancy.scim_groups where tenant_id = $1::uuid) as groups
   from tenancy.scim_users where tenant_id = $1::uuid`,
);

/** Newest change first. */
export const listLastChanged = query<{
  id: string;
  user_id: string;
  user_name: string;
  is_active: boolean;
  updated_at: Date;
  groups: string[];
}>(
  "scim.list_last_changed",
  `select u.id, u.user_id, u.user_name, u.is_active, u.updated_at, array(
     select g.display_name from tenancy.scim_group_members m
     join tenancy.scim_groups g on g.tenant_id = m.tenant_id and g.id = m.group_id
     where m.tenant_id = u.tenant_id and m.scim_user_id = u.id
     order by g.display_name) as groups
   from tenancy.scim_users u where u.tenant_id = $1::uuid
   order by u.updated_at desc, u.id desc limit $2::int`,
);

/** By name, with the roles that each gives. */
export const listDirectoryGroups = query<{
  id: string;
  display_name: string;
  updated_at: Date;
  users: number;
  roles: string[];
}>(
  "scim.list_directory_groups",
  `select g.id, g.display_name, g.updated_at, coalesce(r.roles, '{}') as roles, (
     select count(*)::int from tenancy.scim_group_members m
     where m.tenant_id = g.tenant_id and m.group_id = g.id) as users
   from tenancy.scim_groups g
   left join tenancy.group_roles r on r.tenant_id = g.tenant_id and r.group_name = g.display_name
   where g.tenant_id = $1::uuid
   order by lower(g.display_name) limit $2::int`,
);
