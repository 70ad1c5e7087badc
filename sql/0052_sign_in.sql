-- Second factors, steps of a sign-in, links, and what slows guessing down. Lock: none, new tables. Old code survives it.

create table tenancy.user_totps (
  user_id uuid not null,
  sealed bytea not null,
  confirmed_at timestamptz,
  last_step bigint not null default 0,
  created_at timestamptz not null,
  constraint user_totps_pkey primary key (user_id),
  constraint user_totps_user_fkey foreign key (user_id) references tenancy.users (id) on delete cascade
);
comment on table tenancy.user_totps is 'Authenticator apps (RFC 6238), one per user.';
comment on column tenancy.user_totps.user_id is 'Whose.';
comment on column tenancy.user_totps.sealed is 'The seed, sealed with the platform''s key.';
comment on column tenancy.user_totps.confirmed_at is 'When its first code came; null: not in use yet.';
comment on column tenancy.user_totps.last_step is 'Time step of the last code: it and all before it are spent.';
comment on column tenancy.user_totps.created_at is 'When enrolled.';

create table tenancy.passkeys (
  id text not null,
  user_id uuid not null,
  public_key bytea not null,
  counter bigint not null,
  transports text[] not null default '{}',
  name text not null,
  is_backed_up boolean not null,
  created_at timestamptz not null,
  last_used_at timestamptz,
  constraint passkeys_pkey primary key (id),
  constraint passkeys_user_fkey foreign key (user_id) references tenancy.users (id) on delete cascade
);
create index passkeys_user_idx on tenancy.passkeys (user_id);
comment on table tenancy.passkeys is 'WebAuthn credentials.';
comment on column tenancy.passkeys.id is 'Credential id, base64url.';
comment on column tenancy.passkeys.user_id is 'Whose.';
comment on column tenancy.passkeys.public_key is 'COSE key.';
comment on column tenancy.passkeys.counter is 'Signature counter; one that does not grow tells of a copy. 0: the authenticator has none.';
comment on column tenancy.passkeys.transports is 'How the browser reaches it.';
comment on column tenancy.passkeys.name is 'For people.';
comment on column tenancy.passkeys.is_backed_up is 'Kept by a passkey provider, so that a lost device does not lose it.';
comment on column tenancy.passkeys.created_at is 'When enrolled.';
comment on column tenancy.passkeys.last_used_at is 'Last use.';

create table tenancy.recovery_codes (
  user_id uuid not null,
  code_hash bytea not null,
  used_at timestamptz,
  created_at timestamptz not null,
  constraint recovery_codes_pkey primary key (user_id, code_hash),
  constraint recovery_codes_user_fkey foreign key (user_id) references tenancy.users (id) on delete cascade
);
comment on table tenancy.recovery_codes is 'Codes of 80 bits that each stand in for a second factor once.';
comment on column tenancy.recovery_codes.user_id is 'Whose.';
comment on column tenancy.recovery_codes.code_hash is 'Keyed fingerprint of the code.';
comment on column tenancy.recovery_codes.used_at is 'When it was used up.';
comment on column tenancy.recovery_codes.created_at is 'When drawn.';

create table tenancy.user_links (
  token_hash bytea not null,
  user_id uuid not null,
  expires_at timestamptz not null,
  constraint user_links_pkey primary key (token_hash),
  constraint user_links_user_fkey foreign key (user_id) references tenancy.users (id) on delete cascade
);
create index user_links_user_idx on tenancy.user_links (user_id);
comment on table tenancy.user_links is 'Sign-in links that were mailed; one that is used is gone.';
comment on column tenancy.user_links.token_hash is 'SHA-256 of the token in the mail.';
comment on column tenancy.user_links.user_id is 'Who signs in by it.';
comment on column tenancy.user_links.expires_at is 'Not valid from here on.';

create table tenancy.ceremonies (
  token_hash bytea not null,
  kind text not null,
  user_id uuid,
  amr text[] not null default '{}',
  challenge text,
  attempts integer not null default 0,
  expires_at timestamptz not null,
  constraint ceremonies_pkey primary key (token_hash),
  constraint ceremonies_user_fkey foreign key (user_id) references tenancy.users (id) on delete cascade,
  constraint ceremonies_kind_known check (kind in ('second_factor', 'passkey', 'enrol', 'step_up'))
);
create index ceremonies_expires_idx on tenancy.ceremonies (expires_at);
comment on table tenancy.ceremonies is 'Sign-ins, enrolments and step-ups under way, for some minutes.';
comment on column tenancy.ceremonies.token_hash is 'SHA-256 of the token that the browser holds between two steps.';
comment on column tenancy.ceremonies.kind is 'What it may end in.';
comment on column tenancy.ceremonies.user_id is 'Who; null while a passkey has yet to say it.';
comment on column tenancy.ceremonies.amr is 'What was proved already.';
comment on column tenancy.ceremonies.challenge is 'WebAuthn challenge, good for one answer.';
comment on column tenancy.ceremonies.attempts is 'Codes tried; it ends after a few.';
comment on column tenancy.ceremonies.expires_at is 'Not valid from here on.';

create table tenancy.sign_in_delays (
  subject bytea not null,
  tries integer not null,
  free_at timestamptz not null,
  last_at timestamptz not null,
  constraint sign_in_delays_pkey primary key (subject)
);
create index sign_in_delays_last_idx on tenancy.sign_in_delays (last_at);
comment on table tenancy.sign_in_delays is 'How long a guesser waits, by account, address, and both together.';
comment on column tenancy.sign_in_delays.subject is 'SHA-256 of what is slowed down; names nobody.';
comment on column tenancy.sign_in_delays.tries is 'Tries since the last success.';
comment on column tenancy.sign_in_delays.free_at is 'Next try not before this.';
comment on column tenancy.sign_in_delays.last_at is 'Last try; a day of silence forgets all.';
