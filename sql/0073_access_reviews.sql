-- Reviews of who has what. Lock: share row exclusive on tenants, for a moment. Old code survives it: it does not know the
-- tables.

create table tenancy.access_reviews (
  tenant_id uuid not null,
  id uuid not null,
  name text not null,
  reviewers uuid[] not null default '{}',
  overdue text not null,
  started_by text not null,
  created_at timestamptz not null,
  due_at timestamptz not null,
  closed_at timestamptz,
  closed_by text,
  constraint access_reviews_pkey primary key (tenant_id, id),
  constraint access_reviews_tenant_fkey foreign key (tenant_id) references tenancy.tenants (id) on delete cascade,
  constraint access_reviews_overdue_known check (overdue in ('keep', 'withdraw')),
  constraint access_reviews_closed_whole check ((closed_at is null) = (closed_by is null))
);
create index access_reviews_due_idx on tenancy.access_reviews (due_at) where closed_at is null;
comment on table tenancy.access_reviews is 'Campaigns in which people look at who has what in a tenant.';
comment on column tenancy.access_reviews.tenant_id is 'The tenant.';
comment on column tenancy.access_reviews.id is 'UUID version 7.';
comment on column tenancy.access_reviews.name is 'For people, such as the quarter.';
comment on column tenancy.access_reviews.reviewers is 'Users who decide; empty: whoever manages reviews.';
comment on column tenancy.access_reviews.overdue is 'What becomes of items that nobody decided until the end.';
comment on column tenancy.access_reviews.started_by is 'Actor who started it.';
comment on column tenancy.access_reviews.created_at is 'The items are as of this moment.';
comment on column tenancy.access_reviews.due_at is 'Its end.';
comment on column tenancy.access_reviews.closed_at is 'When it ended; null: it is open.';
comment on column tenancy.access_reviews.closed_by is 'Actor who ended it; system:reviews at its time.';

create table tenancy.access_review_items (
  tenant_id uuid not null,
  review_id uuid not null,
  id uuid not null default gen_random_uuid(),
  kind text not null,
  subject_id uuid not null,
  subject text not null,
  holds text[] not null,
  via text[] not null,
  last_used_at timestamptz,
  decision text,
  is_overdue boolean not null default false,
  reason text,
  decided_by text,
  decided_at timestamptz,
  fault text,
  constraint access_review_items_pkey primary key (tenant_id, review_id, id),
  constraint access_review_items_review_fkey foreign key (tenant_id, review_id)
    references tenancy.access_reviews (tenant_id, id) on delete cascade,
  constraint access_review_items_kind_known check (kind in ('role', 'grant', 'service_account', 'api_key')),
  constraint access_review_items_decision_known check (decision in ('confirm', 'withdraw')),
  constraint access_review_items_decided_whole check ((decision is null) = (decided_at is null))
);
comment on table tenancy.access_review_items is 'One thing that somebody has, as of the start of the review, and what was decided.';
comment on column tenancy.access_review_items.tenant_id is 'The tenant.';
comment on column tenancy.access_review_items.review_id is 'The review.';
comment on column tenancy.access_review_items.id is 'Names it.';
comment on column tenancy.access_review_items.kind is 'role: of a member. grant: for a time. service_account: a role of one. api_key: a key by itself.';
comment on column tenancy.access_review_items.subject_id is 'Of the user, grant, service account or key.';
comment on column tenancy.access_review_items.subject is 'Address of the member, or name of the program.';
comment on column tenancy.access_review_items.holds is 'The role; or what a grant gives; or the permissions of a key.';
comment on column tenancy.access_review_items.via is 'How it came: membership, group:<name>, grant by and until, key.';
comment on column tenancy.access_review_items.last_used_at is 'Last action in the tenant, or last use of a key, within 90 days of the start; null: none.';
comment on column tenancy.access_review_items.decision is 'confirm, withdraw; or null.';
comment on column tenancy.access_review_items.is_overdue is 'Nobody decided; the default of the review did.';
comment on column tenancy.access_review_items.reason is 'Why, for the evidence.';
comment on column tenancy.access_review_items.decided_by is 'Actor who decided.';
comment on column tenancy.access_review_items.decided_at is 'When.';
comment on column tenancy.access_review_items.fault is 'Why a withdrawal at the end could not be made, such as the last owner; or null.';
