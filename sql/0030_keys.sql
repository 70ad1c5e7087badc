-- The key tree: one wrapping key per tenant, data keys under it. Lock: none, new tables. Old code survives it.

create table tenancy.wrapping_keys (
  id uuid not null,
  tenant_id uuid,
  generation integer not null,
  custodian text not null,
  wrapped bytea,
  status text not null default 'current',
  created_at timestamptz not null default now(),
  superseded_at timestamptz,
  destroyed_at timestamptz,
  constraint wrapping_keys_pkey primary key (id),
  constraint wrapping_keys_generation_key unique nulls not distinct (tenant_id, generation),
  constraint wrapping_keys_generation_positive check (generation > 0),
  constraint wrapping_keys_status_known check (status in ('current', 'superseded', 'destroyed')),
  constraint wrapping_keys_wrapped_unless_destroyed check ((wrapped is null) = (status = 'destroyed'))
);
create unique index wrapping_keys_current_key on tenancy.wrapping_keys (tenant_id) nulls not distinct
  where status = 'current';
create index wrapping_keys_custodian_idx on tenancy.wrapping_keys (custodian, id) where status <> 'destroyed';
comment on table tenancy.wrapping_keys is 'Generations of the key under which all other keys of a tenant are wrapped. A tenant with rows but no current one is shredded: it gets no new key.';
comment on column tenancy.wrapping_keys.id is 'UUID version 7; bound into the wrapping.';
comment on column tenancy.wrapping_keys.tenant_id is 'The tenant; null: what belongs to no tenant. No foreign key, since keys outlive the row that asks for them, and may be made in another transaction.';
comment on column tenancy.wrapping_keys.generation is '1, 2, 3, … for each tenant.';
comment on column tenancy.wrapping_keys.custodian is 'Who wrapped it: the root key by its fingerprint, a key of AWS KMS, of Vault.';
comment on column tenancy.wrapping_keys.wrapped is 'The key, wrapped by the custodian; null once destroyed.';
comment on column tenancy.wrapping_keys.status is 'current wraps new keys; superseded only unwraps; destroyed is gone for good.';
comment on column tenancy.wrapping_keys.created_at is 'When it was drawn.';
comment on column tenancy.wrapping_keys.superseded_at is 'When the next generation took over.';
comment on column tenancy.wrapping_keys.destroyed_at is 'When its wrapped form was removed.';

create table tenancy.data_keys (
  id uuid not null,
  tenant_id uuid,
  purpose text not null,
  epoch integer not null,
  wrapping_key_id uuid not null,
  wrapped bytea,
  status text not null default 'current',
  created_at timestamptz not null default now(),
  superseded_at timestamptz,
  retired_at timestamptz,
  constraint data_keys_pkey primary key (id),
  constraint data_keys_epoch_key unique nulls not distinct (tenant_id, purpose, epoch),
  constraint data_keys_wrapping_key_fkey foreign key (wrapping_key_id) references tenancy.wrapping_keys (id),
  constraint data_keys_epoch_positive check (epoch > 0),
  constraint data_keys_purpose_form check (purpose ~ '^[a-z][a-z0-9_-]{0,62}$'),
  constraint data_keys_status_known check (status in ('current', 'superseded', 'retired', 'destroyed')),
  constraint data_keys_wrapped_unless_destroyed check ((wrapped is null) = (status = 'destroyed'))
);
create unique index data_keys_current_key on tenancy.data_keys (tenant_id, purpose) nulls not distinct
  where status = 'current';
create index data_keys_wrapping_key_idx on tenancy.data_keys (wrapping_key_id) where status <> 'destroyed';
create index data_keys_created_idx on tenancy.data_keys (created_at) where status = 'current';
comment on table tenancy.data_keys is 'Keys that values are sealed under: one line of epochs per tenant and purpose.';
comment on column tenancy.data_keys.id is 'UUID version 7; stands in each sealed value, and is bound into the wrapping.';
comment on column tenancy.data_keys.tenant_id is 'The tenant; null: what belongs to no tenant.';
comment on column tenancy.data_keys.purpose is 'credentials, storage, cache, columns, secrets, index, …';
comment on column tenancy.data_keys.epoch is '1, 2, 3, … for each tenant and purpose.';
comment on column tenancy.data_keys.wrapping_key_id is 'The generation that it is wrapped under now.';
comment on column tenancy.data_keys.wrapped is 'The key by AES key wrap (RFC 3394); null once destroyed.';
comment on column tenancy.data_keys.status is 'current seals; superseded still opens; retired opens too and is known to hold no value; destroyed is gone for good.';
comment on column tenancy.data_keys.created_at is 'When it was drawn.';
comment on column tenancy.data_keys.superseded_at is 'When the next epoch took over.';
comment on column tenancy.data_keys.retired_at is 'When a full count found no value under it.';
