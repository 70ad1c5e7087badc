-- A change of TENANT_ENCRYPTION_KEY that was begun: until it is finished, no process serves.
-- Lock: access exclusive on installation (one row), for an instant. Old code survives it.

alter table tenancy.installation add column key_change_began_at timestamptz;
comment on column tenancy.installation.key_change_began_at is 'A change of TENANT_ENCRYPTION_KEY began then and is not finished; null: none is.';
