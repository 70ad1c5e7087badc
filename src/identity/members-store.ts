import { query } from "../db/sql.ts";
import type { Locale } from "./principal.ts";

export interface MembershipRow {
  status: "active" | "suspended";
  roles: string[];
  mfa_required: boolean;
  /** Null: none. In milliseconds since 1970. */
  grants: readonly { readonly roles: string[]; readonly fromMs: number; readonly untilMs: number }[] | null;
}

/** Whether the tenant demands a second factor; no row: it does not. */
export const findMfaDemand = query<{ mfa_required: boolean }>(
  "identity.find_mfa_demand",
  `select mfa_required from tenancy.sign_in_rules where tenant_id = $1::uuid`,
);

const MEMBERSHIP = `m.status, m.roles, coalesce(r.mfa_required, false) as mfa_required,
     (select json_agg(json_build_object('roles', g.roles,
        'fromMs', extract(epoch from g.starts_at)::float8 * 1000,
        'untilMs', extract(epoch from g.ends_at)::float8 * 1000))
      from tenancy.member_grants g
      where g.tenant_id = m.tenant_id and g.user_id = m.user_id and g.ended_at is null
        and g.ends_at > $3::timestamptz) as grants
   from tenancy.memberships m
   left join tenancy.sign_in_rules r on r.tenant_id = m.tenant_id`;

export const findMembership = query<MembershipRow>(
  "identity.find_membership",
  `select ${MEMBERSHIP} where m.tenant_id = $1::uuid and m.user_id = $2::uuid`,
);

export const listMemberships = query<MembershipRow & { user_id: string }>(
  "identity.list_memberships",
  `select m.user_id, ${MEMBERSHIP} where m.tenant_id = $1::uuid and m.user_id = any ($2::uuid[])`,
);

/** Those of the named who have access: by id, or by address. */
export const listNamedMembers = query<{ user_id: string; email: string }>(
  "identity.list_named_members",
  `select m.user_id, u.email from tenancy.memberships m join tenancy.users u on u.id = m.user_id
   where m.tenant_id = $1::uuid and m.status = 'active' and u.status = 'active' and m.user_id = any ($2::uuid[])
   union
   select m.user_id, u.email from tenancy.users u join tenancy.memberships m on m.user_id = u.id
   where m.tenant_id = $1::uuid and m.status = 'active' and u.status = 'active' and u.email = any ($3::text[])`,
);

export interface MemberRow {
  user_id: string;
  email: string;
  name: string;
  locale: Locale;
  status: "active" | "suspended";
  user_status: "active" | "disabled";
  roles: string[];
  created_at: Date;
}

const MEMBER = `m.user_id, u.email, u.name, u.locale, m.status, u.status as user_status, m.roles, m.created_at
   from tenancy.memberships m
   join tenancy.users u on u.id = m.user_id`;

/** By address, of one role or of all; the cursor is the last address of the page before. */
export const listMembers = query<MemberRow>(
  "identity.list_members",
  `select ${MEMBER}
   where m.tenant_id = $1::uuid and ($2::text is null or u.email > $2::text)
     and ($3::text is null or u.email ilike $3::text or u.name ilike $3::text)
     and ($5::text is null or $5::text = any (m.roles))
   order by u.email limit $4::int`,
);

export const findMember = query<MemberRow>(
  "identity.find_member",
  `select ${MEMBER} where m.tenant_id = $1::uuid and m.user_id = $2::uuid`,
);

/** Whom a tenant's own matters are mailed to; no more than a few dozen. */
export const listAdministrators = query<{ email: string; locale: Locale }>(
  "identity.list_administrators",
  `select u.email, u.locale
   from tenancy.memberships m
   join tenancy.users u on u.id = m.user_id
   where m.tenant_id = $1::uuid and m.roles && array['owner', 'admin'] and m.status = 'active' and u.status = 'active'
   order by u.email
   limit 30`,
);

/** None when they are a member already. */
export const insertMembership = query<{ user_id: string }>(
  "identity.insert_membership",
  `insert into tenancy.memberships (tenant_id, user_id, roles, created_at, updated_at)
   values ($1::uuid, $2::uuid, $3::text[], $4::timestamptz, $4::timestamptz)
   on conflict (tenant_id, user_id) do nothing
   returning user_id`,
);

export const updateMembership = query<{ user_id: string }>(
  "identity.update_membership",
  `update tenancy.memberships
   set roles = coalesce($3::text[], roles), status = coalesce($4::text, status), updated_at = $5::timestamptz
   where tenant_id = $1::uuid and user_id = $2::uuid
   returning user_id`,
);

export const deleteMembership = query<{ user_id: string }>(
  "identity.delete_membership",
  `delete from tenancy.memberships where tenant_id = $1::uuid and user_id = $2::uuid returning user_id`,
);

export interface StandingRow {
  user_id: string;
  roles: string[];
  status: "active" | "suspended";
  is_owner: boolean;
}

/**
 * A member and all owners, locked in one order: nothing that is given meanwhile is lost, two who leave at once do not both
 * believe that the other stays, and neither waits for the other forever.
 */
export const lockStandings = query<StandingRow>(
  "identity.lock_standings",
  `select m.user_id, m.roles, m.status,
     'owner' = any(m.roles) and m.status = 'active' and u.status = 'active' as is_owner
   from tenancy.memberships m
   join tenancy.users u on u.id = m.user_id
   where m.tenant_id = $1::uuid and (m.user_id = $2::uuid or 'owner' = any(m.roles))
   order by m.user_id
   for update of m`,
);

/** All who have a role for good, locked in the order of `lockStandings`. */
export const lockHolders = query<{ user_id: string; roles: string[] }>(
  "identity.lock_holders",
  `select user_id, roles from tenancy.memberships
   where tenant_id = $1::uuid and $2::text = any(roles)
   order by user_id
   for update`,
);

export interface UserTenantRow {
  tenant_id: string;
  slug: string;
  name: string;
  status: string;
  roles: string[];
}

/** Tenants that a user may enter, by name; a tenant that is on its way out is not among them. */
export const listUserTenants = query<UserTenantRow>(
  "identity.list_user_tenants",
  `select t.id as tenant_id, t.slug, t.name, t.status, m.roles
   from tenancy.memberships m
   join tenancy.tenants t on t.id = m.tenant_id
   where m.user_id = $1::uuid and m.status = 'active' and t.status in ('active', 'suspended', 'moving')
   order by lower(t.name), t.id
   limit $2::int`,
);

/** What of a tenant the identity tables still hold; 0 after its erasure. */
export const countTenantIdentity = query<{ n: number }>(
  "identity.count_tenant",
  `select ((select count(*) from tenancy.memberships where tenant_id = $1::uuid)
     + (select count(*) from tenancy.invitations where tenant_id = $1::uuid)
     + (select count(*) from tenancy.member_grants where tenant_id = $1::uuid)
     + (select count(*) from tenancy.service_accounts where tenant_id = $1::uuid)
     + (select count(*) from tenancy.api_keys where tenant_id = $1::uuid)
     + (select count(*) from tenancy.recovery_approvals where tenant_id = $1::uuid)
     + (select count(*) from tenancy.sign_in_rules where tenant_id = $1::uuid))::int as n`,
);

/** Keys go with their accounts, and by themselves. */
export const deleteTenantIdentity = query(
  "identity.delete_tenant",
  `with keys as (delete from tenancy.api_keys where tenant_id = $1::uuid),
     granted as (delete from tenancy.member_grants where tenant_id = $1::uuid),
     invited as (delete from tenancy.invitations where tenant_id = $1::uuid),
     approved as (delete from tenancy.recovery_approvals where tenant_id = $1::uuid),
     rules as (delete from tenancy.sign_in_rules where tenant_id = $1::uuid),
     members as (delete from tenancy.memberships where tenant_id = $1::uuid)
   delete from tenancy.service_accounts where tenant_id = $1::uuid`,
);
