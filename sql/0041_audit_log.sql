-- The audit log's order and proofs: chains, tree, checkpoints. Lock: none, new tables. Old code survives it.

create table tenancy.audit_log (
  is_here boolean not null default true,
  origin text not null,
  sealed_key bytea not null,
  public_key bytea not null,
  size bigint not null default 0,
  taken pg_snapshot not null,
  target pg_snapshot,
  at_xid bigint not null default -1,
  at_id uuid not null default '00000000-0000-0000-0000-000000000000',
  pruned_before timestamptz,
  created_at timestamptz not null default now(),
  constraint audit_log_pkey primary key (is_here),
  constraint audit_log_one check (is_here),
  constraint audit_log_size_positive check (size >= 0)
);
comment on table tenancy.audit_log is 'One row: the log''s identity, and how far the sequencer is. Its lock makes the sequencer one.';
comment on column tenancy.audit_log.is_here is 'Always true.';
comment on column tenancy.audit_log.origin is 'First line of each checkpoint, and name of the key.';
comment on column tenancy.audit_log.sealed_key is 'Seed of the Ed25519 key that signs checkpoints, sealed with the root key.';
comment on column tenancy.audit_log.public_key is 'Its public key, 32 bytes.';
comment on column tenancy.audit_log.size is 'Leaves in the tree.';
comment on column tenancy.audit_log.taken is 'Every record that this snapshot sees is in the tree.';
comment on column tenancy.audit_log.target is 'While more records wait than one batch takes: those up to this snapshot.';
comment on column tenancy.audit_log.at_xid is 'Transaction of the last record taken towards target.';
comment on column tenancy.audit_log.at_id is 'Id of the last record taken towards target.';
comment on column tenancy.audit_log.pruned_before is 'Retention removed records older than this; their hashes stay.';
comment on column tenancy.audit_log.created_at is 'When the log began.';

create table tenancy.audit_chains (
  chain uuid not null,
  size bigint not null,
  last_leaf bytea not null,
  constraint audit_chains_pkey primary key (chain),
  constraint audit_chains_size_positive check (size > 0)
);
comment on table tenancy.audit_chains is 'The head of each chain: one per tenant, and one for the platform''s own records.';
comment on column tenancy.audit_chains.chain is 'The tenant''s id; all zeros: the platform.';
comment on column tenancy.audit_chains.size is 'Records in it; they are numbered from 1 without a gap.';
comment on column tenancy.audit_chains.last_leaf is 'Leaf hash of the newest.';

create table tenancy.audit_runs (
  first_index bigint not null,
  chain uuid not null,
  first_seq bigint not null,
  length integer not null,
  low_id uuid not null,
  high_id uuid not null,
  record_ids bytea not null,
  body_hashes bytea not null,
  previous bytea not null,
  last_leaf bytea not null,
  sequenced_at timestamptz not null default now(),
  constraint audit_runs_pkey primary key (first_index),
  constraint audit_runs_seq_key unique (chain, first_seq),
  constraint audit_runs_length_positive check (length > 0),
  constraint audit_runs_whole check (octet_length(record_ids) = length * 16 and octet_length(body_hashes) = length * 32)
);
create index audit_runs_high_idx on tenancy.audit_runs (chain, high_id);
alter table tenancy.audit_runs alter column record_ids set storage external, alter column body_hashes set storage external;
comment on table tenancy.audit_runs is 'Consecutive leaves of one chain that the sequencer took at once. A row per leaf would cost ten times as much.';
comment on column tenancy.audit_runs.first_index is 'Index in the tree of the first leaf.';
comment on column tenancy.audit_runs.chain is 'Whose chain.';
comment on column tenancy.audit_runs.first_seq is 'Number in the chain of the first leaf.';
comment on column tenancy.audit_runs.length is 'How many leaves.';
comment on column tenancy.audit_runs.low_id is 'Smallest record id.';
comment on column tenancy.audit_runs.high_id is 'Largest record id.';
comment on column tenancy.audit_runs.record_ids is 'The records, 16 bytes each.';
comment on column tenancy.audit_runs.body_hashes is 'SHA-256 of their bodies, 32 bytes each; they stay when retention removes the record.';
comment on column tenancy.audit_runs.previous is 'Leaf hash before the first one in the chain; 32 zeros at its start.';
comment on column tenancy.audit_runs.last_leaf is 'Leaf hash of the last one.';
comment on column tenancy.audit_runs.sequenced_at is 'When.';

create table tenancy.audit_tiles (
  level smallint not null,
  index bigint not null,
  hashes bytea not null,
  constraint audit_tiles_pkey primary key (level, index),
  constraint audit_tiles_whole check (octet_length(hashes) % 32 = 0 and octet_length(hashes) between 32 and 8192)
);
alter table tenancy.audit_tiles alter column hashes set storage external;
comment on table tenancy.audit_tiles is 'The Merkle tree as tiles of 256 hashes (C2SP tlog-tiles). The rightmost of each level grows.';
comment on column tenancy.audit_tiles.level is '0: leaf hashes; each level above hashes full tiles of the one below.';
comment on column tenancy.audit_tiles.index is 'Number of the tile in its level.';
comment on column tenancy.audit_tiles.hashes is 'Up to 256 hashes of 32 bytes.';

create table tenancy.audit_checkpoints (
  size bigint not null,
  root bytea not null,
  note text not null,
  signed_at timestamptz not null default now(),
  constraint audit_checkpoints_pkey primary key (size)
);
create index audit_checkpoints_signed_idx on tenancy.audit_checkpoints (signed_at);
comment on table tenancy.audit_checkpoints is 'Signed states of the tree. Old ones without a cosignature are thinned out to one an hour.';
comment on column tenancy.audit_checkpoints.size is 'Leaves.';
comment on column tenancy.audit_checkpoints.root is 'Root hash.';
comment on column tenancy.audit_checkpoints.note is 'C2SP signed note with the log''s own signature.';
comment on column tenancy.audit_checkpoints.signed_at is 'When.';

create table tenancy.audit_witnesses (
  name text not null,
  key text not null,
  added_at timestamptz not null default now(),
  constraint audit_witnesses_pkey primary key (name)
);
comment on table tenancy.audit_witnesses is 'Who may cosign checkpoints: others who remember what they saw.';
comment on column tenancy.audit_witnesses.name is 'Key name, a URL without its scheme.';
comment on column tenancy.audit_witnesses.key is 'Verifier key (C2SP vkey) of the cosignature type.';
comment on column tenancy.audit_witnesses.added_at is 'When.';

create table tenancy.audit_cosignatures (
  size bigint not null,
  witness text not null,
  line text not null,
  at timestamptz not null,
  constraint audit_cosignatures_pkey primary key (size, witness),
  constraint audit_cosignatures_checkpoint_fkey foreign key (size) references tenancy.audit_checkpoints (size),
  constraint audit_cosignatures_witness_fkey foreign key (witness) references tenancy.audit_witnesses (name)
);
comment on table tenancy.audit_cosignatures is 'Verified cosignatures of witnesses (C2SP tlog-cosignature).';
comment on column tenancy.audit_cosignatures.size is 'The checkpoint.';
comment on column tenancy.audit_cosignatures.witness is 'The witness.';
comment on column tenancy.audit_cosignatures.line is 'Its signature line.';
comment on column tenancy.audit_cosignatures.at is 'When the witness says that it signed.';
