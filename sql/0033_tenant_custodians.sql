-- Tenants whose wrapping key a custodian of their own keeps. Lock: none, a new table. Old code survives it, but cannot
-- open those tenants.

create table tenancy.tenant_custodians (
  tenant_id uuid not null,
  custodian text not null,
  url text not null,
  credentials bytea,
  is_current boolean not null,
  created_at timestamptz not null default now(),
  constraint tenant_custodians_pkey primary key (tenant_id, custodian)
);
create unique index tenant_custodians_current_key on tenancy.tenant_custodians (tenant_id) where is_current;
comment on table tenancy.tenant_custodians is 'Customers'' own keys (BYOK). There is no falling back: what such a custodian wrapped, only it unwraps.';
comment on column tenancy.tenant_custodians.tenant_id is 'The tenant.';
comment on column tenancy.tenant_custodians.custodian is 'As it stands in wrapping_keys.';
comment on column tenancy.tenant_custodians.is_current is 'It wraps new keys; a former one only unwraps what it wrapped.';
comment on column tenancy.tenant_custodians.url is 'Which key: aws-kms://region/key or vault+https://host/mount/key. No credentials in it.';
comment on column tenancy.tenant_custodians.credentials is 'What is needed to use it, as JSON, sealed under the platform''s keys; null: those of the platform.';
comment on column tenancy.tenant_custodians.created_at is 'Since when.';
