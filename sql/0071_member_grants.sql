-- What members are given for a time. Lock: share row exclusive on memberships, for a moment. Old code survives it: it
-- does not know the table, and gives nobody anything by it.

create table tenancy.member_grants (
  tenant_id uuid not null,
  id uuid not null,
  user_id uuid not null,
  roles text[] not null,
  reason text not null,
  granted_by text not null,
  created_at timestamptz not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  ended_at timestamptz,
  ended_by text,
  end_reason text,
  constraint member_grants_pkey primary key (tenant_id, id),
  constraint member_grants_member_fkey foreign key (tenant_id, user_id)
    references tenancy.memberships (tenant_id, user_id) on delete cascade,
  constraint member_grants_roles_some check (cardinality(roles) between 1 and 50),
  constraint member_grants_bounded check (ends_at > starts_at),
  constraint member_grants_end_whole check ((ended_at is null) = (ended_by is null))
);
create index member_grants_member_idx on tenancy.member_grants (tenant_id, user_id, ends_at);
comment on table tenancy.member_grants is 'Roles and permissions that members hold for a time, beside those of their membership.';
comment on column tenancy.member_grants.tenant_id is 'The tenant.';
comment on column tenancy.member_grants.id is 'UUID version 7.';
comment on column tenancy.member_grants.user_id is 'The member; the grant goes with the membership.';
comment on column tenancy.member_grants.roles is 'Keys of roles; $may:<permission> is one permission by itself.';
comment on column tenancy.member_grants.reason is 'Why, for people.';
comment on column tenancy.member_grants.granted_by is 'Actor who gave it.';
comment on column tenancy.member_grants.created_at is 'When it was given.';
comment on column tenancy.member_grants.starts_at is 'Holds from here on.';
comment on column tenancy.member_grants.ends_at is 'Does not hold from here on, by the clock alone.';
comment on column tenancy.member_grants.ended_at is 'Ended early; null: not.';
comment on column tenancy.member_grants.ended_by is 'Actor who ended it; or null.';
comment on column tenancy.member_grants.end_reason is 'Why it was ended; or null.';
