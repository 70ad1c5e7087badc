-- Browsers that somebody has signed in with: a sign-in from another one is told to them.
-- Lock: none but on the new table. Old code survives it.

create table tenancy.known_devices (
  user_id uuid not null,
  token_hash bytea not null,
  device text not null,
  created_at timestamptz not null,
  last_used_at timestamptz not null,
  constraint known_devices_pkey primary key (user_id, token_hash)
);
create index known_devices_token_idx on tenancy.known_devices (token_hash);
comment on table tenancy.known_devices is 'Browsers that somebody has signed in with. Knowing one signs nobody in.';
comment on column tenancy.known_devices.user_id is 'Whose: a user or an operator.';
comment on column tenancy.known_devices.token_hash is 'SHA-256 of the token in the browser; another one with each sign-in.';
comment on column tenancy.known_devices.device is 'Browser and system, as at the first sign-in.';
comment on column tenancy.known_devices.created_at is 'First sign-in.';
comment on column tenancy.known_devices.last_used_at is 'Last sign-in.';
