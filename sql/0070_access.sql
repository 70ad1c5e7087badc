-- Roles and policies of tenants, and roles of operators. Lock: access exclusive on operators, for a moment. Old code
-- survives it: the new column has a default, and what is new is not read by it.

alter table tenancy.operators
  add column role text not null default 'administrator',
  add constraint operators_role_known check (role in ('administrator', 'support', 'billing', 'read_only'));
comment on column tenancy.operators.role is 'What they may do on the platform.';

create table tenancy.access_changes (
  scope uuid not null,
  epoch bigint not null default 1,
  changed_at timestamptz not null default now(),
  constraint access_changes_pkey primary key (scope)
);
create index access_changes_age_idx on tenancy.access_changes (changed_at);
comment on table tenancy.access_changes is 'How often the rules of a tenant, or of the platform, were changed: processes look here for what they must read again.';
comment on column tenancy.access_changes.scope is 'A tenant; all zeros: the platform.';
comment on column tenancy.access_changes.epoch is 'Grows with each change.';
comment on column tenancy.access_changes.changed_at is 'Last change.';

create table tenancy.access_settings (
  tenant_id uuid not null,
  time_zone text not null default 'UTC',
  allowed_ranges text[] not null default '{}',
  updated_at timestamptz not null,
  constraint access_settings_pkey primary key (tenant_id),
  constraint access_settings_tenant_fkey foreign key (tenant_id) references tenancy.tenants (id) on delete cascade,
  constraint access_settings_ranges_few check (cardinality(allowed_ranges) <= 200)
);
comment on table tenancy.access_settings is 'Rules of a tenant that are no policies. A tenant without a row has the defaults.';
comment on column tenancy.access_settings.tenant_id is 'The tenant.';
comment on column tenancy.access_settings.time_zone is 'IANA name; times in conditions are meant in it.';
comment on column tenancy.access_settings.allowed_ranges is 'Addresses and ranges that its members and keys may come from; empty: any.';
comment on column tenancy.access_settings.updated_at is 'Last change.';

create table tenancy.roles (
  tenant_id uuid not null,
  key text not null,
  name text not null,
  description text not null default '',
  grants jsonb not null,
  policy text not null,
  created_by text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint roles_pkey primary key (tenant_id, key),
  constraint roles_tenant_fkey foreign key (tenant_id) references tenancy.tenants (id) on delete cascade,
  constraint roles_key_form check (key ~ '^[a-z][a-z0-9_-]{0,62}$')
);
comment on table tenancy.roles is 'Roles that tenants made themselves; the built-in ones are in the code.';
comment on column tenancy.roles.tenant_id is 'Whose role it is.';
comment on column tenancy.roles.key is 'Names it in memberships; never changes.';
comment on column tenancy.roles.name is 'For people.';
comment on column tenancy.roles.description is 'For people; may be empty.';
comment on column tenancy.roles.grants is 'Permissions and conditions, as the form has them.';
comment on column tenancy.roles.policy is 'The Cedar text that the form was turned into.';
comment on column tenancy.roles.created_by is 'Actor who made it.';
comment on column tenancy.roles.created_at is 'When.';
comment on column tenancy.roles.updated_at is 'Last change.';

create table tenancy.policies (
  tenant_id uuid not null,
  id uuid not null,
  name text not null,
  text text not null,
  is_enabled boolean not null default true,
  created_by text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint policies_pkey primary key (tenant_id, id),
  constraint policies_name_key unique (tenant_id, name),
  constraint policies_tenant_fkey foreign key (tenant_id) references tenancy.tenants (id) on delete cascade
);
comment on table tenancy.policies is 'Cedar policies that tenants wrote themselves, beside their roles.';
comment on column tenancy.policies.tenant_id is 'Whose policy it is.';
comment on column tenancy.policies.id is 'UUID version 7.';
comment on column tenancy.policies.name is 'For people; one of its kind in the tenant.';
comment on column tenancy.policies.text is 'Cedar, one policy.';
comment on column tenancy.policies.is_enabled is 'False: kept, and without effect.';
comment on column tenancy.policies.created_by is 'Actor who made it.';
comment on column tenancy.policies.created_at is 'When.';
comment on column tenancy.policies.updated_at is 'Last change.';

create table tenancy.policy_tests (
  tenant_id uuid not null,
  id uuid not null,
  name text not null,
  question jsonb not null,
  is_allowed boolean not null,
  created_at timestamptz not null,
  constraint policy_tests_pkey primary key (tenant_id, id),
  constraint policy_tests_name_key unique (tenant_id, name),
  constraint policy_tests_tenant_fkey foreign key (tenant_id) references tenancy.tenants (id) on delete cascade
);
comment on table tenancy.policy_tests is 'What a tenant expects of its rules; a change of them that breaks an expectation is refused.';
comment on column tenancy.policy_tests.tenant_id is 'Whose test it is.';
comment on column tenancy.policy_tests.id is 'UUID version 7.';
comment on column tenancy.policy_tests.name is 'What is expected, for people.';
comment on column tenancy.policy_tests.question is 'Roles, permission and circumstances.';
comment on column tenancy.policy_tests.is_allowed is 'The decision that is expected.';
comment on column tenancy.policy_tests.created_at is 'When.';
