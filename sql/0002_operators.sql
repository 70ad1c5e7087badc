-- Who may use the API before members exist: operators by one-time link, and API keys. Lock: none, new tables.

create table tenancy.operators (
  id uuid not null,
  name text not null,
  created_at timestamptz not null default now(),
  constraint operators_pkey primary key (id),
  constraint operators_name_key unique (name)
);
comment on table tenancy.operators is 'Staff of the SaaS.';
comment on column tenancy.operators.id is 'UUID version 7.';
comment on column tenancy.operators.name is 'For people.';
comment on column tenancy.operators.created_at is 'When added.';

create table tenancy.operator_links (
  token_hash bytea not null,
  operator_id uuid not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  constraint operator_links_pkey primary key (token_hash),
  constraint operator_links_operator_fkey foreign key (operator_id) references tenancy.operators (id) on delete cascade
);
comment on table tenancy.operator_links is 'One-time sign-in links.';
comment on column tenancy.operator_links.token_hash is 'SHA-256 of the token; the token is shown once.';
comment on column tenancy.operator_links.operator_id is 'Who signs in by it.';
comment on column tenancy.operator_links.expires_at is 'Not valid from here on.';
comment on column tenancy.operator_links.used_at is 'When it was used; a link works once.';

create table tenancy.sessions (
  token_hash bytea not null,
  operator_id uuid not null,
  created_at timestamptz not null default now(),
  last_used_at timestamptz not null default now(),
  expires_at timestamptz not null,
  constraint sessions_pkey primary key (token_hash),
  constraint sessions_operator_fkey foreign key (operator_id) references tenancy.operators (id) on delete cascade
);
comment on table tenancy.sessions is 'Operator sessions of the console.';
comment on column tenancy.sessions.token_hash is 'SHA-256 of the opaque 256-bit token.';
comment on column tenancy.sessions.operator_id is 'Who is signed in.';
comment on column tenancy.sessions.created_at is 'When they signed in.';
comment on column tenancy.sessions.last_used_at is 'Last request, to the minute; idle sessions end.';
comment on column tenancy.sessions.expires_at is 'Absolute end.';

create table tenancy.api_keys (
  id uuid not null,
  name text not null,
  prefix text not null,
  key_hash bytea not null,
  created_by text not null,
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  expires_at timestamptz,
  constraint api_keys_pkey primary key (id),
  constraint api_keys_hash_key unique (key_hash)
);
comment on table tenancy.api_keys is 'Keys of programs that act as operators.';
comment on column tenancy.api_keys.id is 'UUID version 7.';
comment on column tenancy.api_keys.name is 'What it is for.';
comment on column tenancy.api_keys.prefix is 'First characters, to recognise it by.';
comment on column tenancy.api_keys.key_hash is 'SHA-256 of the key; the key is shown once.';
comment on column tenancy.api_keys.created_by is 'Actor who made it.';
comment on column tenancy.api_keys.created_at is 'When.';
comment on column tenancy.api_keys.last_used_at is 'Last use, to the minute.';
comment on column tenancy.api_keys.expires_at is 'Not valid from here on; null: until revoked.';

create table tenancy.idempotency_keys (
  principal text not null,
  key text not null,
  request_hash bytea not null,
  status integer,
  response jsonb,
  created_at timestamptz not null default now(),
  constraint idempotency_keys_pkey primary key (principal, key)
);
create index idempotency_keys_age_idx on tenancy.idempotency_keys (created_at);
comment on table tenancy.idempotency_keys is 'Answers of POST requests by Idempotency-Key, kept for a day.';
comment on column tenancy.idempotency_keys.principal is 'Who asked; keys of two principals never meet.';
comment on column tenancy.idempotency_keys.key is 'The header.';
comment on column tenancy.idempotency_keys.request_hash is 'SHA-256 of method, path and body: the same key with another request is refused.';
comment on column tenancy.idempotency_keys.status is 'HTTP status of the answer; null while it is worked on.';
comment on column tenancy.idempotency_keys.response is 'Body of the answer.';
comment on column tenancy.idempotency_keys.created_at is 'When first seen.';
