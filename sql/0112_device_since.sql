-- A session knows how long its browser is known, for conditions on devices.
-- Lock: access exclusive on sessions, for a moment: a nullable column without a default. Old code survives it.

alter table tenancy.sessions add column device_since timestamptz;
comment on column tenancy.sessions.device_since is 'First sign-in with this browser; null: not known.';
