-- Users, their tenants, and one table of sessions for staff and users. Lock: access exclusive on sessions and api_keys,
-- for a moment. Old code survives it: what is added has defaults or may be null.

create table tenancy.users (
  id uuid not null,
  email text not null,
  name text not null default '',
  locale text not null default 'en',
  status text not null default 'active',
  password_hash text,
  password_changed_at timestamptz,
  email_verified_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint users_pkey primary key (id),
  constraint users_email_key unique (email),
  constraint users_email_normal check (email = lower(email) and email ~ '^[^@[:space:]]+@[^@[:space:]]+$' and length(email) <= 254),
  constraint users_locale_known check (locale in ('en', 'fr')),
  constraint users_status_known check (status in ('active', 'disabled')),
  constraint users_password_whole check ((password_hash is null) = (password_changed_at is null))
);
comment on table tenancy.users is 'People who are members of tenants. A user belongs to no tenant.';
comment on column tenancy.users.id is 'UUID version 7.';
comment on column tenancy.users.email is 'Normalised: lower case, domain in A-labels. Names the person at sign-in.';
comment on column tenancy.users.name is 'For people; may be empty.';
comment on column tenancy.users.locale is 'Language of messages to them.';
comment on column tenancy.users.status is 'disabled signs in nowhere.';
comment on column tenancy.users.password_hash is 'argon2id in PHC form, with its parameters; null: signs in without a password.';
comment on column tenancy.users.password_changed_at is 'When it was set.';
comment on column tenancy.users.email_verified_at is 'When a link sent to the address came back; null: never.';
comment on column tenancy.users.created_at is 'When added.';
comment on column tenancy.users.updated_at is 'Last change of this row.';

create table tenancy.memberships (
  tenant_id uuid not null,
  user_id uuid not null,
  status text not null default 'active',
  roles text[] not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint memberships_pkey primary key (tenant_id, user_id),
  constraint memberships_tenant_fkey foreign key (tenant_id) references tenancy.tenants (id) on delete cascade,
  constraint memberships_user_fkey foreign key (user_id) references tenancy.users (id) on delete cascade,
  constraint memberships_status_known check (status in ('active', 'suspended')),
  constraint memberships_roles_some check (cardinality(roles) between 1 and 20)
);
create index memberships_user_idx on tenancy.memberships (user_id);
comment on table tenancy.memberships is 'Which user may act in which tenant, and as what.';
comment on column tenancy.memberships.tenant_id is 'The tenant.';
comment on column tenancy.memberships.user_id is 'The user.';
comment on column tenancy.memberships.status is 'suspended has no access, but keeps its roles.';
comment on column tenancy.memberships.roles is 'Keys of built-in or own roles of the tenant.';
comment on column tenancy.memberships.created_at is 'When they joined.';
comment on column tenancy.memberships.updated_at is 'Last change of this row.';

create table tenancy.invitations (
  tenant_id uuid not null,
  id uuid not null,
  email text not null,
  roles text[] not null,
  locale text not null default 'en',
  token_hash bytea not null,
  invited_by text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  constraint invitations_pkey primary key (tenant_id, id),
  constraint invitations_token_key unique (token_hash),
  constraint invitations_email_key unique (tenant_id, email),
  constraint invitations_tenant_fkey foreign key (tenant_id) references tenancy.tenants (id) on delete cascade,
  constraint invitations_locale_known check (locale in ('en', 'fr')),
  constraint invitations_roles_some check (cardinality(roles) between 1 and 20)
);
comment on table tenancy.invitations is 'Open invitations; one that is accepted or withdrawn is gone.';
comment on column tenancy.invitations.tenant_id is 'The tenant that invites.';
comment on column tenancy.invitations.id is 'UUID version 7.';
comment on column tenancy.invitations.email is 'Normalised address; one open invitation per address and tenant.';
comment on column tenancy.invitations.roles is 'Roles of the membership that it becomes.';
comment on column tenancy.invitations.locale is 'Language of the mail.';
comment on column tenancy.invitations.token_hash is 'SHA-256 of the one-time token in the mail.';
comment on column tenancy.invitations.invited_by is 'Actor who invited.';
comment on column tenancy.invitations.created_at is 'When, or when last sent again.';
comment on column tenancy.invitations.expires_at is 'Not valid from here on.';

create table tenancy.service_accounts (
  tenant_id uuid not null,
  id uuid not null,
  name text not null,
  roles text[] not null,
  status text not null default 'active',
  created_by text not null,
  created_at timestamptz not null,
  constraint service_accounts_pkey primary key (tenant_id, id),
  constraint service_accounts_id_key unique (id),
  constraint service_accounts_name_key unique (tenant_id, name),
  constraint service_accounts_tenant_fkey foreign key (tenant_id) references tenancy.tenants (id) on delete cascade,
  constraint service_accounts_status_known check (status in ('active', 'disabled')),
  constraint service_accounts_roles_some check (cardinality(roles) between 1 and 20)
);
comment on table tenancy.service_accounts is 'Programs of a tenant: they have roles like members and act by API keys.';
comment on column tenancy.service_accounts.tenant_id is 'Whose program it is.';
comment on column tenancy.service_accounts.id is 'UUID version 7.';
comment on column tenancy.service_accounts.name is 'What it does.';
comment on column tenancy.service_accounts.roles is 'Keys of built-in or own roles of the tenant.';
comment on column tenancy.service_accounts.status is 'disabled: its keys are refused.';
comment on column tenancy.service_accounts.created_by is 'Actor who made it.';
comment on column tenancy.service_accounts.created_at is 'When.';

alter table tenancy.sessions
  alter column operator_id drop not null,
  add column id uuid not null default gen_random_uuid(),
  add column user_id uuid,
  add column amr text[] not null default '{}',
  add column authenticated_at timestamptz not null default now(),
  add column mfa_at timestamptz,
  add column device text not null default '',
  add column ip text not null default '',
  add constraint sessions_id_key unique (id),
  add constraint sessions_user_fkey foreign key (user_id) references tenancy.users (id) on delete cascade,
  add constraint sessions_one_person check (num_nonnulls(operator_id, user_id) = 1);
create index sessions_user_idx on tenancy.sessions (user_id) where user_id is not null;
create index sessions_operator_idx on tenancy.sessions (operator_id) where operator_id is not null;
comment on table tenancy.sessions is 'Who is signed in: staff and users alike. A session belongs to no tenant.';
comment on column tenancy.sessions.operator_id is 'The operator who is signed in; or null.';
comment on column tenancy.sessions.id is 'Names the session in lists; tells nothing about its token.';
comment on column tenancy.sessions.user_id is 'The user who is signed in; or null.';
comment on column tenancy.sessions.amr is 'How they proved who they are, as RFC 8176 names it: pwd, otp, hwk, …; link and recovery are ours.';
comment on column tenancy.sessions.authenticated_at is 'When they last proved it.';
comment on column tenancy.sessions.mfa_at is 'When a second factor was last used in this session; null: never.';
comment on column tenancy.sessions.device is 'Browser and system, for the list of devices.';
comment on column tenancy.sessions.ip is 'Address of the last sign-in.';

alter table tenancy.api_keys
  add column tenant_id uuid,
  add column service_account_id uuid,
  add column scopes text[],
  add column replaces uuid,
  add constraint api_keys_tenant_fkey foreign key (tenant_id) references tenancy.tenants (id) on delete cascade,
  add constraint api_keys_account_fkey foreign key (tenant_id, service_account_id)
    references tenancy.service_accounts (tenant_id, id) on delete cascade,
  add constraint api_keys_account_in_tenant check (service_account_id is null or tenant_id is not null),
  add constraint api_keys_bounded check (tenant_id is null or service_account_id is not null or scopes is not null);
create index api_keys_tenant_idx on tenancy.api_keys (tenant_id, id) where tenant_id is not null;
comment on table tenancy.api_keys is 'Keys of programs: of the platform, or of one tenant.';
comment on column tenancy.api_keys.tenant_id is 'The one tenant it works in; null: a key of the platform.';
comment on column tenancy.api_keys.service_account_id is 'Whose key it is; its roles say what it may do. Null: its scopes do.';
comment on column tenancy.api_keys.scopes is 'The permissions it has at most; null: all that its kind has.';
comment on column tenancy.api_keys.replaces is 'The key that it was rotated from.';

create table tenancy.revocations (
  id bigint generated always as identity,
  xid xid8 not null default pg_current_xact_id(),
  kind text not null,
  subject text not null,
  at timestamptz not null default now(),
  constraint revocations_pkey primary key (id),
  constraint revocations_kind_known check (kind in ('session', 'user', 'operator', 'key', 'member', 'tenant'))
);
create index revocations_xid_idx on tenancy.revocations (xid);
comment on table tenancy.revocations is 'Append-only feed: what processes must no longer remember of a credential. Kept for a day.';
comment on column tenancy.revocations.id is 'In order of insertion, not of commit.';
comment on column tenancy.revocations.xid is 'Its transaction: readers go by snapshots, so that none is overlooked.';
comment on column tenancy.revocations.kind is 'What the subject is.';
comment on column tenancy.revocations.subject is 'Its id; of a member tenant and user, joined by a colon.';
comment on column tenancy.revocations.at is 'When it was written.';
