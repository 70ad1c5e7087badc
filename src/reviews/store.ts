import { query } from "../db/sql.ts";

export interface ReviewRow {
  id: string;
  tenant_id: string;
  name: string;
  reviewers: string[];
  overdue: "keep" | "withdraw";
  started_by: string;
  created_at: Date;
  due_at: Date;
  closed_at: Date | null;
  closed_by: string | null;
  items: number;
  open_items: number;
  withdrawn: number;
}

const REVIEW = `r.id, r.tenant_id, r.name, r.reviewers, r.overdue, r.started_by, r.created_at, r.due_at, r.closed_at,
     r.closed_by, c.items, c.open_items, c.withdrawn
   from tenancy.access_reviews r
   cross join lateral (
     select count(*)::int as items, (count(*) filter (where i.decision is null))::int as open_items,
       (count(*) filter (where i.decision = 'withdraw'))::int as withdrawn
     from tenancy.access_review_items i
     where i.tenant_id = r.tenant_id and i.review_id = r.id
   ) c`;

/** Newest first. */
export const listReviews = query<ReviewRow>(
  "reviews.list",
  `select ${REVIEW} where r.tenant_id = $1::uuid order by r.id desc limit $2::int`,
);

export const findReview = query<ReviewRow>(
  "reviews.find",
  `select ${REVIEW} where r.tenant_id = $1::uuid and r.id = $2::uuid`,
);

/** Past their end, of all tenants; the longest due first, after the one that is due at $3 and has the id $4. */
export const listDueReviews = query<{ tenant_id: string; id: string; due_at: Date }>(
  "reviews.list_due",
  `select tenant_id, id, due_at from tenancy.access_reviews
   where closed_at is null and due_at <= $1::timestamptz
     and ($3::timestamptz is null or (due_at, id) > ($3::timestamptz, $4::uuid))
   order by due_at, id limit $2::int`,
);

/** Reviews of a tenant are started one after the other. */
export const lockReviews = query<{ open: number }>(
  "reviews.lock",
  `select (select count(*) from tenancy.access_reviews where tenant_id = $1::uuid and closed_at is null)::int as open
   from (select pg_advisory_xact_lock(hashtextextended('reviews ' || $1::text, 0))) as locked`,
);

export const insertReview = query(
  "reviews.insert",
  `insert into tenancy.access_reviews
     (tenant_id, id, name, reviewers, overdue, started_by, created_at, due_at)
   values ($1::uuid, $2::uuid, $3::text, $4::uuid[], $5::text, $6::text, $7::timestamptz, $8::timestamptz)`,
);

/**
 * What everybody has at this moment. Last uses come from the tenant's audit log since $4, an id of that time; a role is
 * via each group of the directory that gives it to the member, and else via the membership itself.
 */
export const insertItems = query(
  "reviews.insert_items",
  `with used as (
     select r.actor, max(r.at) as at from tenancy.audit_records r
     where r.tenant_id = $1::uuid and r.id >= $4::uuid group by r.actor
   ), groups as (
     select su.user_id, g.display_name, gr.roles
     from tenancy.scim_users su
     join tenancy.scim_group_members gm on gm.tenant_id = su.tenant_id and gm.scim_user_id = su.id
     join tenancy.scim_groups g on g.tenant_id = gm.tenant_id and g.id = gm.group_id
     join tenancy.group_roles gr on gr.tenant_id = g.tenant_id and gr.group_name = g.display_name
     where su.tenant_id = $1::uuid
   ), accounts as (
     select a.id, a.name, a.roles, max(k.last_used_at) as last_used_at
     from tenancy.service_accounts a
     left join tenancy.api_keys k on k.tenant_id = a.tenant_id and k.service_account_id = a.id
     where a.tenant_id = $1::uuid and a.status = 'active' group by a.id, a.name, a.roles
   )
   insert into tenancy.access_review_items
     (tenant_id, review_id, kind, subject_id, subject, holds, via, last_used_at)
   select $1::uuid, $2::uuid, found.kind, found.subject_id, found.subject, found.holds, found.via, found.last_used_at
   from (
     select 'role' as kind, m.user_id as subject_id, u.email as subject, array[held.role] as holds,
       coalesce((select array_agg('group:' || g.display_name order by g.display_name) from groups g
                 where g.user_id = m.user_id and held.role = any (g.roles)), '{membership}') as via,
       used.at as last_used_at
     from tenancy.memberships m
     join tenancy.users u on u.id = m.user_id
     cross join lateral unnest(m.roles) as held (role)
     left join used on used.actor = 'user:' || m.user_id::text
     where m.tenant_id = $1::uuid
     union all
     select 'grant', g.id, u.email, g.roles,
       array['grant by ' || g.granted_by || ' until ' || to_char(g.ends_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI"Z"')],
       used.at
     from tenancy.member_grants g
     join tenancy.users u on u.id = g.user_id
     left join used on used.actor = 'user:' || g.user_id::text
     where g.tenant_id = $1::uuid and g.ended_at is null and g.ends_at > $3::timestamptz
     union all
     select 'service_account', a.id, a.name, array[held.role], '{service account}', a.last_used_at
     from accounts a cross join lateral unnest(a.roles) as held (role)
     union all
     select 'api_key', k.id, k.name, coalesce(k.scopes, '{}'), '{key}', k.last_used_at
     from tenancy.api_keys k
     where k.tenant_id = $1::uuid and k.service_account_id is null
       and (k.expires_at is null or k.expires_at > $3::timestamptz)
   ) found
   order by found.subject, found.kind, found.holds`,
);

export interface ItemRow {
  id: string;
  kind: "role" | "grant" | "service_account" | "api_key";
  subject_id: string;
  subject: string;
  holds: string[];
  via: string[];
  last_used_at: Date | null;
  decision: "confirm" | "withdraw" | null;
  is_overdue: boolean;
  reason: string | null;
  decided_by: string | null;
  decided_at: Date | null;
  fault: string | null;
}

const ITEM =
  "id, kind, subject_id, subject, holds, via, last_used_at, decision, is_overdue, reason, decided_by, decided_at, fault";

/** By subject, then by id; the cursor is both of the last one of the page before. */
export const listItems = query<ItemRow>(
  "reviews.list_items",
  `select ${ITEM} from tenancy.access_review_items
   where tenant_id = $1::uuid and review_id = $2::uuid
     and ($3::boolean is null or (decision is null) = $3::boolean)
     and ($4::text is null or (subject, id) > ($4::text, $5::uuid))
   order by subject, id limit $6::int`,
);

export const findItem = query<ItemRow>(
  "reviews.find_item",
  `select ${ITEM} from tenancy.access_review_items
   where tenant_id = $1::uuid and review_id = $2::uuid and id = $3::uuid`,
);

/** What is held by items that nobody decided; scopes are permissions. */
export const listOpenHoldings = query<{ key: string; is_scope: boolean }>(
  "reviews.list_open_holdings",
  `select distinct held.key, i.kind = 'api_key' as is_scope
   from tenancy.access_review_items i cross join lateral unnest(i.holds) as held (key)
   where i.tenant_id = $1::uuid and i.review_id = $2::uuid and i.decision is null`,
);

/**
 * Whether an undecided item is somebody's own: a role or grant of the user $4; a program that they or the actor $5 made,
 * or made a key of, themselves or through a key of theirs: who made a key can use it. Of all items without $3.
 */
export const ownsOpenItem = query<{ is_own: boolean }>(
  "reviews.owns_open_item",
  `with recursive hands as (
     select unnest(array[$5::text, 'user:' || $4::text]) as actor
     union
     select 'key:' || k.id from tenancy.api_keys k join hands h on k.created_by = h.actor
     where k.tenant_id = $1::uuid)
   select exists (
     select from tenancy.access_review_items i
     where i.tenant_id = $1::uuid and i.review_id = $2::uuid and i.decision is null
       and ($3::uuid is null or i.id = $3::uuid)
       and (
         (i.kind = 'role' and i.subject_id = $4::uuid)
         or (i.kind = 'grant' and exists (
           select from tenancy.member_grants g
           where g.tenant_id = i.tenant_id and g.id = i.subject_id and g.user_id = $4::uuid
         ))
         or (i.kind = 'service_account' and exists (
           select from tenancy.service_accounts a
           where a.tenant_id = i.tenant_id and a.id = i.subject_id
             and a.created_by in (select actor from hands)
         ))
         or (i.kind in ('service_account', 'api_key') and exists (
           select from tenancy.api_keys k
           where k.tenant_id = i.tenant_id and i.subject_id in (k.id, k.service_account_id)
             and k.created_by in (select actor from hands)
         ))
       )
   ) as is_own`,
);

/** Once. */
export const decideItem = query<{ id: string }>(
  "reviews.decide_item",
  `update tenancy.access_review_items
   set decision = $4::text, reason = $5::text, decided_by = $6::text, decided_at = $7::timestamptz,
     is_overdue = $8::boolean, fault = $9::text
   where tenant_id = $1::uuid and review_id = $2::uuid and id = $3::uuid and decision is null
   returning id`,
);

export const closeReviewRow = query<{ id: string }>(
  "reviews.close",
  `update tenancy.access_reviews set closed_at = $3::timestamptz, closed_by = $4::text
   where tenant_id = $1::uuid and id = $2::uuid and closed_at is null
   returning id`,
);

export const deleteTenantReviews = query(
  "reviews.delete_tenant",
  `delete from tenancy.access_reviews where tenant_id = $1::uuid`,
);

export const countTenantReviews = query<{ n: number }>(
  "reviews.count_tenant",
  `select count(*)::int as n from tenancy.access_reviews where tenant_id = $1::uuid`,
);
