-- Outside services that tenants connect. Lock: none, new tables. Old code survives it.

create table tenancy.integrations (
  tenant_id uuid not null,
  id uuid not null,
  provider text not null,
  account_id text not null,
  account_name text not null,
  scopes text[] not null,
  status text not null default 'connected',
  tokens bytea not null,
  expires_at timestamptz,
  created_by text not null,
  created_at timestamptz not null,
  refreshed_at timestamptz not null,
  constraint integrations_pkey primary key (tenant_id, id),
  constraint integrations_account_key unique (tenant_id, provider, account_id),
  constraint integrations_tenant_fkey foreign key (tenant_id) references tenancy.tenants (id) on delete cascade,
  constraint integrations_status_known check (status in ('connected', 'expired'))
);
create index integrations_expiry_idx on tenancy.integrations (expires_at) where status = 'connected';
comment on table tenancy.integrations is 'Accounts at outside services that tenants connected.';
comment on column tenancy.integrations.tenant_id is 'Whose it is.';
comment on column tenancy.integrations.id is 'UUID version 7.';
comment on column tenancy.integrations.provider is 'Key in the provider table, such as spotify.';
comment on column tenancy.integrations.account_id is 'The account at the provider.';
comment on column tenancy.integrations.account_name is 'For people.';
comment on column tenancy.integrations.scopes is 'What the provider granted.';
comment on column tenancy.integrations.status is 'expired: the provider no longer renews; the tenant has to connect again.';
comment on column tenancy.integrations.tokens is 'Access and refresh token, sealed with the tenant''s key.';
comment on column tenancy.integrations.expires_at is 'End of the access token; null: the provider does not say.';
comment on column tenancy.integrations.created_by is 'Actor who connected it.';
comment on column tenancy.integrations.created_at is 'When.';
comment on column tenancy.integrations.refreshed_at is 'When the tokens were last renewed.';

create table tenancy.integration_attempts (
  state_hash bytea not null,
  tenant_id uuid not null,
  actor text not null,
  checks bytea not null,
  expires_at timestamptz not null,
  constraint integration_attempts_pkey primary key (state_hash),
  constraint integration_attempts_tenant_fkey foreign key (tenant_id) references tenancy.tenants (id) on delete cascade
);
create index integration_attempts_age_idx on tenancy.integration_attempts (expires_at);
comment on table tenancy.integration_attempts is 'Connections that are under way at a provider; each ends once.';
comment on column tenancy.integration_attempts.state_hash is 'SHA-256 of the state that the provider hands back.';
comment on column tenancy.integration_attempts.tenant_id is 'The tenant.';
comment on column tenancy.integration_attempts.actor is 'Who began, and has to finish.';
comment on column tenancy.integration_attempts.checks is 'Sealed: provider, code verifier, redirect URI.';
comment on column tenancy.integration_attempts.expires_at is 'Not valid from here on.';
