-- A key for each data subject, so that what is kept about one person can be destroyed alone. Lock: none, a new table.
-- Old code survives it.

create table tenancy.subject_keys (
  tenant_id uuid not null,
  subject bytea not null,
  id uuid not null,
  sealed_key bytea,
  created_at timestamptz not null default now(),
  destroyed_at timestamptz,
  constraint subject_keys_pkey primary key (tenant_id, subject),
  constraint subject_keys_id_key unique (id),
  constraint subject_keys_sealed_unless_destroyed check ((sealed_key is null) = (destroyed_at is not null))
);
comment on table tenancy.subject_keys is 'Keys of data subjects. A destroyed one leaves its row, so that the subject gets no new key unnoticed.';
comment on column tenancy.subject_keys.tenant_id is 'The tenant.';
comment on column tenancy.subject_keys.subject is 'Blind index of who it is: tells nothing without the tenant''s key.';
comment on column tenancy.subject_keys.id is 'UUID version 7; stands in each value that it sealed.';
comment on column tenancy.subject_keys.sealed_key is 'The key, sealed under the tenant''s keys; null once destroyed.';
comment on column tenancy.subject_keys.created_at is 'When it was drawn.';
comment on column tenancy.subject_keys.destroyed_at is 'When it was destroyed.';
