-- Single sign-on per tenant: connections, proven domains, rules, attempts. Lock: none, new tables. Old code survives it.

create table tenancy.sso_connections (
  tenant_id uuid not null,
  id uuid not null,
  kind text not null,
  name text not null,
  status text not null default 'draft',
  settings jsonb not null,
  secret bytea,
  mapping jsonb not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  refreshed_at timestamptz,
  constraint sso_connections_pkey primary key (tenant_id, id),
  constraint sso_connections_id_key unique (id),
  constraint sso_connections_tenant_fkey foreign key (tenant_id) references tenancy.tenants (id) on delete cascade,
  constraint sso_connections_kind_known check (kind in ('oidc', 'saml')),
  constraint sso_connections_status_known check (status in ('draft', 'active', 'disabled'))
);
comment on table tenancy.sso_connections is 'Identity providers of tenants.';
comment on column tenancy.sso_connections.tenant_id is 'Whose it is, and the only tenant in which its word counts.';
comment on column tenancy.sso_connections.id is 'UUID version 7; part of our addresses at the provider.';
comment on column tenancy.sso_connections.kind is 'oidc or saml.';
comment on column tenancy.sso_connections.name is 'For people.';
comment on column tenancy.sso_connections.status is 'draft: for tests only. disabled: nobody signs in by it.';
comment on column tenancy.sso_connections.settings is 'What is public about the provider: issuer and client id, or entity id, address and certificates.';
comment on column tenancy.sso_connections.secret is 'Client secret, sealed with the tenant''s key.';
comment on column tenancy.sso_connections.mapping is 'Which claims are read, and what of them is believed.';
comment on column tenancy.sso_connections.created_at is 'When added.';
comment on column tenancy.sso_connections.updated_at is 'Last change.';
comment on column tenancy.sso_connections.refreshed_at is 'When the metadata was last read; null: never.';

create table tenancy.sso_domains (
  tenant_id uuid not null,
  domain text not null,
  challenge text not null,
  verified_at timestamptz,
  created_at timestamptz not null,
  constraint sso_domains_pkey primary key (tenant_id, domain),
  constraint sso_domains_tenant_fkey foreign key (tenant_id) references tenancy.tenants (id) on delete cascade,
  constraint sso_domains_normal check (domain = lower(domain) and length(domain) <= 253)
);
create index sso_domains_verified_idx on tenancy.sso_domains (domain) where verified_at is not null;
comment on table tenancy.sso_domains is 'Domains of mail addresses that tenants own. Several tenants may prove the same one.';
comment on column tenancy.sso_domains.tenant_id is 'Who says that it is theirs.';
comment on column tenancy.sso_domains.domain is 'In A-labels, lower case.';
comment on column tenancy.sso_domains.challenge is 'What the TXT record must say; no secret, and different for each tenant.';
comment on column tenancy.sso_domains.verified_at is 'When DNS last said so; null: not proven.';
comment on column tenancy.sso_domains.created_at is 'When added.';

create table tenancy.sso_rules (
  tenant_id uuid not null,
  is_required boolean not null default false,
  break_glass_user_id uuid,
  default_roles text[] not null default '{member}',
  updated_at timestamptz not null,
  constraint sso_rules_pkey primary key (tenant_id),
  constraint sso_rules_tenant_fkey foreign key (tenant_id) references tenancy.tenants (id) on delete cascade,
  constraint sso_rules_user_fkey foreign key (break_glass_user_id) references tenancy.users (id) on delete restrict,
  constraint sso_rules_way_back check (not is_required or break_glass_user_id is not null),
  constraint sso_rules_roles_some check (cardinality(default_roles) between 1 and 20)
);
comment on table tenancy.sso_rules is 'How members of a tenant sign in.';
comment on column tenancy.sso_rules.tenant_id is 'The tenant.';
comment on column tenancy.sso_rules.is_required is 'Only sessions that came from a connection of this tenant count in it.';
comment on column tenancy.sso_rules.break_glass_user_id is 'The owner who may sign in without, should the provider be away.';
comment on column tenancy.sso_rules.default_roles is 'What somebody gets whom the provider or the directory brings, before groups add to it.';
comment on column tenancy.sso_rules.updated_at is 'Last change.';

create table tenancy.group_roles (
  tenant_id uuid not null,
  group_name text not null,
  roles text[] not null,
  constraint group_roles_pkey primary key (tenant_id, group_name),
  constraint group_roles_tenant_fkey foreign key (tenant_id) references tenancy.tenants (id) on delete cascade,
  constraint group_roles_some check (cardinality(roles) between 1 and 20),
  constraint group_roles_no_owner check (not ('owner' = any (roles)))
);
comment on table tenancy.group_roles is 'Which roles the groups of a directory give. Owners are made by owners, never by a group.';
comment on column tenancy.group_roles.tenant_id is 'The tenant.';
comment on column tenancy.group_roles.group_name is 'As the provider sends it, or the displayName of a SCIM group.';
comment on column tenancy.group_roles.roles is 'Keys of roles.';

create table tenancy.sso_identities (
  tenant_id uuid not null,
  connection_id uuid not null,
  subject text not null,
  user_id uuid not null,
  created_at timestamptz not null,
  last_used_at timestamptz not null,
  constraint sso_identities_pkey primary key (tenant_id, connection_id, subject),
  constraint sso_identities_connection_fkey foreign key (tenant_id, connection_id)
    references tenancy.sso_connections (tenant_id, id) on delete cascade,
  constraint sso_identities_user_fkey foreign key (user_id) references tenancy.users (id) on delete cascade
);
create index sso_identities_user_idx on tenancy.sso_identities (user_id);
comment on table tenancy.sso_identities is 'Whom a provider means by its own identifier. Addresses change hands, this does not.';
comment on column tenancy.sso_identities.tenant_id is 'The tenant.';
comment on column tenancy.sso_identities.connection_id is 'The connection.';
comment on column tenancy.sso_identities.subject is 'sub, or NameID.';
comment on column tenancy.sso_identities.user_id is 'Our user.';
comment on column tenancy.sso_identities.created_at is 'First sign-in.';
comment on column tenancy.sso_identities.last_used_at is 'Last sign-in.';

create table tenancy.sso_attempts (
  id_hash bytea not null,
  tenant_id uuid not null,
  connection_id uuid not null,
  purpose text not null,
  browser_hash bytea not null,
  checks bytea not null,
  outcome bytea,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  answered_at timestamptz,
  constraint sso_attempts_pkey primary key (id_hash),
  constraint sso_attempts_connection_fkey foreign key (tenant_id, connection_id)
    references tenancy.sso_connections (tenant_id, id) on delete cascade,
  constraint sso_attempts_purpose_known check (purpose in ('sign_in', 'test'))
);
create index sso_attempts_age_idx on tenancy.sso_attempts (expires_at);
comment on table tenancy.sso_attempts is 'Sign-ins that are under way at a provider; each ends once.';
comment on column tenancy.sso_attempts.id_hash is 'SHA-256 of the state, or RelayState, that the provider hands back.';
comment on column tenancy.sso_attempts.tenant_id is 'The tenant.';
comment on column tenancy.sso_attempts.connection_id is 'The connection.';
comment on column tenancy.sso_attempts.purpose is 'sign_in opens a session; test shows what came.';
comment on column tenancy.sso_attempts.browser_hash is 'SHA-256 of a cookie: the browser that began must end it.';
comment on column tenancy.sso_attempts.checks is 'Sealed: nonce, code verifier, request id, addresses, age that is asked for.';
comment on column tenancy.sso_attempts.outcome is 'Sealed: what a SAML provider said, until the browser fetches it.';
comment on column tenancy.sso_attempts.created_at is 'When it began.';
comment on column tenancy.sso_attempts.expires_at is 'Not valid from here on.';
comment on column tenancy.sso_attempts.answered_at is 'When the answer of the provider came; it comes once.';

create table tenancy.sso_used_assertions (
  connection_id uuid not null,
  assertion_hash bytea not null,
  kept_until timestamptz not null,
  constraint sso_used_assertions_pkey primary key (connection_id, assertion_hash),
  constraint sso_used_assertions_connection_fkey foreign key (connection_id) references tenancy.sso_connections (id) on delete cascade
);
create index sso_used_assertions_age_idx on tenancy.sso_used_assertions (kept_until);
comment on table tenancy.sso_used_assertions is 'SAML assertions that were used, until they have expired.';
comment on column tenancy.sso_used_assertions.connection_id is 'The connection.';
comment on column tenancy.sso_used_assertions.assertion_hash is 'SHA-256 of its ID.';
comment on column tenancy.sso_used_assertions.kept_until is 'From here on it has expired by itself.';
