-- Streams of the audit log to outside receivers. Lock: none, new tables. Old code survives it.

create table tenancy.audit_streams (
  id uuid not null,
  tenant_id uuid,
  name text not null,
  url text not null,
  sends text not null,
  format text not null,
  actions text[] not null,
  records_max integer not null,
  secret bytea not null,
  former_secret bytea,
  former_until timestamptz,
  position bigint not null,
  status text not null default 'active',
  disabled_because text,
  failing_since timestamptz,
  last_error text,
  delivered_at timestamptz,
  due_at timestamptz not null,
  lease uuid,
  leased_until timestamptz,
  created_by text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint audit_streams_pkey primary key (id),
  constraint audit_streams_tenant_fkey foreign key (tenant_id) references tenancy.tenants (id) on delete cascade,
  constraint audit_streams_sends_known check (sends in ('records', 'checkpoints')),
  constraint audit_streams_format_known check (format in ('json', 'ocsf')),
  constraint audit_streams_status_known check (status in ('active', 'paused', 'disabled')),
  constraint audit_streams_disabled_whole check ((status = 'disabled') = (disabled_because is not null)),
  constraint audit_streams_disabled_known check (disabled_because in ('gone', 'failing', 'too_many_failures')),
  constraint audit_streams_former_whole check ((former_secret is null) = (former_until is null)),
  constraint audit_streams_records_positive check (records_max > 0),
  constraint audit_streams_position_positive check (position >= 0)
);
create index audit_streams_tenant_idx on tenancy.audit_streams (tenant_id);
create index audit_streams_due_idx on tenancy.audit_streams (due_at) where status = 'active';
comment on table tenancy.audit_streams is 'Who is sent the audit log by signed webhooks as it grows: tenants their own chain, operators all.';
comment on column tenancy.audit_streams.id is 'UUID version 7.';
comment on column tenancy.audit_streams.tenant_id is 'Whose chain; null: the whole log, for operators.';
comment on column tenancy.audit_streams.name is 'For people.';
comment on column tenancy.audit_streams.url is 'Where to; its query may hold a token of the receiver.';
comment on column tenancy.audit_streams.sends is 'records, or checkpoints: the signed states of the tree.';
comment on column tenancy.audit_streams.format is 'Of records: json is ours, ocsf is the Open Cybersecurity Schema Framework''s.';
comment on column tenancy.audit_streams.actions is 'Only these, such as tenant.created or user.*; empty: all.';
comment on column tenancy.audit_streams.records_max is 'Most records in one message.';
comment on column tenancy.audit_streams.secret is 'Signs messages; sealed with the tenant''s key, or the platform''s.';
comment on column tenancy.audit_streams.former_secret is 'The secret before, which signs too until former_until; sealed.';
comment on column tenancy.audit_streams.former_until is 'End of the overlap after a rotation.';
comment on column tenancy.audit_streams.position is 'What comes next: number in the tenant''s chain; for all, index in the tree; for checkpoints, the size sent last.';
comment on column tenancy.audit_streams.status is 'active, paused by people, or disabled by itself.';
comment on column tenancy.audit_streams.disabled_because is 'gone: it answered 410. failing: nothing arrived for days. too_many_failures: too many messages were given up.';
comment on column tenancy.audit_streams.failing_since is 'First failure since the last success.';
comment on column tenancy.audit_streams.last_error is 'Of the last failure since then.';
comment on column tenancy.audit_streams.delivered_at is 'Last success.';
comment on column tenancy.audit_streams.due_at is 'Not before.';
comment on column tenancy.audit_streams.lease is 'The process that sends; drawn for each turn.';
comment on column tenancy.audit_streams.leased_until is 'A process that died holds the stream no longer than this.';
comment on column tenancy.audit_streams.created_by is 'Actor.';
comment on column tenancy.audit_streams.created_at is 'When.';
comment on column tenancy.audit_streams.updated_at is 'Last change by people.';

create table tenancy.audit_stream_batches (
  id uuid not null,
  stream_id uuid not null,
  first bigint not null,
  last bigint not null,
  format text not null,
  actions text[] not null,
  note text,
  status text not null default 'waiting',
  is_replay boolean not null default false,
  attempts integer not null default 0,
  error text,
  due_at timestamptz not null,
  created_at timestamptz not null,
  failed_at timestamptz,
  constraint audit_stream_batches_pkey primary key (id),
  constraint audit_stream_batches_stream_fkey foreign key (stream_id) references tenancy.audit_streams (id) on delete cascade,
  constraint audit_stream_batches_status_known check (status in ('waiting', 'failed')),
  constraint audit_stream_batches_failed_whole check ((status = 'failed') = (failed_at is not null)),
  constraint audit_stream_batches_range check (first <= last)
);
create unique index audit_stream_batches_head_key on tenancy.audit_stream_batches (stream_id) where status = 'waiting' and not is_replay;
create index audit_stream_batches_stream_idx on tenancy.audit_stream_batches (stream_id, id);
comment on table tenancy.audit_stream_batches is 'Messages that are on their way or were given up. A message is a range of the log: its bytes are made anew from it.';
comment on column tenancy.audit_stream_batches.id is 'UUID version 7; the message''s webhook-id.';
comment on column tenancy.audit_stream_batches.stream_id is 'The stream.';
comment on column tenancy.audit_stream_batches.first is 'First number in it; of a checkpoint, the size sent before.';
comment on column tenancy.audit_stream_batches.last is 'Last number in it; of a checkpoint, its size.';
comment on column tenancy.audit_stream_batches.format is 'Of the stream when the message was made.';
comment on column tenancy.audit_stream_batches.actions is 'Of the stream when the message was made.';
comment on column tenancy.audit_stream_batches.note is 'The checkpoint; those of the log are thinned out.';
comment on column tenancy.audit_stream_batches.status is 'waiting, or failed: given up until somebody replays it.';
comment on column tenancy.audit_stream_batches.is_replay is 'Failed once; now sent again beside the stream.';
comment on column tenancy.audit_stream_batches.attempts is 'How many failed.';
comment on column tenancy.audit_stream_batches.error is 'Of the last one.';
comment on column tenancy.audit_stream_batches.due_at is 'A replay is not sent before.';
comment on column tenancy.audit_stream_batches.created_at is 'When it was made.';
comment on column tenancy.audit_stream_batches.failed_at is 'When it was given up.';
