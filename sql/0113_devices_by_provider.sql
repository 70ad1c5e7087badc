-- A browser that a tenant's provider vouched for is known in that provider's sign-ins alone.
-- Lock: access exclusive on known_devices, for the time of an index of a few rows per person. Old code survives it.

alter table tenancy.known_devices
  add column provider text not null default '',
  drop constraint known_devices_pkey,
  add constraint known_devices_pkey primary key (user_id, token_hash, provider);
comment on column tenancy.known_devices.provider is 'Whose word it was that they signed in, such as sso:<id>; empty: a proof of their own.';
