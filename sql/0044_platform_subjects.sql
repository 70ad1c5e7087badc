-- Users belong to no tenant, so there are data subjects of the platform too. Lock: access exclusive on subject_keys, for
-- a moment. Old code survives it: it asks for tenants' subjects alone.

alter table tenancy.subject_keys
  drop constraint subject_keys_pkey,
  alter column tenant_id drop not null,
  add constraint subject_keys_subject_key unique nulls not distinct (tenant_id, subject);
comment on column tenancy.subject_keys.tenant_id is 'The tenant; null: a person of the platform, such as a user.';
comment on column tenancy.subject_keys.subject is 'Blind index of who it is: tells nothing without the tenant''s key, or the platform''s.';
comment on column tenancy.subject_keys.sealed_key is 'The key, sealed under the tenant''s keys or the platform''s; null once destroyed.';
