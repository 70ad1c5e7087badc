-- End-to-end encrypted vaults: what the server keeps, of which it can open nothing. Lock: none, new tables.

create table tenancy.vault_keys (
  user_id uuid not null,
  key_id text not null,
  public_key text not null,
  locks jsonb not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint vault_keys_pkey primary key (user_id),
  constraint vault_keys_key_id_key unique (key_id),
  constraint vault_keys_user_fkey foreign key (user_id) references tenancy.users (id) on delete cascade,
  constraint vault_keys_locks_array check (jsonb_typeof(locks) = 'array')
);
comment on table tenancy.vault_keys is 'Each person''s key pair for vaults: the public half, and the private half under locks of its owner.';
comment on column tenancy.vault_keys.user_id is 'Whose it is.';
comment on column tenancy.vault_keys.key_id is 'SHA-256 of the public key, base64url.';
comment on column tenancy.vault_keys.public_key is 'X25519, 32 bytes, base64url.';
comment on column tenancy.vault_keys.locks is 'The private half, sealed under a passphrase or a passkey that the server never has.';
comment on column tenancy.vault_keys.created_at is 'When this key was registered.';
comment on column tenancy.vault_keys.updated_at is 'Last change of its locks.';

create table tenancy.vaults (
  tenant_id uuid not null,
  id uuid not null,
  name text not null,
  epoch integer not null,
  revision integer not null,
  grants jsonb not null,
  manifest text not null,
  earlier text not null,
  created_by uuid not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint vaults_pkey primary key (tenant_id, id),
  constraint vaults_tenant_fkey foreign key (tenant_id) references tenancy.tenants (id) on delete cascade,
  constraint vaults_epoch_counted check (epoch >= 1 and revision >= epoch),
  constraint vaults_grants_object check (jsonb_typeof(grants) = 'object')
);
create index vaults_grants_idx on tenancy.vaults using gin (grants);
comment on table tenancy.vaults is 'Vaults: who holds a key, never the key itself.';
comment on column tenancy.vaults.tenant_id is 'The tenant.';
comment on column tenancy.vaults.id is 'UUID that the client drew; its seals are bound to it.';
comment on column tenancy.vaults.name is 'For people; the one thing of a vault that is not sealed.';
comment on column tenancy.vaults.epoch is 'Grows when a member leaves: the key is another one from then on.';
comment on column tenancy.vaults.revision is 'Grows with each change; a change names the one it follows.';
comment on column tenancy.vaults.grants is 'The vault''s key, sealed to each holder (HPKE), by key id.';
comment on column tenancy.vaults.manifest is 'Who the holders are, sealed under the vault''s key: the server cannot add one unnoticed.';
comment on column tenancy.vaults.earlier is 'The keys of earlier epochs, sealed under this one''s.';
comment on column tenancy.vaults.created_by is 'The user who made it.';
comment on column tenancy.vaults.created_at is 'When.';
comment on column tenancy.vaults.updated_at is 'Last change of the vault itself.';

create table tenancy.vault_items (
  tenant_id uuid not null,
  vault_id uuid not null,
  item_id text not null,
  version integer not null,
  epoch integer not null,
  sealed bytea not null,
  updated_by uuid not null,
  updated_at timestamptz not null,
  constraint vault_items_pkey primary key (tenant_id, vault_id, item_id),
  constraint vault_items_vault_fkey foreign key (tenant_id, vault_id) references tenancy.vaults (tenant_id, id) on delete cascade
);
comment on table tenancy.vault_items is 'Sealed values of vaults.';
comment on column tenancy.vault_items.tenant_id is 'The tenant.';
comment on column tenancy.vault_items.vault_id is 'The vault.';
comment on column tenancy.vault_items.item_id is 'Name of the value within its vault.';
comment on column tenancy.vault_items.version is 'Grows with each write.';
comment on column tenancy.vault_items.epoch is 'Epoch of the key that it is sealed under.';
comment on column tenancy.vault_items.sealed is 'Ciphertext, bound to tenant, vault, item and epoch.';
comment on column tenancy.vault_items.updated_by is 'The user who wrote it last.';
comment on column tenancy.vault_items.updated_at is 'When.';

create table tenancy.vault_recoveries (
  tenant_id uuid not null,
  key_id text not null,
  public_key text not null,
  needed integer not null,
  shares jsonb not null,
  created_by uuid not null,
  created_at timestamptz not null,
  constraint vault_recoveries_pkey primary key (tenant_id),
  constraint vault_recoveries_tenant_fkey foreign key (tenant_id) references tenancy.tenants (id) on delete cascade,
  constraint vault_recoveries_needed_some check (needed >= 2),
  constraint vault_recoveries_shares_object check (jsonb_typeof(shares) = 'object')
);
comment on table tenancy.vault_recoveries is 'A tenant''s recovery key: its private half exists in shares only.';
comment on column tenancy.vault_recoveries.tenant_id is 'The tenant.';
comment on column tenancy.vault_recoveries.key_id is 'SHA-256 of the public key, base64url.';
comment on column tenancy.vault_recoveries.public_key is 'X25519, base64url; vaults are sealed to it beside their members.';
comment on column tenancy.vault_recoveries.needed is 'So many holders bring it back together.';
comment on column tenancy.vault_recoveries.shares is 'One share per holder, sealed to them (HPKE), by key id.';
comment on column tenancy.vault_recoveries.created_by is 'The user who set it up.';
comment on column tenancy.vault_recoveries.created_at is 'When.';

create table tenancy.vault_recovery_requests (
  tenant_id uuid not null,
  id uuid not null,
  user_id uuid not null,
  key_id text not null,
  public_key text not null,
  recovery_key_id text not null,
  approvals jsonb not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  constraint vault_recovery_requests_pkey primary key (tenant_id, id),
  constraint vault_recovery_requests_user_fkey foreign key (user_id) references tenancy.users (id) on delete cascade,
  constraint vault_recovery_requests_recovery_fkey foreign key (tenant_id) references tenancy.vault_recoveries (tenant_id) on delete cascade,
  constraint vault_recovery_requests_approvals_object check (jsonb_typeof(approvals) = 'object')
);
create index vault_recovery_requests_user_idx on tenancy.vault_recovery_requests (user_id);
comment on table tenancy.vault_recovery_requests is 'Somebody asks the holders of shares for the recovery key.';
comment on column tenancy.vault_recovery_requests.tenant_id is 'The tenant.';
comment on column tenancy.vault_recovery_requests.id is 'UUID version 7.';
comment on column tenancy.vault_recovery_requests.user_id is 'Who asks.';
comment on column tenancy.vault_recovery_requests.key_id is 'The key that approvals are sealed to.';
comment on column tenancy.vault_recovery_requests.public_key is 'Its public half.';
comment on column tenancy.vault_recovery_requests.recovery_key_id is 'The recovery key that is asked for; another one since makes the request void.';
comment on column tenancy.vault_recovery_requests.approvals is 'Shares, opened by their holders and sealed to who asks, by the holder''s key id.';
comment on column tenancy.vault_recovery_requests.created_at is 'When.';
comment on column tenancy.vault_recovery_requests.expires_at is 'Not valid from here on.';
