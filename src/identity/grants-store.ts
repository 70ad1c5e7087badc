import { query } from "../db/sql.ts";

export interface GrantRow {
  id: string;
  user_id: string;
  email: string;
  roles: string[];
  reason: string;
  granted_by: string;
  created_at: Date;
  starts_at: Date;
  ends_at: Date;
  ended_at: Date | null;
  ended_by: string | null;
  end_reason: string | null;
}

const GRANT = `g.id, g.user_id, u.email, g.roles, g.reason, g.granted_by, g.created_at, g.starts_at, g.ends_at,
     g.ended_at, g.ended_by, g.end_reason
   from tenancy.member_grants g
   join tenancy.users u on u.id = g.user_id`;

/** Newest first; with a moment, those alone that hold then or will. */
export const listGrants = query<GrantRow>(
  "identity.list_grants",
  `select ${GRANT}
   where g.tenant_id = $1::uuid and ($2::uuid is null or g.user_id = $2::uuid)
     and ($3::timestamptz is null or (g.ended_at is null and g.ends_at > $3::timestamptz))
     and ($4::uuid is null or g.id < $4::uuid)
   order by g.id desc limit $5::int`,
);

export const findGrant = query<GrantRow>(
  "identity.find_grant",
  `select ${GRANT} where g.tenant_id = $1::uuid and g.id = $2::uuid`,
);

/** Locks the membership, so that grants of one member are given one after the other; none when they are no member. */
export const lockMembership = query<{ live: number }>(
  "identity.lock_membership",
  `select (select count(*) from tenancy.member_grants g
           where g.tenant_id = m.tenant_id and g.user_id = m.user_id and g.ended_at is null
             and g.ends_at > $3::timestamptz)::int as live
   from tenancy.memberships m
   where m.tenant_id = $1::uuid and m.user_id = $2::uuid
   for update of m`,
);

export const insertGrant = query(
  "identity.insert_grant",
  `insert into tenancy.member_grants
     (tenant_id, id, user_id, roles, reason, granted_by, created_at, starts_at, ends_at)
   values ($1::uuid, $2::uuid, $3::uuid, $4::text[], $5::text, $6::text, $7::timestamptz, $8::timestamptz,
     $9::timestamptz)`,
);

/** Those that hold or will, and carry one of these roles. */
export const endGrantsWithRoles = query<{ id: string; roles: string[] }>(
  "identity.end_grants_with_roles",
  `update tenancy.member_grants
   set ended_at = $4::timestamptz, ended_by = $5::text, end_reason = $6::text
   where tenant_id = $1::uuid and user_id = $2::uuid and roles && $3::text[] and ended_at is null
     and ends_at > $4::timestamptz
   returning id, roles`,
);

/** Those that one of these actors gave, and that hold or will; in their order, so that two never wait for each other. */
export const lockGrantsBy = query<{ id: string; roles: string[] }>(
  "identity.lock_grants_by",
  `select id, roles from tenancy.member_grants
   where tenant_id = $1::uuid and granted_by = any ($2::text[]) and ended_at is null and ends_at > $3::timestamptz
   order by id
   for update`,
);

/** None when it is over or was ended already. */
export const endGrantRow = query<{ user_id: string; roles: string[] }>(
  "identity.end_grant",
  `update tenancy.member_grants
   set ended_at = $3::timestamptz, ended_by = $4::text, end_reason = $5::text
   where tenant_id = $1::uuid and id = $2::uuid and ended_at is null and ends_at > $3::timestamptz
   returning user_id, roles`,
);
