-- SCIM 2.0 per tenant: tokens, users and groups as the directory knows them. Lock: none, new tables. Old code survives it.

create table tenancy.scim_tokens (
  tenant_id uuid not null,
  id uuid not null,
  name text not null,
  token_hash bytea not null,
  created_by text not null,
  created_at timestamptz not null,
  last_used_at timestamptz,
  expires_at timestamptz,
  constraint scim_tokens_pkey primary key (tenant_id, id),
  constraint scim_tokens_hash_key unique (token_hash),
  constraint scim_tokens_tenant_fkey foreign key (tenant_id) references tenancy.tenants (id) on delete cascade
);
comment on table tenancy.scim_tokens is 'Bearer tokens of directories. Two may live at once, for rotation.';
comment on column tenancy.scim_tokens.tenant_id is 'The one tenant it works in.';
comment on column tenancy.scim_tokens.id is 'UUID version 7.';
comment on column tenancy.scim_tokens.name is 'Which directory holds it.';
comment on column tenancy.scim_tokens.token_hash is 'SHA-256 of the token; the token is shown once.';
comment on column tenancy.scim_tokens.created_by is 'Actor who made it.';
comment on column tenancy.scim_tokens.created_at is 'When.';
comment on column tenancy.scim_tokens.last_used_at is 'Last use, to the minute.';
comment on column tenancy.scim_tokens.expires_at is 'Not valid from here on; null: until revoked.';

create table tenancy.scim_users (
  tenant_id uuid not null,
  id uuid not null,
  user_id uuid not null,
  user_name text not null,
  external_id text,
  is_active boolean not null,
  attributes jsonb not null,
  version bigint not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint scim_users_pkey primary key (tenant_id, id),
  constraint scim_users_user_key unique (tenant_id, user_id),
  constraint scim_users_tenant_fkey foreign key (tenant_id) references tenancy.tenants (id) on delete cascade,
  constraint scim_users_user_fkey foreign key (user_id) references tenancy.users (id) on delete cascade
);
create unique index scim_users_name_key on tenancy.scim_users (tenant_id, lower(user_name));
create index scim_users_external_idx on tenancy.scim_users (tenant_id, external_id) where external_id is not null;
comment on table tenancy.scim_users is 'People as a tenant''s directory describes them.';
comment on column tenancy.scim_users.tenant_id is 'The tenant.';
comment on column tenancy.scim_users.id is 'UUID version 7; the id of the SCIM resource.';
comment on column tenancy.scim_users.user_id is 'Our user.';
comment on column tenancy.scim_users.user_name is 'userName, unique without regard to case.';
comment on column tenancy.scim_users.external_id is 'The directory''s own id.';
comment on column tenancy.scim_users.is_active is 'false: the membership is suspended.';
comment on column tenancy.scim_users.attributes is 'What else the directory said, by the names of RFC 7643.';
comment on column tenancy.scim_users.version is 'Grows with each change; the ETag.';
comment on column tenancy.scim_users.created_at is 'When provisioned.';
comment on column tenancy.scim_users.updated_at is 'Last change.';

create table tenancy.scim_groups (
  tenant_id uuid not null,
  id uuid not null,
  display_name text not null,
  external_id text,
  version bigint not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint scim_groups_pkey primary key (tenant_id, id),
  constraint scim_groups_tenant_fkey foreign key (tenant_id) references tenancy.tenants (id) on delete cascade
);
create unique index scim_groups_name_key on tenancy.scim_groups (tenant_id, lower(display_name));
comment on table tenancy.scim_groups is 'Groups of a tenant''s directory. What they permit is in group_roles, by name.';
comment on column tenancy.scim_groups.tenant_id is 'The tenant.';
comment on column tenancy.scim_groups.id is 'UUID version 7; the id of the SCIM resource.';
comment on column tenancy.scim_groups.display_name is 'Unique without regard to case.';
comment on column tenancy.scim_groups.external_id is 'The directory''s own id.';
comment on column tenancy.scim_groups.version is 'Grows with each change; the ETag.';
comment on column tenancy.scim_groups.created_at is 'When provisioned.';
comment on column tenancy.scim_groups.updated_at is 'Last change.';

create table tenancy.scim_group_members (
  tenant_id uuid not null,
  group_id uuid not null,
  scim_user_id uuid not null,
  constraint scim_group_members_pkey primary key (tenant_id, group_id, scim_user_id),
  constraint scim_group_members_group_fkey foreign key (tenant_id, group_id)
    references tenancy.scim_groups (tenant_id, id) on delete cascade,
  constraint scim_group_members_user_fkey foreign key (tenant_id, scim_user_id)
    references tenancy.scim_users (tenant_id, id) on delete cascade
);
create index scim_group_members_user_idx on tenancy.scim_group_members (tenant_id, scim_user_id);
comment on table tenancy.scim_group_members is 'Who is in which group.';
comment on column tenancy.scim_group_members.tenant_id is 'The tenant of both.';
comment on column tenancy.scim_group_members.group_id is 'The group.';
comment on column tenancy.scim_group_members.scim_user_id is 'The user.';
