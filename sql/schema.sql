-- The schema `tenancy` of a control database after all migrations in this folder, for reading and comparing.
-- Made by scripts/schema-sql.ts (`npm run generate`); nothing runs it, and no change is made here.
-- Without rows and without partitions, which come and go with time.

set check_function_bodies = off;

-- Schemas

create schema if not exists extensions;
comment on schema extensions is 'Extensions of the app, so that every place finds them on its search_path.';
grant create, usage on schema extensions to tenancy_owner;
grant usage on schema extensions to tenancy_tenant;

create schema if not exists tenancy;
comment on schema tenancy is 'Tenancy''s own objects. No app role may read its tables.';
grant usage on schema tenancy to tenancy_owner;
grant usage on schema tenancy to tenancy_tenant;

-- Functions

CREATE OR REPLACE FUNCTION tenancy.assert_person()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog'
AS $function$
begin
  -- The lock keeps the person from being deleted while the row is written, as that of a foreign key does.
  if new.user_id is not null then
    perform 1 from tenancy.users where id = new.user_id for key share;
    if not found then
      perform 1 from tenancy.operators where id = new.user_id for key share;
      if not found then
        raise foreign_key_violation using message = 'There is no user or operator of this id.';
      end if;
    end if;
  end if;
  return new;
end
$function$
;
comment on function tenancy.assert_person() is NULL;
revoke all on function tenancy.assert_person() from public;

CREATE OR REPLACE FUNCTION tenancy.audit_month_start(month date)
 RETURNS uuid
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO 'pg_catalog'
AS $function$ select (lpad(to_hex((extract(epoch from month::timestamp at time zone 'UTC') * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid $function$
;
comment on function tenancy.audit_month_start(date) is 'The smallest UUID version 7 of a month.';
revoke all on function tenancy.audit_month_start(date) from public;

CREATE OR REPLACE FUNCTION tenancy.current_tenant()
 RETURNS uuid
 LANGUAGE plpgsql
 STABLE PARALLEL RESTRICTED SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
declare
  seat text := current_setting('tenancy.context', true);
  found_tenant uuid;
begin
  select s.tenant_id into found_tenant from tenancy.seats s where s.seat_hash = sha256(convert_to(seat, 'UTF8'));
  if found_tenant is null then
    raise exception 'no seat for this tenancy context' using errcode = 'TE001', hint = 'Open a context with tenancy.data.context(tenantId).';
  end if;
  return found_tenant;
end
$function$
;
comment on function tenancy.current_tenant() is 'The tenant of the current context, by its seat. Raises TE001 when there is none.';
revoke all on function tenancy.current_tenant() from public;
grant execute on function tenancy.current_tenant() to tenancy_owner;
grant execute on function tenancy.current_tenant() to tenancy_tenant;

CREATE OR REPLACE FUNCTION tenancy.ensure_audit_month(month date)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog'
AS $function$
declare
  first date := date_trunc('month', month)::date;
  part text := 'audit_records_' || to_char(first, 'YYYY_MM');
  low uuid := tenancy.audit_month_start(first);
  high uuid := tenancy.audit_month_start((first + interval '1 month')::date);
begin
  if to_regclass('tenancy.' || quote_ident(part)) is not null then
    return false;
  end if;
  perform pg_advisory_xact_lock(hashtextextended('tenancy.ensure_audit_month', 7));
  if to_regclass('tenancy.' || quote_ident(part)) is not null then
    return false;
  end if;
  execute format('create table tenancy.%I (like tenancy.audit_records including defaults including constraints)', part);
  perform set_config('tenancy.audit_upkeep', 'on', true);
  execute format('with moved as (delete from tenancy.audit_records_rest where id >= %L and id < %L returning *) insert into tenancy.%I select * from moved', low, high, part);
  execute format('alter table tenancy.audit_records attach partition tenancy.%I for values from (%L) to (%L)', part, low, high);
  perform set_config('tenancy.audit_upkeep', 'off', true);
  return true;
end $function$
;
comment on function tenancy.ensure_audit_month(date) is 'Makes the audit log''s partition of a month, unless it is there.';
revoke all on function tenancy.ensure_audit_month(date) from public;

CREATE OR REPLACE FUNCTION tenancy.forget_person()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog'
AS $function$
begin
  delete from tenancy.user_totps where user_id = old.id;
  delete from tenancy.passkeys where user_id = old.id;
  delete from tenancy.recovery_codes where user_id = old.id;
  delete from tenancy.ceremonies where user_id = old.id;
  return old;
end
$function$
;
comment on function tenancy.forget_person() is NULL;
revoke all on function tenancy.forget_person() from public;

CREATE OR REPLACE FUNCTION tenancy.gate_grant(full_at_us double precision, now_us double precision, cost_us double precision, depth_us double precision, need integer, want integer)
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO 'pg_catalog'
AS $function$
    select least(free, greatest(need, least(want, free / 8)))
    from (
      select least(1e9, greatest(0, floor((depth_us - (full_at_us - now_us)) / cost_us + 1e-6)))::integer as free
    ) s
  $function$
;
comment on function tenancy.gate_grant(double precision,double precision,double precision,double precision,integer,integer) is 'How many slots a process is given: those that requests wait for, or ahead of them an eighth of what is free.';
revoke all on function tenancy.gate_grant(double precision,double precision,double precision,double precision,integer,integer) from public;

CREATE OR REPLACE FUNCTION tenancy.lock(key text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  perform pg_advisory_xact_lock(tenancy.lock_key(key));
end
$function$
;
comment on function tenancy.lock(text) is 'Waits for the tenant''s own lock of this name, and holds it to the end of the transaction.';
revoke all on function tenancy.lock(text) from public;
grant execute on function tenancy.lock(text) to tenancy_owner;
grant execute on function tenancy.lock(text) to tenancy_tenant;

CREATE OR REPLACE FUNCTION tenancy.lock_key(key text)
 RETURNS bigint
 LANGUAGE sql
 STABLE PARALLEL RESTRICTED
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
  select ('x' || encode(substr(sha256(convert_to(tenancy.current_tenant()::text || ':' || key, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint
$function$
;
comment on function tenancy.lock_key(text) is 'Key of a tenant''s advisory lock.';
revoke all on function tenancy.lock_key(text) from public;

CREATE OR REPLACE FUNCTION tenancy.record_event()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog'
AS $function$
declare
  moment timestamptz := coalesce(new.at, clock_timestamp());
begin
  insert into tenancy.audit_records (id, at, tenant_id, kind, action, outcome, actor, resource, request_id, body)
  values (new.id, moment, new.tenant_id, 'change', new.action, 'allowed', new.actor, 'tenant:' || new.tenant_id::text, new.request_id,
    json_build_object(
      'v', 1, 'id', new.id, 'at', to_char(moment at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'kind', 'change',
      'action', new.action, 'outcome', 'allowed', 'actor', new.actor, 'tenantId', new.tenant_id,
      'resource', 'tenant:' || new.tenant_id::text, 'requestId', new.request_id, 'detail', coalesce(new.detail, '{}'))::text);
  return new;
end $function$
;
comment on function tenancy.record_event() is 'Lets processes of the release before add their events.';
revoke all on function tenancy.record_event() from public;

CREATE OR REPLACE FUNCTION tenancy.refuse_audit_change()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog'
AS $function$
begin
  if current_setting('tenancy.audit_upkeep', true) = 'on' then
    return coalesce(new, old);
  end if;
  raise exception 'The audit log is only added to.' using errcode = 'TE002';
end $function$
;
comment on function tenancy.refuse_audit_change() is 'Refuses updates of audit records, and deletes outside of retention.';
revoke all on function tenancy.refuse_audit_change() from public;

CREATE OR REPLACE FUNCTION tenancy.try_lock(key text)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
begin
  return pg_try_advisory_xact_lock(tenancy.lock_key(key));
end
$function$
;
comment on function tenancy.try_lock(text) is 'Takes the tenant''s own lock of this name if it is free, until the end of the transaction.';
revoke all on function tenancy.try_lock(text) from public;
grant execute on function tenancy.try_lock(text) to tenancy_owner;
grant execute on function tenancy.try_lock(text) to tenancy_tenant;

-- Tables

create table tenancy.access_changes (
  scope uuid not null,
  epoch bigint default 1 not null,
  changed_at timestamp with time zone default now() not null,
  constraint access_changes_pkey PRIMARY KEY (scope)
);
comment on table tenancy.access_changes is 'How often the rules of a tenant, or of the platform, were changed: processes look here for what they must read again.';
comment on column tenancy.access_changes.scope is 'A tenant; all zeros: the platform.';
comment on column tenancy.access_changes.epoch is 'Grows with each change.';
comment on column tenancy.access_changes.changed_at is 'Last change.';
CREATE INDEX access_changes_age_idx ON tenancy.access_changes USING btree (changed_at);

create table tenancy.access_review_items (
  tenant_id uuid not null,
  review_id uuid not null,
  id uuid default gen_random_uuid() not null,
  kind text not null,
  subject_id uuid not null,
  subject text not null,
  holds text[] not null,
  via text[] not null,
  last_used_at timestamp with time zone,
  decision text,
  is_overdue boolean default false not null,
  reason text,
  decided_by text,
  decided_at timestamp with time zone,
  fault text,
  constraint access_review_items_pkey PRIMARY KEY (tenant_id, review_id, id),
  constraint access_review_items_decided_whole CHECK (((decision IS NULL) = (decided_at IS NULL))),
  constraint access_review_items_decision_known CHECK ((decision = ANY (ARRAY['confirm'::text, 'withdraw'::text]))),
  constraint access_review_items_kind_known CHECK ((kind = ANY (ARRAY['role'::text, 'grant'::text, 'service_account'::text, 'api_key'::text])))
);
comment on table tenancy.access_review_items is 'One thing that somebody has, as of the start of the review, and what was decided.';
comment on column tenancy.access_review_items.tenant_id is 'The tenant.';
comment on column tenancy.access_review_items.review_id is 'The review.';
comment on column tenancy.access_review_items.id is 'Names it.';
comment on column tenancy.access_review_items.kind is 'role: of a member. grant: for a time. service_account: a role of one. api_key: a key by itself.';
comment on column tenancy.access_review_items.subject_id is 'Of the user, grant, service account or key.';
comment on column tenancy.access_review_items.subject is 'Address of the member, or name of the program.';
comment on column tenancy.access_review_items.holds is 'The role; or what a grant gives; or the permissions of a key.';
comment on column tenancy.access_review_items.via is 'How it came: membership, group:<name>, grant by and until, key.';
comment on column tenancy.access_review_items.last_used_at is 'Last action in the tenant, or last use of a key, within 90 days of the start; null: none.';
comment on column tenancy.access_review_items.decision is 'confirm, withdraw; or null.';
comment on column tenancy.access_review_items.is_overdue is 'Nobody decided; the default of the review did.';
comment on column tenancy.access_review_items.reason is 'Why, for the evidence.';
comment on column tenancy.access_review_items.decided_by is 'Actor who decided.';
comment on column tenancy.access_review_items.decided_at is 'When.';
comment on column tenancy.access_review_items.fault is 'Why a withdrawal at the end could not be made, such as the last owner; or null.';

create table tenancy.access_reviews (
  tenant_id uuid not null,
  id uuid not null,
  name text not null,
  reviewers uuid[] default '{}'::uuid[] not null,
  overdue text not null,
  started_by text not null,
  created_at timestamp with time zone not null,
  due_at timestamp with time zone not null,
  closed_at timestamp with time zone,
  closed_by text,
  constraint access_reviews_pkey PRIMARY KEY (tenant_id, id),
  constraint access_reviews_closed_whole CHECK (((closed_at IS NULL) = (closed_by IS NULL))),
  constraint access_reviews_overdue_known CHECK ((overdue = ANY (ARRAY['keep'::text, 'withdraw'::text])))
);
comment on table tenancy.access_reviews is 'Campaigns in which people look at who has what in a tenant.';
comment on column tenancy.access_reviews.tenant_id is 'The tenant.';
comment on column tenancy.access_reviews.id is 'UUID version 7.';
comment on column tenancy.access_reviews.name is 'For people, such as the quarter.';
comment on column tenancy.access_reviews.reviewers is 'Users who decide; empty: whoever manages reviews.';
comment on column tenancy.access_reviews.overdue is 'What becomes of items that nobody decided until the end.';
comment on column tenancy.access_reviews.started_by is 'Actor who started it.';
comment on column tenancy.access_reviews.created_at is 'The items are as of this moment.';
comment on column tenancy.access_reviews.due_at is 'Its end.';
comment on column tenancy.access_reviews.closed_at is 'When it ended; null: it is open.';
comment on column tenancy.access_reviews.closed_by is 'Actor who ended it; system:reviews at its time.';
CREATE INDEX access_reviews_due_idx ON tenancy.access_reviews USING btree (due_at) WHERE (closed_at IS NULL);

create table tenancy.access_settings (
  tenant_id uuid not null,
  time_zone text default 'UTC'::text not null,
  allowed_ranges text[] default '{}'::text[] not null,
  updated_at timestamp with time zone not null,
  constraint access_settings_pkey PRIMARY KEY (tenant_id),
  constraint access_settings_ranges_few CHECK ((cardinality(allowed_ranges) <= 200))
);
comment on table tenancy.access_settings is 'Rules of a tenant that are no policies. A tenant without a row has the defaults.';
comment on column tenancy.access_settings.tenant_id is 'The tenant.';
comment on column tenancy.access_settings.time_zone is 'IANA name; times in conditions are meant in it.';
comment on column tenancy.access_settings.allowed_ranges is 'Addresses and ranges that its members and keys may come from; empty: any.';
comment on column tenancy.access_settings.updated_at is 'Last change.';

create table tenancy.api_keys (
  id uuid not null,
  name text not null,
  prefix text not null,
  key_hash bytea not null,
  created_by text not null,
  created_at timestamp with time zone default now() not null,
  last_used_at timestamp with time zone,
  expires_at timestamp with time zone,
  tenant_id uuid,
  service_account_id uuid,
  scopes text[],
  replaces uuid,
  constraint api_keys_pkey PRIMARY KEY (id),
  constraint api_keys_hash_key UNIQUE (key_hash),
  constraint api_keys_account_in_tenant CHECK (((service_account_id IS NULL) OR (tenant_id IS NOT NULL))),
  constraint api_keys_bounded CHECK (((tenant_id IS NULL) OR (service_account_id IS NOT NULL) OR (scopes IS NOT NULL)))
);
comment on table tenancy.api_keys is 'Keys of programs: of the platform, or of one tenant.';
comment on column tenancy.api_keys.id is 'UUID version 7.';
comment on column tenancy.api_keys.name is 'What it is for.';
comment on column tenancy.api_keys.prefix is 'First characters, to recognise it by.';
comment on column tenancy.api_keys.key_hash is 'SHA-256 of the key; the key is shown once.';
comment on column tenancy.api_keys.created_by is 'Actor who made it.';
comment on column tenancy.api_keys.created_at is 'When.';
comment on column tenancy.api_keys.last_used_at is 'Last use, to the minute.';
comment on column tenancy.api_keys.expires_at is 'Not valid from here on; null: until revoked.';
comment on column tenancy.api_keys.tenant_id is 'The one tenant it works in; null: a key of the platform.';
comment on column tenancy.api_keys.service_account_id is 'Whose key it is; its roles say what it may do. Null: its scopes do.';
comment on column tenancy.api_keys.scopes is 'The permissions it has at most; null: all that its kind has.';
comment on column tenancy.api_keys.replaces is 'The key that it was rotated from.';
CREATE INDEX api_keys_tenant_idx ON tenancy.api_keys USING btree (tenant_id, id) WHERE (tenant_id IS NOT NULL);

create table tenancy.app_ledger (
  place text not null,
  version integer not null,
  applied_at timestamp with time zone default now() not null,
  duration_ms integer not null,
  constraint app_ledger_pkey PRIMARY KEY (version, place)
);
comment on table tenancy.app_ledger is 'Which app migration ran where. Written in the migration''s own transaction: exactly once.';
comment on column tenancy.app_ledger.place is 'Schema name for DDL, tenant id for a tenant''s rows, `shared` for reference tables.';
comment on column tenancy.app_ledger.version is 'Number of the app migration.';
comment on column tenancy.app_ledger.applied_at is 'When it committed.';
comment on column tenancy.app_ledger.duration_ms is 'How long it took.';

create table tenancy.app_migrations (
  version integer not null,
  name text not null,
  checksum text not null,
  source text not null,
  statements jsonb not null,
  model jsonb not null,
  created_at timestamp with time zone default now() not null,
  constraint app_migrations_pkey PRIMARY KEY (version)
);
comment on table tenancy.app_migrations is 'The app''s migrations, as adopted.';
comment on column tenancy.app_migrations.version is 'Number of the file name.';
comment on column tenancy.app_migrations.name is 'File name.';
comment on column tenancy.app_migrations.checksum is 'SHA-256 of the source.';
comment on column tenancy.app_migrations.source is 'The file, as the app''s developers wrote it.';
comment on column tenancy.app_migrations.statements is 'What adopt made of it: scope and SQL.';
comment on column tenancy.app_migrations.model is 'The app schema after it.';
comment on column tenancy.app_migrations.created_at is 'When it was first registered.';

create table tenancy.audit_boots (
  boot uuid not null,
  started_at timestamp with time zone default now() not null,
  beat_at timestamp with time zone default now() not null,
  last_number bigint default 0 not null,
  stopped_at timestamp with time zone,
  lost_at timestamp with time zone,
  constraint audit_boots_pkey PRIMARY KEY (boot)
);
comment on table tenancy.audit_boots is 'Processes that number their records: one that dies leaves a tail that is known to be missing, not one that nobody misses.';
comment on column tenancy.audit_boots.boot is 'Drawn when the process starts; its records carry it.';
comment on column tenancy.audit_boots.started_at is 'Its first record.';
comment on column tenancy.audit_boots.beat_at is 'When it last said that it lives.';
comment on column tenancy.audit_boots.last_number is 'Its newest durable number at that time.';
comment on column tenancy.audit_boots.stopped_at is 'When it ended in good order, with nothing left to write.';
comment on column tenancy.audit_boots.lost_at is 'When others found that it had died.';
CREATE INDEX audit_boots_running_idx ON tenancy.audit_boots USING btree (beat_at) WHERE ((stopped_at IS NULL) AND (lost_at IS NULL));

create table tenancy.audit_chains (
  chain uuid not null,
  size bigint not null,
  last_leaf bytea not null,
  constraint audit_chains_pkey PRIMARY KEY (chain),
  constraint audit_chains_size_positive CHECK ((size > 0))
);
comment on table tenancy.audit_chains is 'The head of each chain: one per tenant, and one for the platform''s own records.';
comment on column tenancy.audit_chains.chain is 'The tenant''s id; all zeros: the platform.';
comment on column tenancy.audit_chains.size is 'Records in it; they are numbered from 1 without a gap.';
comment on column tenancy.audit_chains.last_leaf is 'Leaf hash of the newest.';

create table tenancy.audit_checkpoints (
  size bigint not null,
  root bytea not null,
  note text not null,
  signed_at timestamp with time zone default now() not null,
  constraint audit_checkpoints_pkey PRIMARY KEY (size)
);
comment on table tenancy.audit_checkpoints is 'Signed states of the tree. Old ones without a cosignature are thinned out to one an hour.';
comment on column tenancy.audit_checkpoints.size is 'Leaves.';
comment on column tenancy.audit_checkpoints.root is 'Root hash.';
comment on column tenancy.audit_checkpoints.note is 'C2SP signed note with the log''s own signature.';
comment on column tenancy.audit_checkpoints.signed_at is 'When.';
CREATE INDEX audit_checkpoints_signed_idx ON tenancy.audit_checkpoints USING btree (signed_at);

create table tenancy.audit_cosignatures (
  size bigint not null,
  witness text not null,
  line text not null,
  at timestamp with time zone not null,
  constraint audit_cosignatures_pkey PRIMARY KEY (size, witness)
);
comment on table tenancy.audit_cosignatures is 'Verified cosignatures of witnesses (C2SP tlog-cosignature).';
comment on column tenancy.audit_cosignatures.size is 'The checkpoint.';
comment on column tenancy.audit_cosignatures.witness is 'The witness.';
comment on column tenancy.audit_cosignatures.line is 'Its signature line.';
comment on column tenancy.audit_cosignatures.at is 'When the witness says that it signed.';

create table tenancy.audit_log (
  is_here boolean default true not null,
  origin text not null,
  sealed_key bytea not null,
  public_key bytea not null,
  size bigint default 0 not null,
  taken pg_snapshot not null,
  target pg_snapshot,
  at_xid bigint default '-1'::integer not null,
  at_id uuid default '00000000-0000-0000-0000-000000000000'::uuid not null,
  pruned_before timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  system_identifier text,
  moved_at timestamp with time zone,
  verified_at timestamp with time zone,
  verified_faults integer,
  constraint audit_log_pkey PRIMARY KEY (is_here),
  constraint audit_log_one CHECK (is_here),
  constraint audit_log_size_positive CHECK ((size >= 0))
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
comment on column tenancy.audit_log.system_identifier is 'The cluster whose transactions `taken` counts; null: not looked at yet.';
comment on column tenancy.audit_log.moved_at is 'Since when nothing is taken, as the database was restored into another cluster and nobody has said yet that this is meant.';
comment on column tenancy.audit_log.verified_at is 'When the log was last verified in its own database; null: never.';
comment on column tenancy.audit_log.verified_faults is 'Faults that the verification found.';

create table tenancy.audit_records (
  id uuid not null,
  at timestamp with time zone not null,
  xid bigint default ((pg_current_xact_id())::text)::bigint not null,
  tenant_id uuid,
  kind text not null,
  action text not null,
  outcome text not null,
  actor text not null,
  on_behalf_of text,
  resource text,
  request_id text,
  ip inet,
  session text,
  body text not null,
  constraint audit_records_pkey PRIMARY KEY (id),
  constraint audit_records_kind_known CHECK ((kind = ANY (ARRAY['change'::text, 'read'::text, 'request'::text]))),
  constraint audit_records_outcome_known CHECK ((outcome = ANY (ARRAY['allowed'::text, 'denied'::text, 'failed'::text])))
) partition by RANGE (id);
comment on table tenancy.audit_records is 'Audit log: who did, read or was refused what. Partitioned by month of the id; rows are only added.';
comment on column tenancy.audit_records.id is 'UUID version 7: sorts by time, and names the month.';
comment on column tenancy.audit_records.at is 'When.';
comment on column tenancy.audit_records.xid is 'The transaction that wrote it: the sequencer takes each row once, when this has committed.';
comment on column tenancy.audit_records.tenant_id is 'The tenant it is about, if any. No foreign key: the log outlives the tenant.';
comment on column tenancy.audit_records.kind is 'change, read, or request (of an app, or refused).';
comment on column tenancy.audit_records.action is 'Such as tenant.suspended or tenant.read.';
comment on column tenancy.audit_records.outcome is 'allowed, denied or failed.';
comment on column tenancy.audit_records.actor is 'operator:…, user:…, key:…, cli:…, system:…';
comment on column tenancy.audit_records.on_behalf_of is 'Whose place the actor took, when support acts for a member.';
comment on column tenancy.audit_records.resource is 'What it was done to, such as tenant:<id>.';
comment on column tenancy.audit_records.request_id is 'The request that caused it.';
comment on column tenancy.audit_records.ip is 'Where the request came from.';
comment on column tenancy.audit_records.session is 'The session of the request; never its token.';
comment on column tenancy.audit_records.body is 'The whole record as JSON: these very bytes are hashed. The other columns repeat parts of it for searching.';
CREATE INDEX audit_records_changes_idx ON ONLY tenancy.audit_records USING btree (id) WHERE (kind = 'change'::text);
CREATE INDEX audit_records_search_idx ON ONLY tenancy.audit_records USING brin (actor text_bloom_ops (n_distinct_per_range='300'), on_behalf_of text_bloom_ops (n_distinct_per_range='100'), action text_bloom_ops (n_distinct_per_range='100'), resource text_bloom_ops (n_distinct_per_range='700'), request_id text_bloom_ops (n_distinct_per_range='1500'), ip inet_bloom_ops (n_distinct_per_range='300'), session text_bloom_ops (n_distinct_per_range='300')) WITH (pages_per_range='64', autosummarize='on');
CREATE INDEX audit_records_tenant_changes_idx ON ONLY tenancy.audit_records USING btree (tenant_id, id) WHERE (kind = 'change'::text);
CREATE INDEX audit_records_tenant_idx ON ONLY tenancy.audit_records USING btree (tenant_id, id);
CREATE INDEX audit_records_xid_idx ON ONLY tenancy.audit_records USING btree (xid, id);

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
  sequenced_at timestamp with time zone default now() not null,
  constraint audit_runs_pkey PRIMARY KEY (first_index),
  constraint audit_runs_seq_key UNIQUE (chain, first_seq),
  constraint audit_runs_length_positive CHECK ((length > 0)),
  constraint audit_runs_whole CHECK (((octet_length(record_ids) = (length * 16)) AND (octet_length(body_hashes) = (length * 32))))
);
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
CREATE INDEX audit_runs_high_idx ON tenancy.audit_runs USING btree (chain, high_id);

create table tenancy.audit_settings (
  tenant_id uuid not null,
  reads text default 'strict'::text not null,
  held_at timestamp with time zone,
  held_reason text,
  updated_at timestamp with time zone default now() not null,
  constraint audit_settings_pkey PRIMARY KEY (tenant_id),
  constraint audit_settings_hold_whole CHECK (((held_at IS NULL) = (held_reason IS NULL))),
  constraint audit_settings_reads_known CHECK ((reads = ANY (ARRAY['strict'::text, 'relaxed'::text])))
);
comment on table tenancy.audit_settings is 'What a tenant wants of its audit log; a tenant without a row has the defaults.';
comment on column tenancy.audit_settings.tenant_id is 'The tenant; all zeros: the platform.';
comment on column tenancy.audit_settings.reads is 'strict: an answer waits until its record is durable. relaxed: it does not, and a crash may lose the last ones.';
comment on column tenancy.audit_settings.held_at is 'Legal hold: since then retention removes nothing of it.';
comment on column tenancy.audit_settings.held_reason is 'Why.';
comment on column tenancy.audit_settings.updated_at is 'Last change.';

create table tenancy.audit_stream_batches (
  id uuid not null,
  stream_id uuid not null,
  first bigint not null,
  last bigint not null,
  format text not null,
  actions text[] not null,
  note text,
  status text default 'waiting'::text not null,
  is_replay boolean default false not null,
  attempts integer default 0 not null,
  error text,
  due_at timestamp with time zone not null,
  created_at timestamp with time zone not null,
  failed_at timestamp with time zone,
  constraint audit_stream_batches_pkey PRIMARY KEY (id),
  constraint audit_stream_batches_failed_whole CHECK (((status = 'failed'::text) = (failed_at IS NOT NULL))),
  constraint audit_stream_batches_range CHECK ((first <= last)),
  constraint audit_stream_batches_status_known CHECK ((status = ANY (ARRAY['waiting'::text, 'failed'::text])))
);
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
CREATE UNIQUE INDEX audit_stream_batches_head_key ON tenancy.audit_stream_batches USING btree (stream_id) WHERE ((status = 'waiting'::text) AND (NOT is_replay));
CREATE INDEX audit_stream_batches_stream_idx ON tenancy.audit_stream_batches USING btree (stream_id, id);

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
  former_until timestamp with time zone,
  "position" bigint not null,
  status text default 'active'::text not null,
  disabled_because text,
  failing_since timestamp with time zone,
  last_error text,
  delivered_at timestamp with time zone,
  due_at timestamp with time zone not null,
  lease uuid,
  leased_until timestamp with time zone,
  created_by text not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint audit_streams_pkey PRIMARY KEY (id),
  constraint audit_streams_disabled_known CHECK ((disabled_because = ANY (ARRAY['gone'::text, 'failing'::text, 'too_many_failures'::text]))),
  constraint audit_streams_disabled_whole CHECK (((status = 'disabled'::text) = (disabled_because IS NOT NULL))),
  constraint audit_streams_format_known CHECK ((format = ANY (ARRAY['json'::text, 'ocsf'::text]))),
  constraint audit_streams_former_whole CHECK (((former_secret IS NULL) = (former_until IS NULL))),
  constraint audit_streams_position_positive CHECK (("position" >= 0)),
  constraint audit_streams_records_positive CHECK ((records_max > 0)),
  constraint audit_streams_sends_known CHECK ((sends = ANY (ARRAY['records'::text, 'checkpoints'::text]))),
  constraint audit_streams_status_known CHECK ((status = ANY (ARRAY['active'::text, 'paused'::text, 'disabled'::text])))
);
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
comment on column tenancy.audit_streams."position" is 'What comes next: number in the tenant''s chain; for all, index in the tree; for checkpoints, the size sent last.';
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
CREATE INDEX audit_streams_due_idx ON tenancy.audit_streams USING btree (due_at) WHERE (status = 'active'::text);
CREATE INDEX audit_streams_tenant_idx ON tenancy.audit_streams USING btree (tenant_id);

create table tenancy.audit_tiles (
  level smallint not null,
  index bigint not null,
  hashes bytea not null,
  constraint audit_tiles_pkey PRIMARY KEY (level, index),
  constraint audit_tiles_whole CHECK ((((octet_length(hashes) % 32) = 0) AND ((octet_length(hashes) >= 32) AND (octet_length(hashes) <= 8192))))
);
comment on table tenancy.audit_tiles is 'The Merkle tree as tiles of 256 hashes (C2SP tlog-tiles). The rightmost of each level grows.';
comment on column tenancy.audit_tiles.level is '0: leaf hashes; each level above hashes full tiles of the one below.';
comment on column tenancy.audit_tiles.index is 'Number of the tile in its level.';
comment on column tenancy.audit_tiles.hashes is 'Up to 256 hashes of 32 bytes.';

create table tenancy.audit_witnesses (
  name text not null,
  key text not null,
  added_at timestamp with time zone default now() not null,
  constraint audit_witnesses_pkey PRIMARY KEY (name)
);
comment on table tenancy.audit_witnesses is 'Who may cosign checkpoints: others who remember what they saw.';
comment on column tenancy.audit_witnesses.name is 'Key name, a URL without its scheme.';
comment on column tenancy.audit_witnesses.key is 'Verifier key (C2SP vkey) of the cosignature type.';
comment on column tenancy.audit_witnesses.added_at is 'When.';

create table tenancy.cells (
  key text not null,
  region text not null,
  name text not null,
  status text default 'open'::text not null,
  sealed_url bytea,
  created_at timestamp with time zone default now() not null,
  constraint cells_pkey PRIMARY KEY (key),
  constraint cells_key_form CHECK ((key ~ '^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$'::text)),
  constraint cells_status_known CHECK ((status = ANY (ARRAY['open'::text, 'closed'::text])))
);
comment on table tenancy.cells is 'PostgreSQL clusters that hold tenants.';
comment on column tenancy.cells.key is 'Such as local, or eu-west-1.';
comment on column tenancy.cells.region is 'The region it stands in.';
comment on column tenancy.cells.name is 'For people.';
comment on column tenancy.cells.status is 'open takes new tenants; closed serves those it has.';
comment on column tenancy.cells.sealed_url is 'Admin connection URL, sealed with TENANT_ENCRYPTION_KEY; null for the control database itself.';
comment on column tenancy.cells.created_at is 'When it was added.';

create table tenancy.ceremonies (
  token_hash bytea not null,
  kind text not null,
  user_id uuid,
  amr text[] default '{}'::text[] not null,
  challenge text,
  attempts integer default 0 not null,
  expires_at timestamp with time zone not null,
  constraint ceremonies_pkey PRIMARY KEY (token_hash),
  constraint ceremonies_kind_known CHECK ((kind = ANY (ARRAY['second_factor'::text, 'passkey'::text, 'enrol'::text, 'step_up'::text])))
);
comment on table tenancy.ceremonies is 'Sign-ins, enrolments and step-ups under way, for some minutes.';
comment on column tenancy.ceremonies.token_hash is 'SHA-256 of the token that the browser holds between two steps.';
comment on column tenancy.ceremonies.kind is 'What it may end in.';
comment on column tenancy.ceremonies.user_id is 'Who, a user or an operator; null while a passkey has yet to say it.';
comment on column tenancy.ceremonies.amr is 'What was proved already.';
comment on column tenancy.ceremonies.challenge is 'WebAuthn challenge, good for one answer.';
comment on column tenancy.ceremonies.attempts is 'Codes tried; it ends after a few.';
comment on column tenancy.ceremonies.expires_at is 'Not valid from here on.';
CREATE INDEX ceremonies_expires_idx ON tenancy.ceremonies USING btree (expires_at);

create table tenancy.data_keys (
  id uuid not null,
  tenant_id uuid,
  purpose text not null,
  epoch integer not null,
  wrapping_key_id uuid not null,
  wrapped bytea,
  status text default 'current'::text not null,
  created_at timestamp with time zone default now() not null,
  superseded_at timestamp with time zone,
  retired_at timestamp with time zone,
  constraint data_keys_pkey PRIMARY KEY (id),
  constraint data_keys_epoch_key UNIQUE NULLS NOT DISTINCT (tenant_id, purpose, epoch),
  constraint data_keys_epoch_positive CHECK ((epoch > 0)),
  constraint data_keys_purpose_form CHECK ((purpose ~ '^[a-z][a-z0-9_-]{0,62}$'::text)),
  constraint data_keys_status_known CHECK ((status = ANY (ARRAY['current'::text, 'superseded'::text, 'retired'::text, 'destroyed'::text]))),
  constraint data_keys_wrapped_unless_destroyed CHECK (((wrapped IS NULL) = (status = 'destroyed'::text)))
);
comment on table tenancy.data_keys is 'Keys that values are sealed under: one line of epochs per tenant and purpose.';
comment on column tenancy.data_keys.id is 'UUID version 7; stands in each sealed value, and is bound into the wrapping.';
comment on column tenancy.data_keys.tenant_id is 'The tenant; null: what belongs to no tenant.';
comment on column tenancy.data_keys.purpose is 'credentials, storage, cache, columns, secrets, index, …';
comment on column tenancy.data_keys.epoch is '1, 2, 3, … for each tenant and purpose.';
comment on column tenancy.data_keys.wrapping_key_id is 'The generation that it is wrapped under now.';
comment on column tenancy.data_keys.wrapped is 'The key by AES key wrap (RFC 3394); null once destroyed.';
comment on column tenancy.data_keys.status is 'current seals; superseded still opens; retired opens too and is known to hold no value; destroyed is gone for good.';
comment on column tenancy.data_keys.created_at is 'When it was drawn.';
comment on column tenancy.data_keys.superseded_at is 'When the next epoch took over.';
comment on column tenancy.data_keys.retired_at is 'When a full count found no value under it.';
CREATE INDEX data_keys_created_idx ON tenancy.data_keys USING btree (created_at) WHERE (status = 'current'::text);
CREATE UNIQUE INDEX data_keys_current_key ON tenancy.data_keys USING btree (tenant_id, purpose) NULLS NOT DISTINCT WHERE (status = 'current'::text);
CREATE INDEX data_keys_superseded_idx ON tenancy.data_keys USING btree (tenant_id) WHERE (status = 'superseded'::text);
CREATE INDEX data_keys_wrapping_key_idx ON tenancy.data_keys USING btree (wrapping_key_id) WHERE (status <> 'destroyed'::text);

create table tenancy.domains (
  ascii text not null,
  tenant_id uuid not null,
  domain text not null,
  is_primary boolean default false not null,
  created_at timestamp with time zone default now() not null,
  constraint domains_pkey PRIMARY KEY (ascii)
);
comment on table tenancy.domains is 'Host names that lead to a tenant.';
comment on column tenancy.domains.ascii is 'As DNS has it: A-labels, lower case, no trailing dot.';
comment on column tenancy.domains.tenant_id is 'Whose it is.';
comment on column tenancy.domains.domain is 'As people read it: U-labels.';
comment on column tenancy.domains.is_primary is 'The one to link to.';
comment on column tenancy.domains.created_at is 'When it was added.';
CREATE UNIQUE INDEX domains_primary_key ON tenancy.domains USING btree (tenant_id) WHERE is_primary;
CREATE INDEX domains_tenant_idx ON tenancy.domains USING btree (tenant_id);

create unlogged table tenancy.gate_holders (
  key text not null,
  holders jsonb not null,
  granted integer not null,
  ask integer[] not null,
  constraint gate_holders_pkey PRIMARY KEY (key)
) with (fillfactor=50);
comment on table tenancy.gate_holders is 'Which process holds how many of something that is limited at one time. What a process that died held ends with its time.';
comment on column tenancy.gate_holders.key is 'Of what, such as tenant:<id>; `processes` tells which processes there are.';
comment on column tenancy.gate_holders.holders is 'By process: how many, and until when, in microseconds since 1970 of this server''s clock.';
comment on column tenancy.gate_holders.granted is 'How many the last process that asked may hold.';
comment on column tenancy.gate_holders.ask is 'What it had asked for: how many it wants to hold, and the most of all together.';

create unlogged table tenancy.gate_rates (
  key text not null,
  full_at_us double precision not null,
  granted integer not null,
  ask double precision[] not null,
  constraint gate_rates_pkey PRIMARY KEY (key)
) with (fillfactor=50);
comment on table tenancy.gate_rates is 'Rates that all processes keep together (docs/decisions/0080-shared-limits.md). Unlogged: after a crash of the server every burst is whole.';
comment on column tenancy.gate_rates.key is 'Whose rate, such as tenant:<id> or credential:key:<id>.';
comment on column tenancy.gate_rates.full_at_us is 'When the burst is whole again if nothing more is taken: microseconds since 1970 of this server''s clock.';
comment on column tenancy.gate_rates.granted is 'How many the last process that asked was given.';
comment on column tenancy.gate_rates.ask is 'What it had asked for: cost and depth in microseconds, slots needed, slots wanted, backlog in microseconds.';
CREATE INDEX gate_rates_full_idx ON tenancy.gate_rates USING btree (full_at_us);

create table tenancy.group_roles (
  tenant_id uuid not null,
  group_name text not null,
  roles text[] not null,
  constraint group_roles_pkey PRIMARY KEY (tenant_id, group_name),
  constraint group_roles_no_owner CHECK ((NOT ('owner'::text = ANY (roles)))),
  constraint group_roles_some CHECK (((cardinality(roles) >= 1) AND (cardinality(roles) <= 20)))
);
comment on table tenancy.group_roles is 'Which roles the groups of a directory give. Owners are made by owners, never by a group.';
comment on column tenancy.group_roles.tenant_id is 'The tenant.';
comment on column tenancy.group_roles.group_name is 'As the provider sends it, or the displayName of a SCIM group.';
comment on column tenancy.group_roles.roles is 'Keys of roles.';

create table tenancy.idempotency_keys (
  principal text not null,
  key text not null,
  request_hash bytea not null,
  status integer,
  response jsonb,
  created_at timestamp with time zone default now() not null,
  constraint idempotency_keys_pkey PRIMARY KEY (principal, key)
);
comment on table tenancy.idempotency_keys is 'Answers of POST requests by Idempotency-Key, kept for a day.';
comment on column tenancy.idempotency_keys.principal is 'Who asked; keys of two principals never meet.';
comment on column tenancy.idempotency_keys.key is 'The header.';
comment on column tenancy.idempotency_keys.request_hash is 'SHA-256 of method, path and body: the same key with another request is refused.';
comment on column tenancy.idempotency_keys.status is 'HTTP status of the answer; null while it is worked on.';
comment on column tenancy.idempotency_keys.response is 'Body of the answer.';
comment on column tenancy.idempotency_keys.created_at is 'When first seen.';
CREATE INDEX idempotency_keys_age_idx ON tenancy.idempotency_keys USING btree (created_at);

create table tenancy.installation (
  id uuid not null,
  key_check bytea not null,
  created_at timestamp with time zone default now() not null,
  key_change_began_at timestamp with time zone,
  constraint installation_pkey PRIMARY KEY (id)
);
comment on table tenancy.installation is 'One row: which installation this is. Names its login role.';
comment on column tenancy.installation.id is 'Drawn at the first start.';
comment on column tenancy.installation.key_check is 'Derived from TENANT_ENCRYPTION_KEY: a process with another key is refused before it does harm.';
comment on column tenancy.installation.created_at is 'When it was first started.';
comment on column tenancy.installation.key_change_began_at is 'A change of TENANT_ENCRYPTION_KEY began then and is not finished; null: none is.';

create table tenancy.integration_attempts (
  state_hash bytea not null,
  tenant_id uuid not null,
  actor text not null,
  checks bytea not null,
  expires_at timestamp with time zone not null,
  constraint integration_attempts_pkey PRIMARY KEY (state_hash)
);
comment on table tenancy.integration_attempts is 'Connections that are under way at a provider; each ends once.';
comment on column tenancy.integration_attempts.state_hash is 'SHA-256 of the state that the provider hands back.';
comment on column tenancy.integration_attempts.tenant_id is 'The tenant.';
comment on column tenancy.integration_attempts.actor is 'Who began, and has to finish.';
comment on column tenancy.integration_attempts.checks is 'Sealed: provider, code verifier, redirect URI.';
comment on column tenancy.integration_attempts.expires_at is 'Not valid from here on.';
CREATE INDEX integration_attempts_age_idx ON tenancy.integration_attempts USING btree (expires_at);

create table tenancy.integrations (
  tenant_id uuid not null,
  id uuid not null,
  provider text not null,
  account_id text not null,
  account_name text not null,
  scopes text[] not null,
  status text default 'connected'::text not null,
  tokens bytea not null,
  expires_at timestamp with time zone,
  created_by text not null,
  created_at timestamp with time zone not null,
  refreshed_at timestamp with time zone not null,
  failure text,
  constraint integrations_pkey PRIMARY KEY (tenant_id, id),
  constraint integrations_account_key UNIQUE (tenant_id, provider, account_id),
  constraint integrations_status_known CHECK ((status = ANY (ARRAY['connected'::text, 'expired'::text])))
);
comment on table tenancy.integrations is 'Accounts at outside services that tenants connected.';
comment on column tenancy.integrations.tenant_id is 'Whose it is.';
comment on column tenancy.integrations.id is 'UUID version 7.';
comment on column tenancy.integrations.provider is 'Key in the provider table, such as spotify.';
comment on column tenancy.integrations.account_id is 'The account at the provider.';
comment on column tenancy.integrations.account_name is 'For people.';
comment on column tenancy.integrations.scopes is 'What the provider granted.';
comment on column tenancy.integrations.status is 'expired: the provider no longer renews; the tenant has to connect again.';
comment on column tenancy.integrations.tokens is 'Access and refresh token, sealed with the tenant''s key.';
comment on column tenancy.integrations.expires_at is 'End of the access token; null: the provider does not say.';
comment on column tenancy.integrations.created_by is 'Actor who connected it.';
comment on column tenancy.integrations.created_at is 'When.';
comment on column tenancy.integrations.refreshed_at is 'When the tokens were last renewed.';
comment on column tenancy.integrations.failure is 'Why the last renewal failed, in the service''s words; null: it did not.';
CREATE INDEX integrations_expiry_idx ON tenancy.integrations USING btree (expires_at) WHERE (status = 'connected'::text);

create table tenancy.invitations (
  tenant_id uuid not null,
  id uuid not null,
  email text not null,
  roles text[] not null,
  locale text default 'en'::text not null,
  token_hash bytea not null,
  invited_by text not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  constraint invitations_pkey PRIMARY KEY (tenant_id, id),
  constraint invitations_email_key UNIQUE (tenant_id, email),
  constraint invitations_token_key UNIQUE (token_hash),
  constraint invitations_locale_known CHECK ((locale = ANY (ARRAY['en'::text, 'fr'::text]))),
  constraint invitations_roles_some CHECK (((cardinality(roles) >= 1) AND (cardinality(roles) <= 20)))
);
comment on table tenancy.invitations is 'Open invitations; one that is accepted or withdrawn is gone.';
comment on column tenancy.invitations.tenant_id is 'The tenant that invites.';
comment on column tenancy.invitations.id is 'UUID version 7.';
comment on column tenancy.invitations.email is 'Normalised address; one open invitation per address and tenant.';
comment on column tenancy.invitations.roles is 'Roles of the membership that it becomes.';
comment on column tenancy.invitations.locale is 'Language of the mail.';
comment on column tenancy.invitations.token_hash is 'SHA-256 of the one-time token in the mail.';
comment on column tenancy.invitations.invited_by is 'Actor who invited.';
comment on column tenancy.invitations.created_at is 'When, or when last sent again.';
comment on column tenancy.invitations.expires_at is 'Not valid from here on.';

create table tenancy.known_devices (
  user_id uuid not null,
  token_hash bytea not null,
  device text not null,
  created_at timestamp with time zone not null,
  last_used_at timestamp with time zone not null,
  provider text default ''::text not null,
  constraint known_devices_pkey PRIMARY KEY (user_id, token_hash, provider)
);
comment on table tenancy.known_devices is 'Browsers that somebody has signed in with. Knowing one signs nobody in.';
comment on column tenancy.known_devices.user_id is 'Whose: a user or an operator.';
comment on column tenancy.known_devices.token_hash is 'SHA-256 of the token in the browser; another one with each sign-in.';
comment on column tenancy.known_devices.device is 'Browser and system, as at the first sign-in.';
comment on column tenancy.known_devices.created_at is 'First sign-in.';
comment on column tenancy.known_devices.last_used_at is 'Last sign-in.';
comment on column tenancy.known_devices.provider is 'Whose word it was that they signed in, such as sso:<id>; empty: a proof of their own.';
CREATE INDEX known_devices_token_idx ON tenancy.known_devices USING btree (token_hash);

create table tenancy.mails (
  id uuid not null,
  recipient text not null,
  kind text not null,
  locale text not null,
  subject text not null,
  sealed bytea,
  status text default 'waiting'::text not null,
  attempts integer default 0 not null,
  next_at timestamp with time zone not null,
  error text,
  created_at timestamp with time zone not null,
  sent_at timestamp with time zone,
  constraint mails_pkey PRIMARY KEY (id),
  constraint mails_status_known CHECK ((status = ANY (ARRAY['waiting'::text, 'sent'::text, 'failed'::text])))
);
comment on table tenancy.mails is 'Mail to send, and for a week what became of it.';
comment on column tenancy.mails.id is 'UUID version 7; also its Message-ID, so that a mail sent twice is recognised.';
comment on column tenancy.mails.recipient is 'Normalised address.';
comment on column tenancy.mails.kind is 'Which message it is, such as sign_in_link.';
comment on column tenancy.mails.locale is 'Its language.';
comment on column tenancy.mails.subject is 'Its subject; never holds a secret.';
comment on column tenancy.mails.sealed is 'Text and HTML, sealed with the platform''s key: they hold one-time links. Null once sent.';
comment on column tenancy.mails.status is 'waiting is tried again at next_at.';
comment on column tenancy.mails.attempts is 'How often it was tried.';
comment on column tenancy.mails.next_at is 'Not before this; a process that took it has until then.';
comment on column tenancy.mails.error is 'What the mail server last said.';
comment on column tenancy.mails.created_at is 'When it was written.';
comment on column tenancy.mails.sent_at is 'When the mail server accepted it.';
CREATE INDEX mails_due_idx ON tenancy.mails USING btree (next_at) WHERE (status = 'waiting'::text);

create table tenancy.member_grants (
  tenant_id uuid not null,
  id uuid not null,
  user_id uuid not null,
  roles text[] not null,
  reason text not null,
  granted_by text not null,
  created_at timestamp with time zone not null,
  starts_at timestamp with time zone not null,
  ends_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  ended_by text,
  end_reason text,
  constraint member_grants_pkey PRIMARY KEY (tenant_id, id),
  constraint member_grants_bounded CHECK ((ends_at > starts_at)),
  constraint member_grants_end_whole CHECK (((ended_at IS NULL) = (ended_by IS NULL))),
  constraint member_grants_roles_some CHECK (((cardinality(roles) >= 1) AND (cardinality(roles) <= 50)))
);
comment on table tenancy.member_grants is 'Roles and permissions that members hold for a time, beside those of their membership.';
comment on column tenancy.member_grants.tenant_id is 'The tenant.';
comment on column tenancy.member_grants.id is 'UUID version 7.';
comment on column tenancy.member_grants.user_id is 'The member; the grant goes with the membership.';
comment on column tenancy.member_grants.roles is 'Keys of roles; $may:<permission> is one permission by itself.';
comment on column tenancy.member_grants.reason is 'Why, for people.';
comment on column tenancy.member_grants.granted_by is 'Actor who gave it.';
comment on column tenancy.member_grants.created_at is 'When it was given.';
comment on column tenancy.member_grants.starts_at is 'Holds from here on.';
comment on column tenancy.member_grants.ends_at is 'Does not hold from here on, by the clock alone.';
comment on column tenancy.member_grants.ended_at is 'Ended early; null: not.';
comment on column tenancy.member_grants.ended_by is 'Actor who ended it; or null.';
comment on column tenancy.member_grants.end_reason is 'Why it was ended; or null.';
CREATE INDEX member_grants_member_idx ON tenancy.member_grants USING btree (tenant_id, user_id, ends_at);

create table tenancy.memberships (
  tenant_id uuid not null,
  user_id uuid not null,
  status text default 'active'::text not null,
  roles text[] not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint memberships_pkey PRIMARY KEY (tenant_id, user_id),
  constraint memberships_roles_some CHECK (((cardinality(roles) >= 1) AND (cardinality(roles) <= 20))),
  constraint memberships_status_known CHECK ((status = ANY (ARRAY['active'::text, 'suspended'::text])))
);
comment on table tenancy.memberships is 'Which user may act in which tenant, and as what.';
comment on column tenancy.memberships.tenant_id is 'The tenant.';
comment on column tenancy.memberships.user_id is 'The user.';
comment on column tenancy.memberships.status is 'suspended has no access, but keeps its roles.';
comment on column tenancy.memberships.roles is 'Keys of built-in or own roles of the tenant.';
comment on column tenancy.memberships.created_at is 'When they joined.';
comment on column tenancy.memberships.updated_at is 'Last change of this row.';
CREATE INDEX memberships_user_idx ON tenancy.memberships USING btree (user_id);

create table tenancy.migration_runs (
  id uuid not null,
  status text default 'running'::text not null,
  to_version integer not null,
  wave text,
  total integer default 0 not null,
  done integer default 0 not null,
  failed integer default 0 not null,
  errors jsonb default '[]'::jsonb not null,
  options jsonb default '{}'::jsonb not null,
  stop_requested boolean default false not null,
  actor text not null,
  started_at timestamp with time zone default now() not null,
  finished_at timestamp with time zone,
  constraint migration_runs_pkey PRIMARY KEY (id),
  constraint migration_runs_status_known CHECK ((status = ANY (ARRAY['running'::text, 'done'::text, 'stopped'::text, 'failed'::text])))
);
comment on table tenancy.migration_runs is 'Runs of app migrations over the fleet; one at a time.';
comment on column tenancy.migration_runs.id is 'UUID version 7.';
comment on column tenancy.migration_runs.status is 'running, done, stopped or failed.';
comment on column tenancy.migration_runs.to_version is 'Version that places are brought to.';
comment on column tenancy.migration_runs.wave is 'canary first, then fleet.';
comment on column tenancy.migration_runs.total is 'Places to migrate.';
comment on column tenancy.migration_runs.done is 'Places migrated.';
comment on column tenancy.migration_runs.failed is 'Places that failed.';
comment on column tenancy.migration_runs.errors is 'The first failures.';
comment on column tenancy.migration_runs.options is 'canary, errorBudget, concurrency.';
comment on column tenancy.migration_runs.stop_requested is 'Set to stop after the places at work.';
comment on column tenancy.migration_runs.actor is 'Who started it.';
comment on column tenancy.migration_runs.started_at is 'When.';
comment on column tenancy.migration_runs.finished_at is 'When it ended.';
CREATE UNIQUE INDEX migration_runs_one_running_key ON tenancy.migration_runs USING btree ((true)) WHERE (status = 'running'::text);

create table tenancy.migrations (
  set text not null,
  number integer not null,
  file text not null,
  applied_at timestamp with time zone default now() not null,
  constraint migrations_pkey PRIMARY KEY (set, number)
);
comment on table tenancy.migrations is 'Migrations of Tenancy''s own schema that ran here.';
comment on column tenancy.migrations.set is 'place or control.';
comment on column tenancy.migrations.number is 'Number of the file.';
comment on column tenancy.migrations.file is 'File name.';
comment on column tenancy.migrations.applied_at is 'When it committed.';

create table tenancy.operator_links (
  token_hash bytea not null,
  operator_id uuid not null,
  expires_at timestamp with time zone not null,
  used_at timestamp with time zone,
  constraint operator_links_pkey PRIMARY KEY (token_hash)
);
comment on table tenancy.operator_links is 'One-time sign-in links.';
comment on column tenancy.operator_links.token_hash is 'SHA-256 of the token; the token is shown once.';
comment on column tenancy.operator_links.operator_id is 'Who signs in by it.';
comment on column tenancy.operator_links.expires_at is 'Not valid from here on.';
comment on column tenancy.operator_links.used_at is 'When it was used; a link works once.';

create table tenancy.operators (
  id uuid not null,
  name text not null,
  created_at timestamp with time zone default now() not null,
  email text,
  locale text default 'en'::text not null,
  role text default 'administrator'::text not null,
  constraint operators_pkey PRIMARY KEY (id),
  constraint operators_name_key UNIQUE (name),
  constraint operators_email_normal CHECK (((email = lower(email)) AND (email ~ '^[^@[:space:]]+@[^@[:space:]]+$'::text) AND (length(email) <= 254))),
  constraint operators_locale_known CHECK ((locale = ANY (ARRAY['en'::text, 'fr'::text]))),
  constraint operators_role_known CHECK ((role = ANY (ARRAY['administrator'::text, 'support'::text, 'billing'::text, 'read_only'::text])))
);
comment on table tenancy.operators is 'Staff of the SaaS.';
comment on column tenancy.operators.id is 'UUID version 7.';
comment on column tenancy.operators.name is 'For people.';
comment on column tenancy.operators.created_at is 'When added.';
comment on column tenancy.operators.email is 'Where changes of their factors are told; null: nowhere.';
comment on column tenancy.operators.locale is 'Language of mails to them.';
comment on column tenancy.operators.role is 'What they may do on the platform.';

create table tenancy.passkeys (
  id text not null,
  user_id uuid not null,
  public_key bytea not null,
  counter bigint not null,
  transports text[] default '{}'::text[] not null,
  name text not null,
  is_backed_up boolean not null,
  created_at timestamp with time zone not null,
  last_used_at timestamp with time zone,
  constraint passkeys_pkey PRIMARY KEY (id)
);
comment on table tenancy.passkeys is 'WebAuthn credentials.';
comment on column tenancy.passkeys.id is 'Credential id, base64url.';
comment on column tenancy.passkeys.user_id is 'Whose: a user or an operator.';
comment on column tenancy.passkeys.public_key is 'COSE key.';
comment on column tenancy.passkeys.counter is 'Signature counter; one that does not grow tells of a copy. 0: the authenticator has none.';
comment on column tenancy.passkeys.transports is 'How the browser reaches it.';
comment on column tenancy.passkeys.name is 'For people.';
comment on column tenancy.passkeys.is_backed_up is 'Kept by a passkey provider, so that a lost device does not lose it.';
comment on column tenancy.passkeys.created_at is 'When enrolled.';
comment on column tenancy.passkeys.last_used_at is 'Last use.';
CREATE INDEX passkeys_user_idx ON tenancy.passkeys USING btree (user_id);

create table tenancy.placements (
  tenant_id uuid not null,
  cell text not null,
  level text not null,
  database_name text not null,
  schema_name text not null,
  epoch bigint default 1 not null,
  updated_at timestamp with time zone default now() not null,
  constraint placements_pkey PRIMARY KEY (tenant_id),
  constraint placements_epoch_positive CHECK ((epoch > 0)),
  constraint placements_level_known CHECK ((level = ANY (ARRAY['table'::text, 'schema'::text, 'database'::text])))
);
comment on table tenancy.placements is 'Which cell, database and schema hold a tenant.';
comment on column tenancy.placements.tenant_id is 'The tenant.';
comment on column tenancy.placements.cell is 'The cell.';
comment on column tenancy.placements.level is 'Isolation level: table, schema or database.';
comment on column tenancy.placements.database_name is 'Database on that cell; made from the tenant''s id, never from user text.';
comment on column tenancy.placements.schema_name is 'Schema in that database; `public` but at schema level.';
comment on column tenancy.placements.epoch is 'Grows at each change; the seat token is drawn from it.';
comment on column tenancy.placements.updated_at is 'Last change.';
CREATE INDEX placements_cell_idx ON tenancy.placements USING btree (cell, level);

create table tenancy.plans (
  key text not null,
  name text not null,
  features text[] default '{}'::text[] not null,
  limits jsonb default '{}'::jsonb not null,
  statement_timeout_ms integer default 30000 not null,
  "position" integer default 0 not null,
  idle_timeout_ms integer default 30000 not null,
  constraint plans_pkey PRIMARY KEY (key),
  constraint plans_idle_timeout_range CHECK (((idle_timeout_ms >= 100) AND (idle_timeout_ms <= 3600000))),
  constraint plans_timeout_positive CHECK (((statement_timeout_ms >= 100) AND (statement_timeout_ms <= 3600000)))
);
comment on table tenancy.plans is 'Bundles of features and limits. Prices come with billing.';
comment on column tenancy.plans.key is 'Such as premium.';
comment on column tenancy.plans.name is 'For people.';
comment on column tenancy.plans.features is 'Feature keys that the plan includes.';
comment on column tenancy.plans.limits is 'maxApiCallsPerHour, maxStorageGb, maxConcurrentUsers, maxConcurrentRequests, maxUsers.';
comment on column tenancy.plans.statement_timeout_ms is 'Longest statement of a tenant on this plan.';
comment on column tenancy.plans."position" is 'Order in lists, smallest plan first.';
comment on column tenancy.plans.idle_timeout_ms is 'Longest wait of a transaction for its next statement; then it is rolled back.';

create table tenancy.policies (
  tenant_id uuid not null,
  id uuid not null,
  name text not null,
  text text not null,
  is_enabled boolean default true not null,
  created_by text not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint policies_pkey PRIMARY KEY (tenant_id, id),
  constraint policies_name_key UNIQUE (tenant_id, name)
);
comment on table tenancy.policies is 'Cedar policies that tenants wrote themselves, beside their roles.';
comment on column tenancy.policies.tenant_id is 'Whose policy it is.';
comment on column tenancy.policies.id is 'UUID version 7.';
comment on column tenancy.policies.name is 'For people; one of its kind in the tenant.';
comment on column tenancy.policies.text is 'Cedar, one policy.';
comment on column tenancy.policies.is_enabled is 'False: kept, and without effect.';
comment on column tenancy.policies.created_by is 'Actor who made it.';
comment on column tenancy.policies.created_at is 'When.';
comment on column tenancy.policies.updated_at is 'Last change.';

create table tenancy.policy_tests (
  tenant_id uuid not null,
  id uuid not null,
  name text not null,
  question jsonb not null,
  is_allowed boolean not null,
  created_at timestamp with time zone not null,
  constraint policy_tests_pkey PRIMARY KEY (tenant_id, id),
  constraint policy_tests_name_key UNIQUE (tenant_id, name)
);
comment on table tenancy.policy_tests is 'What a tenant expects of its rules; a change of them that breaks an expectation is refused.';
comment on column tenancy.policy_tests.tenant_id is 'Whose test it is.';
comment on column tenancy.policy_tests.id is 'UUID version 7.';
comment on column tenancy.policy_tests.name is 'What is expected, for people.';
comment on column tenancy.policy_tests.question is 'Roles, permission and circumstances.';
comment on column tenancy.policy_tests.is_allowed is 'The decision that is expected.';
comment on column tenancy.policy_tests.created_at is 'When.';

create table tenancy.proof_canaries (
  slug text not null,
  proof_id uuid not null,
  constraint proof_canaries_pkey PRIMARY KEY (slug)
);
comment on table tenancy.proof_canaries is 'Tenants made for an isolation proof. The row is written before the tenant is, and goes after it.';
comment on column tenancy.proof_canaries.slug is 'Slug of the tenant, with 64 random bits in it.';
comment on column tenancy.proof_canaries.proof_id is 'The proof it was made for.';
CREATE INDEX proof_canaries_proof_idx ON tenancy.proof_canaries USING btree (proof_id);

create table tenancy.proofs (
  id uuid not null,
  tenant_id uuid,
  status text default 'running'::text not null,
  attempts jsonb default '[]'::jsonb not null,
  counts jsonb default '{"tried": 0, "crossed": 0, "nothing": 0, "refused": 0}'::jsonb not null,
  error text,
  actor text not null,
  started_at timestamp with time zone default now() not null,
  finished_at timestamp with time zone,
  constraint proofs_pkey PRIMARY KEY (id),
  constraint proofs_status_known CHECK ((status = ANY (ARRAY['running'::text, 'held'::text, 'crossed'::text, 'failed'::text])))
);
comment on table tenancy.proofs is 'Isolation proofs: attempts to cross from one tenant to another.';
comment on column tenancy.proofs.id is 'UUID version 7.';
comment on column tenancy.proofs.tenant_id is 'The tenant attacked; null: canaries at every level.';
comment on column tenancy.proofs.status is 'running, held, crossed or failed.';
comment on column tenancy.proofs.attempts is 'What was tried and what held.';
comment on column tenancy.proofs.counts is 'Sums of the attempts.';
comment on column tenancy.proofs.error is 'Why it could not finish.';
comment on column tenancy.proofs.actor is 'Who asked for it.';
comment on column tenancy.proofs.started_at is 'When.';
comment on column tenancy.proofs.finished_at is 'When it ended.';
CREATE INDEX proofs_running_idx ON tenancy.proofs USING btree (started_at) WHERE (status = 'running'::text);

create table tenancy.recoveries (
  id uuid not null,
  user_id uuid not null,
  status text default 'asked'::text not null,
  device text not null,
  ip text not null,
  sealed_seed bytea,
  asked_at timestamp with time zone not null,
  approved_at timestamp with time zone,
  ready_at timestamp with time zone,
  expires_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  ended_by text,
  constraint recoveries_pkey PRIMARY KEY (id),
  constraint recoveries_status_known CHECK ((status = ANY (ARRAY['asked'::text, 'approved'::text, 'ready'::text, 'completed'::text, 'cancelled'::text, 'expired'::text]))),
  constraint recoveries_waited CHECK (((status = 'asked'::text) OR (ended_at IS NOT NULL) OR (ready_at IS NOT NULL)))
);
comment on table tenancy.recoveries is 'Requests of people who lost every second factor; one open at a time.';
comment on column tenancy.recoveries.id is 'UUID version 7.';
comment on column tenancy.recoveries.user_id is 'Who lost them.';
comment on column tenancy.recoveries.status is 'asked waits for approvals, approved for its delay, ready for the person.';
comment on column tenancy.recoveries.device is 'Browser and system that asked.';
comment on column tenancy.recoveries.ip is 'Address that asked.';
comment on column tenancy.recoveries.sealed_seed is 'Seed of the new authenticator app until its first code comes, sealed like that of user_totps.';
comment on column tenancy.recoveries.asked_at is 'When the person asked, with a first factor.';
comment on column tenancy.recoveries.approved_at is 'When the last approval that it needed came.';
comment on column tenancy.recoveries.ready_at is 'Not before this may it be completed.';
comment on column tenancy.recoveries.expires_at is 'Worth nothing from here on.';
comment on column tenancy.recoveries.ended_at is 'When it was completed, cancelled or expired.';
comment on column tenancy.recoveries.ended_by is 'Actor who ended it.';
CREATE INDEX recoveries_ended_idx ON tenancy.recoveries USING btree (ended_at) WHERE (ended_at IS NOT NULL);
CREATE UNIQUE INDEX recoveries_open_key ON tenancy.recoveries USING btree (user_id) WHERE (status = ANY (ARRAY['asked'::text, 'approved'::text, 'ready'::text]));

create table tenancy.recovery_approvals (
  tenant_id uuid,
  recovery_id uuid not null,
  approver_id uuid not null,
  approved_at timestamp with time zone not null,
  constraint recovery_approvals_pkey PRIMARY KEY (recovery_id, approver_id)
);
comment on table tenancy.recovery_approvals is 'Who approved a recovery: each person once.';
comment on column tenancy.recovery_approvals.tenant_id is 'The tenant that the approver spoke for; null: the approver is an operator.';
comment on column tenancy.recovery_approvals.recovery_id is 'What was approved.';
comment on column tenancy.recovery_approvals.approver_id is 'The user, or the operator.';
comment on column tenancy.recovery_approvals.approved_at is 'When.';
CREATE INDEX recovery_approvals_tenant_idx ON tenancy.recovery_approvals USING btree (tenant_id) WHERE (tenant_id IS NOT NULL);

create table tenancy.recovery_codes (
  user_id uuid not null,
  code_hash bytea not null,
  used_at timestamp with time zone,
  created_at timestamp with time zone not null,
  constraint recovery_codes_pkey PRIMARY KEY (user_id, code_hash)
);
comment on table tenancy.recovery_codes is 'Codes of 80 bits that each stand in for a second factor once.';
comment on column tenancy.recovery_codes.user_id is 'Whose: a user or an operator.';
comment on column tenancy.recovery_codes.code_hash is 'Keyed fingerprint of the code.';
comment on column tenancy.recovery_codes.used_at is 'When it was used up.';
comment on column tenancy.recovery_codes.created_at is 'When drawn.';

create table tenancy.recovery_links (
  token_hash bytea not null,
  recovery_id uuid not null,
  kind text not null,
  constraint recovery_links_pkey PRIMARY KEY (token_hash),
  constraint recovery_links_kind_known CHECK ((kind = ANY (ARRAY['cancel'::text, 'complete'::text])))
);
comment on table tenancy.recovery_links is 'Links in the mails about a recovery; they end with it.';
comment on column tenancy.recovery_links.token_hash is 'SHA-256 of the token in the mail.';
comment on column tenancy.recovery_links.recovery_id is 'Which one.';
comment on column tenancy.recovery_links.kind is 'cancel ends it, complete lets the person enrol anew.';
CREATE INDEX recovery_links_recovery_idx ON tenancy.recovery_links USING btree (recovery_id);

create table tenancy.regions (
  key text not null,
  name text not null,
  constraint regions_pkey PRIMARY KEY (key),
  constraint regions_key_form CHECK ((key ~ '^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$'::text))
);
comment on table tenancy.regions is 'Where cells stand; a tenant has one home region.';
comment on column tenancy.regions.key is 'Such as eu-west.';
comment on column tenancy.regions.name is 'For people.';

create table tenancy.revocations (
  id bigint generated always as identity,
  xid xid8 default pg_current_xact_id() not null,
  kind text not null,
  subject text not null,
  at timestamp with time zone default now() not null,
  constraint revocations_pkey PRIMARY KEY (id),
  constraint revocations_kind_known CHECK ((kind = ANY (ARRAY['session'::text, 'user'::text, 'operator'::text, 'key'::text, 'member'::text, 'tenant'::text])))
);
comment on table tenancy.revocations is 'Append-only feed: what processes must no longer remember of a credential. Kept for a day.';
comment on column tenancy.revocations.id is 'In order of insertion, not of commit.';
comment on column tenancy.revocations.xid is 'Its transaction: readers go by snapshots, so that none is overlooked.';
comment on column tenancy.revocations.kind is 'What the subject is.';
comment on column tenancy.revocations.subject is 'Its id; of a member tenant and user, joined by a colon.';
comment on column tenancy.revocations.at is 'When it was written.';
CREATE INDEX revocations_xid_idx ON tenancy.revocations USING btree (xid);

create table tenancy.roles (
  tenant_id uuid not null,
  key text not null,
  name text not null,
  description text default ''::text not null,
  grants jsonb not null,
  policy text not null,
  created_by text not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint roles_pkey PRIMARY KEY (tenant_id, key),
  constraint roles_key_form CHECK ((key ~ '^[a-z][a-z0-9_-]{0,62}$'::text))
);
comment on table tenancy.roles is 'Roles that tenants made themselves; the built-in ones are in the code.';
comment on column tenancy.roles.tenant_id is 'Whose role it is.';
comment on column tenancy.roles.key is 'Names it in memberships; never changes.';
comment on column tenancy.roles.name is 'For people.';
comment on column tenancy.roles.description is 'For people; may be empty.';
comment on column tenancy.roles.grants is 'Permissions and conditions, as the form has them.';
comment on column tenancy.roles.policy is 'The Cedar text that the form was turned into.';
comment on column tenancy.roles.created_by is 'Actor who made it.';
comment on column tenancy.roles.created_at is 'When.';
comment on column tenancy.roles.updated_at is 'Last change.';

create table tenancy.scim_group_members (
  tenant_id uuid not null,
  group_id uuid not null,
  scim_user_id uuid not null,
  constraint scim_group_members_pkey PRIMARY KEY (tenant_id, group_id, scim_user_id)
);
comment on table tenancy.scim_group_members is 'Who is in which group.';
comment on column tenancy.scim_group_members.tenant_id is 'The tenant of both.';
comment on column tenancy.scim_group_members.group_id is 'The group.';
comment on column tenancy.scim_group_members.scim_user_id is 'The user.';
CREATE INDEX scim_group_members_user_idx ON tenancy.scim_group_members USING btree (tenant_id, scim_user_id);

create table tenancy.scim_groups (
  tenant_id uuid not null,
  id uuid not null,
  display_name text not null,
  external_id text,
  version bigint default 1 not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint scim_groups_pkey PRIMARY KEY (tenant_id, id)
);
comment on table tenancy.scim_groups is 'Groups of a tenant''s directory. What they permit is in group_roles, by name.';
comment on column tenancy.scim_groups.tenant_id is 'The tenant.';
comment on column tenancy.scim_groups.id is 'UUID version 7; the id of the SCIM resource.';
comment on column tenancy.scim_groups.display_name is 'Unique without regard to case.';
comment on column tenancy.scim_groups.external_id is 'The directory''s own id.';
comment on column tenancy.scim_groups.version is 'Grows with each change; the ETag.';
comment on column tenancy.scim_groups.created_at is 'When provisioned.';
comment on column tenancy.scim_groups.updated_at is 'Last change.';
CREATE UNIQUE INDEX scim_groups_name_key ON tenancy.scim_groups USING btree (tenant_id, lower(display_name));

create table tenancy.scim_tokens (
  tenant_id uuid not null,
  id uuid not null,
  name text not null,
  token_hash bytea not null,
  created_by text not null,
  created_at timestamp with time zone not null,
  last_used_at timestamp with time zone,
  expires_at timestamp with time zone,
  constraint scim_tokens_pkey PRIMARY KEY (tenant_id, id),
  constraint scim_tokens_hash_key UNIQUE (token_hash)
);
comment on table tenancy.scim_tokens is 'Bearer tokens of directories. Two may live at once, for rotation.';
comment on column tenancy.scim_tokens.tenant_id is 'The one tenant it works in.';
comment on column tenancy.scim_tokens.id is 'UUID version 7.';
comment on column tenancy.scim_tokens.name is 'Which directory holds it.';
comment on column tenancy.scim_tokens.token_hash is 'SHA-256 of the token; the token is shown once.';
comment on column tenancy.scim_tokens.created_by is 'Actor who made it.';
comment on column tenancy.scim_tokens.created_at is 'When.';
comment on column tenancy.scim_tokens.last_used_at is 'Last use, to the minute.';
comment on column tenancy.scim_tokens.expires_at is 'Not valid from here on; null: until revoked.';

create table tenancy.scim_users (
  tenant_id uuid not null,
  id uuid not null,
  user_id uuid not null,
  user_name text not null,
  external_id text,
  is_active boolean not null,
  attributes jsonb not null,
  version bigint default 1 not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint scim_users_pkey PRIMARY KEY (tenant_id, id),
  constraint scim_users_user_key UNIQUE (tenant_id, user_id)
);
comment on table tenancy.scim_users is 'People as a tenant''s directory describes them.';
comment on column tenancy.scim_users.tenant_id is 'The tenant.';
comment on column tenancy.scim_users.id is 'UUID version 7; the id of the SCIM resource.';
comment on column tenancy.scim_users.user_id is 'Our user.';
comment on column tenancy.scim_users.user_name is 'userName, unique without regard to case.';
comment on column tenancy.scim_users.external_id is 'The directory''s own id.';
comment on column tenancy.scim_users.is_active is 'false: the membership is suspended.';
comment on column tenancy.scim_users.attributes is 'What else the directory said, by the names of RFC 7643.';
comment on column tenancy.scim_users.version is 'Grows with each change; the ETag.';
comment on column tenancy.scim_users.created_at is 'When provisioned.';
comment on column tenancy.scim_users.updated_at is 'Last change.';
CREATE INDEX scim_users_external_idx ON tenancy.scim_users USING btree (tenant_id, external_id) WHERE (external_id IS NOT NULL);
CREATE UNIQUE INDEX scim_users_name_key ON tenancy.scim_users USING btree (tenant_id, lower(user_name));

create table tenancy.sealed_columns (
  id text not null,
  stage text not null,
  since timestamp with time zone default now() not null,
  constraint sealed_columns_pkey PRIMARY KEY (id),
  constraint sealed_columns_stage_check CHECK ((stage = ANY (ARRAY['readable'::text, 'sealing'::text, 'sealed'::text])))
);
comment on table tenancy.sealed_columns is 'Columns of the app that are sealed while they have rows, from the moment on that all places have their storage.';
comment on column tenancy.sealed_columns.id is 'Table and column as they were called when the column was declared sealed.';
comment on column tenancy.sealed_columns.stage is 'readable: values are read plain or sealed; sealing: and written sealed; sealed: no plain value is left, nor admitted.';
comment on column tenancy.sealed_columns.since is 'When it came to this stage; every process has heard of it before the next.';

create table tenancy.seats (
  seat_hash bytea not null,
  tenant_id uuid not null,
  epoch bigint not null,
  created_at timestamp with time zone default now() not null,
  constraint seats_pkey PRIMARY KEY (seat_hash)
);
comment on table tenancy.seats is 'Who may act as which tenant here. A context that matches no row is refused; deleting the row fences every process at once.';
comment on column tenancy.seats.seat_hash is 'SHA-256 of the context `tenant:token`; the token itself is never stored.';
comment on column tenancy.seats.tenant_id is 'The tenant whose rows the seat opens.';
comment on column tenancy.seats.epoch is 'Epoch of the placement that the token belongs to.';
comment on column tenancy.seats.created_at is 'When the seat was drawn.';
CREATE INDEX seats_tenant_idx ON tenancy.seats USING btree (tenant_id);

create table tenancy.service_accounts (
  tenant_id uuid not null,
  id uuid not null,
  name text not null,
  roles text[] not null,
  status text default 'active'::text not null,
  created_by text not null,
  created_at timestamp with time zone not null,
  constraint service_accounts_pkey PRIMARY KEY (tenant_id, id),
  constraint service_accounts_id_key UNIQUE (id),
  constraint service_accounts_name_key UNIQUE (tenant_id, name),
  constraint service_accounts_roles_some CHECK (((cardinality(roles) >= 1) AND (cardinality(roles) <= 20))),
  constraint service_accounts_status_known CHECK ((status = ANY (ARRAY['active'::text, 'disabled'::text])))
);
comment on table tenancy.service_accounts is 'Programs of a tenant: they have roles like members and act by API keys.';
comment on column tenancy.service_accounts.tenant_id is 'Whose program it is.';
comment on column tenancy.service_accounts.id is 'UUID version 7.';
comment on column tenancy.service_accounts.name is 'What it does.';
comment on column tenancy.service_accounts.roles is 'Keys of built-in or own roles of the tenant.';
comment on column tenancy.service_accounts.status is 'disabled: its keys are refused.';
comment on column tenancy.service_accounts.created_by is 'Actor who made it.';
comment on column tenancy.service_accounts.created_at is 'When.';

create table tenancy.sessions (
  token_hash bytea not null,
  operator_id uuid,
  created_at timestamp with time zone default now() not null,
  last_used_at timestamp with time zone default now() not null,
  expires_at timestamp with time zone not null,
  id uuid default gen_random_uuid() not null,
  user_id uuid,
  amr text[] default '{}'::text[] not null,
  authenticated_at timestamp with time zone default now() not null,
  mfa_at timestamp with time zone,
  device text default ''::text not null,
  ip text default ''::text not null,
  device_since timestamp with time zone,
  constraint sessions_pkey PRIMARY KEY (token_hash),
  constraint sessions_id_key UNIQUE (id),
  constraint sessions_one_person CHECK ((num_nonnulls(operator_id, user_id) = 1))
);
comment on table tenancy.sessions is 'Who is signed in: staff and users alike. A session belongs to no tenant.';
comment on column tenancy.sessions.token_hash is 'SHA-256 of the opaque 256-bit token.';
comment on column tenancy.sessions.operator_id is 'The operator who is signed in; or null.';
comment on column tenancy.sessions.created_at is 'When they signed in.';
comment on column tenancy.sessions.last_used_at is 'Last request, to the minute; idle sessions end.';
comment on column tenancy.sessions.expires_at is 'Absolute end.';
comment on column tenancy.sessions.id is 'Names the session in lists; tells nothing about its token.';
comment on column tenancy.sessions.user_id is 'The user who is signed in; or null.';
comment on column tenancy.sessions.amr is 'How they proved who they are, as RFC 8176 names it: pwd, otp, hwk, …; link and recovery are ours.';
comment on column tenancy.sessions.authenticated_at is 'When they last proved it.';
comment on column tenancy.sessions.mfa_at is 'When a second factor was last used in this session; null: never.';
comment on column tenancy.sessions.device is 'Browser and system, for the list of devices.';
comment on column tenancy.sessions.ip is 'Address of the last sign-in.';
comment on column tenancy.sessions.device_since is 'First sign-in with this browser; null: not known.';
CREATE INDEX sessions_operator_idx ON tenancy.sessions USING btree (operator_id) WHERE (operator_id IS NOT NULL);
CREATE INDEX sessions_user_idx ON tenancy.sessions USING btree (user_id) WHERE (user_id IS NOT NULL);

create table tenancy.sign_in_delays (
  subject bytea not null,
  tries integer not null,
  free_at timestamp with time zone not null,
  last_at timestamp with time zone not null,
  constraint sign_in_delays_pkey PRIMARY KEY (subject)
);
comment on table tenancy.sign_in_delays is 'How long a guesser waits, by account, address, and both together.';
comment on column tenancy.sign_in_delays.subject is 'SHA-256 of what is slowed down; names nobody.';
comment on column tenancy.sign_in_delays.tries is 'Tries since the last success.';
comment on column tenancy.sign_in_delays.free_at is 'Next try not before this.';
comment on column tenancy.sign_in_delays.last_at is 'Last try; a day of silence forgets all.';
CREATE INDEX sign_in_delays_last_idx ON tenancy.sign_in_delays USING btree (last_at);

create table tenancy.sign_in_rules (
  tenant_id uuid not null,
  mfa_required boolean not null,
  updated_at timestamp with time zone not null,
  recovery_hours integer default 24 not null,
  recovery_by_operators boolean default true not null,
  constraint sign_in_rules_pkey PRIMARY KEY (tenant_id),
  constraint sign_in_rules_recovery_hours CHECK (((recovery_hours >= 12) AND (recovery_hours <= 336)))
);
comment on table tenancy.sign_in_rules is 'What tenants demand of the sessions of their members; without a row, what the platform does.';
comment on column tenancy.sign_in_rules.tenant_id is 'The tenant.';
comment on column tenancy.sign_in_rules.mfa_required is 'A second factor must have been used in the session.';
comment on column tenancy.sign_in_rules.updated_at is 'Last change.';
comment on column tenancy.sign_in_rules.recovery_hours is 'So long an approved recovery waits before the person can come back.';
comment on column tenancy.sign_in_rules.recovery_by_operators is 'Staff may give one of the two approvals; false: members alone.';

create table tenancy.sso_attempts (
  id_hash bytea not null,
  tenant_id uuid not null,
  connection_id uuid not null,
  purpose text not null,
  browser_hash bytea not null,
  checks bytea not null,
  outcome bytea,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  answered_at timestamp with time zone,
  constraint sso_attempts_pkey PRIMARY KEY (id_hash),
  constraint sso_attempts_purpose_known CHECK ((purpose = ANY (ARRAY['sign_in'::text, 'test'::text])))
);
comment on table tenancy.sso_attempts is 'Sign-ins that are under way at a provider; each ends once.';
comment on column tenancy.sso_attempts.id_hash is 'SHA-256 of the state, or RelayState, that the provider hands back.';
comment on column tenancy.sso_attempts.tenant_id is 'The tenant.';
comment on column tenancy.sso_attempts.connection_id is 'The connection.';
comment on column tenancy.sso_attempts.purpose is 'sign_in opens a session; test shows what came.';
comment on column tenancy.sso_attempts.browser_hash is 'SHA-256 of a cookie: the browser that began must end it.';
comment on column tenancy.sso_attempts.checks is 'Sealed: nonce, code verifier, request id, addresses, age that is asked for.';
comment on column tenancy.sso_attempts.outcome is 'Sealed: what a SAML provider said, until the browser fetches it.';
comment on column tenancy.sso_attempts.created_at is 'When it began.';
comment on column tenancy.sso_attempts.expires_at is 'Not valid from here on.';
comment on column tenancy.sso_attempts.answered_at is 'When the answer of the provider came; it comes once.';
CREATE INDEX sso_attempts_age_idx ON tenancy.sso_attempts USING btree (expires_at);

create table tenancy.sso_connections (
  tenant_id uuid not null,
  id uuid not null,
  kind text not null,
  name text not null,
  status text default 'draft'::text not null,
  settings jsonb not null,
  secret bytea,
  mapping jsonb not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  refreshed_at timestamp with time zone,
  provider text,
  created_by text,
  constraint sso_connections_pkey PRIMARY KEY (tenant_id, id),
  constraint sso_connections_id_key UNIQUE (id),
  constraint sso_connections_kind_known CHECK ((kind = ANY (ARRAY['oidc'::text, 'saml'::text]))),
  constraint sso_connections_provider_known CHECK ((provider = ANY (ARRAY['entra'::text, 'okta'::text, 'google'::text, 'keycloak'::text]))),
  constraint sso_connections_status_known CHECK ((status = ANY (ARRAY['draft'::text, 'active'::text, 'disabled'::text])))
);
comment on table tenancy.sso_connections is 'Identity providers of tenants.';
comment on column tenancy.sso_connections.tenant_id is 'Whose it is, and the only tenant in which its word counts.';
comment on column tenancy.sso_connections.id is 'UUID version 7; part of our addresses at the provider.';
comment on column tenancy.sso_connections.kind is 'oidc or saml.';
comment on column tenancy.sso_connections.name is 'For people.';
comment on column tenancy.sso_connections.status is 'draft: for tests only. disabled: nobody signs in by it.';
comment on column tenancy.sso_connections.settings is 'What is public about the provider: issuer and client id, or entity id, address and certificates.';
comment on column tenancy.sso_connections.secret is 'Client secret, sealed with the tenant''s key.';
comment on column tenancy.sso_connections.mapping is 'Which claims are read, and what of them is believed.';
comment on column tenancy.sso_connections.created_at is 'When added.';
comment on column tenancy.sso_connections.updated_at is 'Last change.';
comment on column tenancy.sso_connections.refreshed_at is 'When the metadata was last read; null: never.';
comment on column tenancy.sso_connections.provider is 'Whose words the set-up uses; null: those of no product. It changes nothing about the sign-in.';
comment on column tenancy.sso_connections.created_by is 'Actor who made it; null: made before this was kept.';

create table tenancy.sso_domains (
  tenant_id uuid not null,
  domain text not null,
  challenge text not null,
  verified_at timestamp with time zone,
  created_at timestamp with time zone not null,
  constraint sso_domains_pkey PRIMARY KEY (tenant_id, domain),
  constraint sso_domains_normal CHECK (((domain = lower(domain)) AND (length(domain) <= 253)))
);
comment on table tenancy.sso_domains is 'Domains of mail addresses that tenants own. Several tenants may prove the same one.';
comment on column tenancy.sso_domains.tenant_id is 'Who says that it is theirs.';
comment on column tenancy.sso_domains.domain is 'In A-labels, lower case.';
comment on column tenancy.sso_domains.challenge is 'What the TXT record must say; no secret, and different for each tenant.';
comment on column tenancy.sso_domains.verified_at is 'When DNS last said so; null: not proven.';
comment on column tenancy.sso_domains.created_at is 'When added.';
CREATE INDEX sso_domains_verified_idx ON tenancy.sso_domains USING btree (domain) WHERE (verified_at IS NOT NULL);

create table tenancy.sso_identities (
  tenant_id uuid not null,
  connection_id uuid not null,
  subject text not null,
  user_id uuid not null,
  created_at timestamp with time zone not null,
  last_used_at timestamp with time zone not null,
  constraint sso_identities_pkey PRIMARY KEY (tenant_id, connection_id, subject)
);
comment on table tenancy.sso_identities is 'Whom a provider means by its own identifier. Addresses change hands, this does not.';
comment on column tenancy.sso_identities.tenant_id is 'The tenant.';
comment on column tenancy.sso_identities.connection_id is 'The connection.';
comment on column tenancy.sso_identities.subject is 'sub, or NameID.';
comment on column tenancy.sso_identities.user_id is 'Our user.';
comment on column tenancy.sso_identities.created_at is 'First sign-in.';
comment on column tenancy.sso_identities.last_used_at is 'Last sign-in.';
CREATE INDEX sso_identities_user_idx ON tenancy.sso_identities USING btree (user_id);

create table tenancy.sso_rules (
  tenant_id uuid not null,
  is_required boolean default false not null,
  break_glass_user_id uuid,
  default_roles text[] default '{member}'::text[] not null,
  updated_at timestamp with time zone not null,
  constraint sso_rules_pkey PRIMARY KEY (tenant_id),
  constraint sso_rules_roles_some CHECK (((cardinality(default_roles) >= 1) AND (cardinality(default_roles) <= 20))),
  constraint sso_rules_way_back CHECK (((NOT is_required) OR (break_glass_user_id IS NOT NULL)))
);
comment on table tenancy.sso_rules is 'How members of a tenant sign in.';
comment on column tenancy.sso_rules.tenant_id is 'The tenant.';
comment on column tenancy.sso_rules.is_required is 'Only sessions that came from a connection of this tenant count in it.';
comment on column tenancy.sso_rules.break_glass_user_id is 'The owner who may sign in without, should the provider be away.';
comment on column tenancy.sso_rules.default_roles is 'What somebody gets whom the provider or the directory brings, before groups add to it.';
comment on column tenancy.sso_rules.updated_at is 'Last change.';

create table tenancy.sso_used_assertions (
  connection_id uuid not null,
  assertion_hash bytea not null,
  kept_until timestamp with time zone not null,
  constraint sso_used_assertions_pkey PRIMARY KEY (connection_id, assertion_hash)
);
comment on table tenancy.sso_used_assertions is 'SAML assertions that were used, until they have expired.';
comment on column tenancy.sso_used_assertions.connection_id is 'The connection.';
comment on column tenancy.sso_used_assertions.assertion_hash is 'SHA-256 of its ID.';
comment on column tenancy.sso_used_assertions.kept_until is 'From here on it has expired by itself.';
CREATE INDEX sso_used_assertions_age_idx ON tenancy.sso_used_assertions USING btree (kept_until);

create table tenancy.storage_usage (
  tenant_id uuid not null,
  used_bytes bigint default 0 not null,
  constraint storage_usage_pkey PRIMARY KEY (tenant_id),
  constraint storage_usage_positive CHECK ((used_bytes >= 0))
);
comment on table tenancy.storage_usage is 'Sum of size_bytes of a tenant''s stored_objects, kept in the same transactions.';
comment on column tenancy.storage_usage.tenant_id is 'The tenant.';
comment on column tenancy.storage_usage.used_bytes is 'Bytes stored and reserved by writes under way.';

create table tenancy.stored_objects (
  tenant_id uuid not null,
  path text not null,
  size_bytes bigint not null,
  status text default 'writing'::text not null,
  content_type text,
  updated_at timestamp with time zone default now() not null,
  write_id uuid,
  sealed_key bytea,
  constraint stored_objects_pkey PRIMARY KEY (tenant_id, path),
  constraint stored_objects_sealed_whole CHECK (((write_id IS NULL) = (sealed_key IS NULL))),
  constraint stored_objects_size_positive CHECK ((size_bytes >= 0)),
  constraint stored_objects_status_known CHECK ((status = ANY (ARRAY['writing'::text, 'stored'::text, 'removing'::text])))
);
comment on table tenancy.stored_objects is 'Files of a tenant: quota is counted and erasure is proved against it.';
comment on column tenancy.stored_objects.tenant_id is 'Whose file.';
comment on column tenancy.stored_objects.path is 'Path within the tenant''s folder.';
comment on column tenancy.stored_objects.size_bytes is 'Size; reserved while writing.';
comment on column tenancy.stored_objects.status is 'writing, stored or removing; a crash leaves writing or removing, which a sweep settles.';
comment on column tenancy.stored_objects.content_type is 'Media type, if told.';
comment on column tenancy.stored_objects.updated_at is 'Last change.';
comment on column tenancy.stored_objects.write_id is 'The write that made the file, as the file''s header says; null for a file from before files were sealed.';
comment on column tenancy.stored_objects.sealed_key is 'The file''s key, sealed under the tenant''s.';

create table tenancy.subject_keys (
  tenant_id uuid,
  subject bytea not null,
  id uuid not null,
  sealed_key bytea,
  created_at timestamp with time zone default now() not null,
  destroyed_at timestamp with time zone,
  constraint subject_keys_pkey PRIMARY KEY (id),
  constraint subject_keys_subject_key UNIQUE NULLS NOT DISTINCT (tenant_id, subject),
  constraint subject_keys_sealed_unless_destroyed CHECK (((sealed_key IS NULL) = (destroyed_at IS NOT NULL)))
);
comment on table tenancy.subject_keys is 'Keys of data subjects. A destroyed one leaves its row, so that the subject gets no new key unnoticed.';
comment on column tenancy.subject_keys.tenant_id is 'The tenant; null: a person of the platform, such as a user.';
comment on column tenancy.subject_keys.subject is 'Blind index of who it is: tells nothing without the tenant''s key, or the platform''s.';
comment on column tenancy.subject_keys.id is 'UUID version 7; stands in each value that it sealed.';
comment on column tenancy.subject_keys.sealed_key is 'The key, sealed under the tenant''s keys or the platform''s; null once destroyed.';
comment on column tenancy.subject_keys.created_at is 'When it was drawn.';
comment on column tenancy.subject_keys.destroyed_at is 'When it was destroyed.';

create table tenancy.support_settings (
  tenant_id uuid not null,
  scope text not null,
  minutes_max integer not null,
  days text[] not null,
  from_time text not null,
  to_time text not null,
  until timestamp with time zone,
  consented_by text not null,
  updated_at timestamp with time zone not null,
  constraint support_settings_pkey PRIMARY KEY (tenant_id),
  constraint support_settings_scope_known CHECK ((scope = ANY (ARRAY['read'::text, 'write'::text])))
);
comment on table tenancy.support_settings is 'Standing consent of tenants to support; a tenant without a row is asked each time.';
comment on column tenancy.support_settings.tenant_id is 'The tenant.';
comment on column tenancy.support_settings.scope is 'What support may do at most.';
comment on column tenancy.support_settings.minutes_max is 'How long one visit may last at most.';
comment on column tenancy.support_settings.days is 'Days on which a visit may begin, in the zone of the tenant: mon, tue, …';
comment on column tenancy.support_settings.from_time is 'HH:MM; a visit may begin from here on.';
comment on column tenancy.support_settings.to_time is 'HH:MM; and before this. One that is not later goes past midnight.';
comment on column tenancy.support_settings.until is 'The consent is over from here on; null: it stands.';
comment on column tenancy.support_settings.consented_by is 'Member who consented.';
comment on column tenancy.support_settings.updated_at is 'Last change.';

create table tenancy.support_visits (
  tenant_id uuid not null,
  id uuid not null,
  operator_id uuid not null,
  user_id uuid,
  scope text not null,
  reason text not null,
  minutes integer not null,
  requested_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  decided_at timestamp with time zone,
  decided_by text,
  is_declined boolean default false not null,
  is_standing boolean default false not null,
  ends_at timestamp with time zone,
  ended_at timestamp with time zone,
  ended_by text,
  constraint support_visits_pkey PRIMARY KEY (tenant_id, id),
  constraint support_visits_id_key UNIQUE (id),
  constraint support_visits_consented CHECK (((ends_at IS NULL) OR ((decided_at IS NOT NULL) AND (NOT is_declined)))),
  constraint support_visits_decided_whole CHECK (((decided_at IS NULL) = (decided_by IS NULL))),
  constraint support_visits_scope_known CHECK ((scope = ANY (ARRAY['read'::text, 'write'::text])))
);
comment on table tenancy.support_visits is 'Visits of staff in tenants: asked for, consented to, and over.';
comment on column tenancy.support_visits.tenant_id is 'The tenant.';
comment on column tenancy.support_visits.id is 'UUID version 7.';
comment on column tenancy.support_visits.operator_id is 'Who asks, and alone may act in it.';
comment on column tenancy.support_visits.user_id is 'The member in whose place they act; null: with the rights of support.';
comment on column tenancy.support_visits.scope is 'read: changes nothing. write: works with data as well.';
comment on column tenancy.support_visits.reason is 'Why, for the tenant.';
comment on column tenancy.support_visits.minutes is 'How long it lasts from the consent on.';
comment on column tenancy.support_visits.requested_at is 'When it was asked for.';
comment on column tenancy.support_visits.expires_at is 'Nobody can consent from here on.';
comment on column tenancy.support_visits.decided_at is 'When the tenant decided; null: not yet.';
comment on column tenancy.support_visits.decided_by is 'Member who decided, or who gave the standing consent; or null.';
comment on column tenancy.support_visits.is_declined is 'The tenant said no.';
comment on column tenancy.support_visits.is_standing is 'Consented to by the standing consent; it ends with that.';
comment on column tenancy.support_visits.ends_at is 'Over from here on, by the clock alone; null: not consented to.';
comment on column tenancy.support_visits.ended_at is 'Ended early; null: not.';
comment on column tenancy.support_visits.ended_by is 'Actor who ended it; or null.';
CREATE INDEX support_visits_operator_idx ON tenancy.support_visits USING btree (operator_id, id);

create table tenancy.tenant_custodians (
  tenant_id uuid not null,
  custodian text not null,
  url text not null,
  credentials bytea,
  is_current boolean not null,
  created_at timestamp with time zone default now() not null,
  constraint tenant_custodians_pkey PRIMARY KEY (tenant_id, custodian)
);
comment on table tenancy.tenant_custodians is 'Customers'' own keys (BYOK). There is no falling back: what such a custodian wrapped, only it unwraps.';
comment on column tenancy.tenant_custodians.tenant_id is 'The tenant.';
comment on column tenancy.tenant_custodians.custodian is 'As it stands in wrapping_keys.';
comment on column tenancy.tenant_custodians.url is 'Which key: aws-kms://region/key or vault+https://host/mount/key. No credentials in it.';
comment on column tenancy.tenant_custodians.credentials is 'What is needed to use it, as JSON, sealed under the platform''s keys; null: those of the platform.';
comment on column tenancy.tenant_custodians.is_current is 'It wraps new keys; a former one only unwraps what it wrapped.';
comment on column tenancy.tenant_custodians.created_at is 'Since when.';
CREATE UNIQUE INDEX tenant_custodians_current_key ON tenancy.tenant_custodians USING btree (tenant_id) WHERE is_current;

create table tenancy.tenants (
  id uuid not null,
  slug text,
  name text not null,
  status text not null,
  plan text not null,
  region text not null,
  features text[] default '{}'::text[] not null,
  limits jsonb default '{}'::jsonb not null,
  suspended_reason text,
  suspended_at timestamp with time zone,
  deletion_requested_at timestamp with time zone,
  erase_after timestamp with time zone,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  constraint tenants_pkey PRIMARY KEY (id),
  constraint tenants_slug_key UNIQUE (slug),
  constraint tenants_deletion_whole CHECK (((deletion_requested_at IS NULL) = (erase_after IS NULL))),
  constraint tenants_slug_form CHECK ((slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'::text)),
  constraint tenants_slug_present CHECK (((slug IS NOT NULL) OR (status = 'erased'::text))),
  constraint tenants_status_known CHECK ((status = ANY (ARRAY['provisioning'::text, 'active'::text, 'suspended'::text, 'moving'::text, 'deleting'::text, 'erasing'::text, 'erased'::text]))),
  constraint tenants_suspension_whole CHECK (((suspended_at IS NULL) = (suspended_reason IS NULL)))
);
comment on table tenancy.tenants is 'Customers of the SaaS. An erased tenant leaves its id and dates, nothing else.';
comment on column tenancy.tenants.id is 'UUID version 7.';
comment on column tenancy.tenants.slug is 'Short name in URLs and commands; null once erased.';
comment on column tenancy.tenants.name is 'Display name; empty once erased.';
comment on column tenancy.tenants.status is 'State machine in src/tenants/tenant.ts.';
comment on column tenancy.tenants.plan is 'Its plan.';
comment on column tenancy.tenants.region is 'Home region.';
comment on column tenancy.tenants.features is 'Features added to those of the plan.';
comment on column tenancy.tenants.limits is 'Limits that replace those of the plan.';
comment on column tenancy.tenants.suspended_reason is 'Why it is suspended.';
comment on column tenancy.tenants.suspended_at is 'Since when.';
comment on column tenancy.tenants.deletion_requested_at is 'When its deletion was asked for.';
comment on column tenancy.tenants.erase_after is 'End of the grace period.';
comment on column tenancy.tenants.created_at is 'When it was created.';
comment on column tenancy.tenants.updated_at is 'Last change of this row.';
CREATE INDEX tenants_created_idx ON tenancy.tenants USING btree (created_at DESC, id DESC);
CREATE INDEX tenants_erase_idx ON tenancy.tenants USING btree (erase_after) WHERE (erase_after IS NOT NULL);
CREATE INDEX tenants_name_idx ON tenancy.tenants USING btree (lower(name), id);

create table tenancy.user_links (
  token_hash bytea not null,
  user_id uuid not null,
  expires_at timestamp with time zone not null,
  constraint user_links_pkey PRIMARY KEY (token_hash)
);
comment on table tenancy.user_links is 'Sign-in links that were mailed; one that is used is gone.';
comment on column tenancy.user_links.token_hash is 'SHA-256 of the token in the mail.';
comment on column tenancy.user_links.user_id is 'Who signs in by it.';
comment on column tenancy.user_links.expires_at is 'Not valid from here on.';
CREATE INDEX user_links_user_idx ON tenancy.user_links USING btree (user_id);

create table tenancy.user_totps (
  user_id uuid not null,
  sealed bytea not null,
  confirmed_at timestamp with time zone,
  last_step bigint default 0 not null,
  created_at timestamp with time zone not null,
  constraint user_totps_pkey PRIMARY KEY (user_id)
);
comment on table tenancy.user_totps is 'Authenticator apps (RFC 6238), one per person.';
comment on column tenancy.user_totps.user_id is 'Whose: a user or an operator.';
comment on column tenancy.user_totps.sealed is 'The seed, sealed with the platform''s key.';
comment on column tenancy.user_totps.confirmed_at is 'When its first code came; null: not in use yet.';
comment on column tenancy.user_totps.last_step is 'Time step of the last code: it and all before it are spent.';
comment on column tenancy.user_totps.created_at is 'When enrolled.';

create table tenancy.users (
  id uuid not null,
  email text not null,
  name text default ''::text not null,
  locale text default 'en'::text not null,
  status text default 'active'::text not null,
  password_hash text,
  password_changed_at timestamp with time zone,
  email_verified_at timestamp with time zone,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint users_pkey PRIMARY KEY (id),
  constraint users_email_key UNIQUE (email),
  constraint users_email_normal CHECK (((email = lower(email)) AND (email ~ '^[^@[:space:]]+@[^@[:space:]]+$'::text) AND (length(email) <= 254))),
  constraint users_locale_known CHECK ((locale = ANY (ARRAY['en'::text, 'fr'::text]))),
  constraint users_password_whole CHECK (((password_hash IS NULL) = (password_changed_at IS NULL))),
  constraint users_status_known CHECK ((status = ANY (ARRAY['active'::text, 'disabled'::text])))
);
comment on table tenancy.users is 'People who are members of tenants. A user belongs to no tenant.';
comment on column tenancy.users.id is 'UUID version 7.';
comment on column tenancy.users.email is 'Normalised: lower case, domain in A-labels. Names the person at sign-in.';
comment on column tenancy.users.name is 'For people; may be empty.';
comment on column tenancy.users.locale is 'Language of messages to them.';
comment on column tenancy.users.status is 'disabled signs in nowhere.';
comment on column tenancy.users.password_hash is 'argon2id in PHC form, with its parameters; null: signs in without a password.';
comment on column tenancy.users.password_changed_at is 'When it was set.';
comment on column tenancy.users.email_verified_at is 'When a link sent to the address came back; null: never.';
comment on column tenancy.users.created_at is 'When added.';
comment on column tenancy.users.updated_at is 'Last change of this row.';

create table tenancy.vault_items (
  tenant_id uuid not null,
  vault_id uuid not null,
  item_id text not null,
  version integer not null,
  epoch integer not null,
  sealed bytea not null,
  updated_by uuid not null,
  updated_at timestamp with time zone not null,
  constraint vault_items_pkey PRIMARY KEY (tenant_id, vault_id, item_id)
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

create table tenancy.vault_keys (
  user_id uuid not null,
  key_id text not null,
  public_key text not null,
  locks jsonb not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint vault_keys_pkey PRIMARY KEY (user_id),
  constraint vault_keys_key_id_key UNIQUE (key_id),
  constraint vault_keys_locks_array CHECK ((jsonb_typeof(locks) = 'array'::text))
);
comment on table tenancy.vault_keys is 'Each person''s key pair for vaults: the public half, and the private half under locks of its owner.';
comment on column tenancy.vault_keys.user_id is 'Whose it is.';
comment on column tenancy.vault_keys.key_id is 'SHA-256 of the public key, base64url.';
comment on column tenancy.vault_keys.public_key is 'X25519, 32 bytes, base64url.';
comment on column tenancy.vault_keys.locks is 'The private half, sealed under a passphrase or a passkey that the server never has.';
comment on column tenancy.vault_keys.created_at is 'When this key was registered.';
comment on column tenancy.vault_keys.updated_at is 'Last change of its locks.';

create table tenancy.vault_recoveries (
  tenant_id uuid not null,
  key_id text not null,
  public_key text not null,
  needed integer not null,
  shares jsonb not null,
  created_by uuid not null,
  created_at timestamp with time zone not null,
  constraint vault_recoveries_pkey PRIMARY KEY (tenant_id),
  constraint vault_recoveries_needed_some CHECK ((needed >= 2)),
  constraint vault_recoveries_shares_object CHECK ((jsonb_typeof(shares) = 'object'::text))
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
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  constraint vault_recovery_requests_pkey PRIMARY KEY (tenant_id, id),
  constraint vault_recovery_requests_approvals_object CHECK ((jsonb_typeof(approvals) = 'object'::text))
);
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
CREATE INDEX vault_recovery_requests_user_idx ON tenancy.vault_recovery_requests USING btree (user_id);

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
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint vaults_pkey PRIMARY KEY (tenant_id, id),
  constraint vaults_epoch_counted CHECK (((epoch >= 1) AND (revision >= epoch))),
  constraint vaults_grants_object CHECK ((jsonb_typeof(grants) = 'object'::text))
);
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
CREATE INDEX vaults_grants_idx ON tenancy.vaults USING gin (grants);

create table tenancy.warm_places (
  tenant_id uuid not null,
  cell text not null,
  level text not null,
  app_version integer not null,
  status text default 'preparing'::text not null,
  created_at timestamp with time zone default now() not null,
  constraint warm_places_pkey PRIMARY KEY (tenant_id),
  constraint warm_places_level_known CHECK ((level = ANY (ARRAY['schema'::text, 'database'::text]))),
  constraint warm_places_status_known CHECK ((status = ANY (ARRAY['preparing'::text, 'ready'::text])))
);
comment on table tenancy.warm_places is 'Prepared places that wait for a tenant; the tenant takes their id.';
comment on column tenancy.warm_places.tenant_id is 'Id that the tenant will have.';
comment on column tenancy.warm_places.cell is 'Where it was prepared.';
comment on column tenancy.warm_places.level is 'schema or database.';
comment on column tenancy.warm_places.app_version is 'App migration that it stands at.';
comment on column tenancy.warm_places.status is 'preparing or ready.';
comment on column tenancy.warm_places.created_at is 'When it was prepared.';
CREATE INDEX warm_places_ready_idx ON tenancy.warm_places USING btree (cell, level, status);

create table tenancy.workflows (
  id uuid not null,
  kind text not null,
  tenant_id uuid not null,
  input jsonb default '{}'::jsonb not null,
  status text default 'running'::text not null,
  steps jsonb not null,
  attempts integer default 0 not null,
  error text,
  actor text not null,
  run_after timestamp with time zone default now() not null,
  created_at timestamp with time zone default now() not null,
  updated_at timestamp with time zone default now() not null,
  constraint workflows_pkey PRIMARY KEY (id),
  constraint workflows_status_known CHECK ((status = ANY (ARRAY['running'::text, 'undoing'::text, 'done'::text, 'failed'::text, 'undone'::text])))
);
comment on table tenancy.workflows is 'Durable work on a tenant, step by step; resumed by any process after a crash.';
comment on column tenancy.workflows.id is 'UUID version 7.';
comment on column tenancy.workflows.kind is 'provision, erase, ...';
comment on column tenancy.workflows.tenant_id is 'The tenant it works on; one workflow at a time.';
comment on column tenancy.workflows.input is 'What it was asked to do.';
comment on column tenancy.workflows.status is 'running, undoing, done, failed or undone.';
comment on column tenancy.workflows.steps is 'Each step with its status and time.';
comment on column tenancy.workflows.attempts is 'Tries of the current step.';
comment on column tenancy.workflows.error is 'The last failure.';
comment on column tenancy.workflows.actor is 'Who asked for it.';
comment on column tenancy.workflows.run_after is 'Not before; grows with each failed try.';
comment on column tenancy.workflows.created_at is 'When it was asked for.';
comment on column tenancy.workflows.updated_at is 'Last progress.';
CREATE INDEX workflows_due_idx ON tenancy.workflows USING btree (run_after) WHERE (status = ANY (ARRAY['running'::text, 'undoing'::text]));
CREATE UNIQUE INDEX workflows_one_per_tenant_key ON tenancy.workflows USING btree (tenant_id) WHERE (status = ANY (ARRAY['running'::text, 'undoing'::text]));

create table tenancy.wrapping_keys (
  id uuid not null,
  tenant_id uuid,
  generation integer not null,
  custodian text not null,
  wrapped bytea,
  status text default 'current'::text not null,
  created_at timestamp with time zone default now() not null,
  superseded_at timestamp with time zone,
  destroyed_at timestamp with time zone,
  constraint wrapping_keys_pkey PRIMARY KEY (id),
  constraint wrapping_keys_generation_key UNIQUE NULLS NOT DISTINCT (tenant_id, generation),
  constraint wrapping_keys_generation_positive CHECK ((generation > 0)),
  constraint wrapping_keys_status_known CHECK ((status = ANY (ARRAY['current'::text, 'superseded'::text, 'destroyed'::text]))),
  constraint wrapping_keys_wrapped_unless_destroyed CHECK (((wrapped IS NULL) = (status = 'destroyed'::text)))
);
comment on table tenancy.wrapping_keys is 'Generations of the key under which all other keys of a tenant are wrapped. A tenant with rows but no current one is shredded: it gets no new key.';
comment on column tenancy.wrapping_keys.id is 'UUID version 7; bound into the wrapping.';
comment on column tenancy.wrapping_keys.tenant_id is 'The tenant; null: what belongs to no tenant. No foreign key, since keys outlive the row that asks for them, and may be made in another transaction.';
comment on column tenancy.wrapping_keys.generation is '1, 2, 3, … for each tenant.';
comment on column tenancy.wrapping_keys.custodian is 'Who wrapped it: the root key by its fingerprint, a key of AWS KMS, of Vault.';
comment on column tenancy.wrapping_keys.wrapped is 'The key, wrapped by the custodian; null once destroyed.';
comment on column tenancy.wrapping_keys.status is 'current wraps new keys; superseded only unwraps; destroyed is gone for good.';
comment on column tenancy.wrapping_keys.created_at is 'When it was drawn.';
comment on column tenancy.wrapping_keys.superseded_at is 'When the next generation took over.';
comment on column tenancy.wrapping_keys.destroyed_at is 'When its wrapped form was removed.';
CREATE UNIQUE INDEX wrapping_keys_current_key ON tenancy.wrapping_keys USING btree (tenant_id) NULLS NOT DISTINCT WHERE (status = 'current'::text);
CREATE INDEX wrapping_keys_custodian_idx ON tenancy.wrapping_keys USING btree (custodian, id) WHERE (status <> 'destroyed'::text);
CREATE INDEX wrapping_keys_due_idx ON tenancy.wrapping_keys USING btree (created_at) WHERE (status = 'current'::text);
CREATE INDEX wrapping_keys_superseded_idx ON tenancy.wrapping_keys USING btree (tenant_id) WHERE (status = 'superseded'::text);

-- References

alter table tenancy.access_review_items add constraint access_review_items_review_fkey FOREIGN KEY (tenant_id, review_id) REFERENCES tenancy.access_reviews(tenant_id, id) ON DELETE CASCADE;

alter table tenancy.access_reviews add constraint access_reviews_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE CASCADE;

alter table tenancy.access_settings add constraint access_settings_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE CASCADE;

alter table tenancy.api_keys add constraint api_keys_account_fkey FOREIGN KEY (tenant_id, service_account_id) REFERENCES tenancy.service_accounts(tenant_id, id) ON DELETE CASCADE;

alter table tenancy.api_keys add constraint api_keys_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE CASCADE;

alter table tenancy.audit_cosignatures add constraint audit_cosignatures_checkpoint_fkey FOREIGN KEY (size) REFERENCES tenancy.audit_checkpoints(size);

alter table tenancy.audit_cosignatures add constraint audit_cosignatures_witness_fkey FOREIGN KEY (witness) REFERENCES tenancy.audit_witnesses(name);

alter table tenancy.audit_stream_batches add constraint audit_stream_batches_stream_fkey FOREIGN KEY (stream_id) REFERENCES tenancy.audit_streams(id) ON DELETE CASCADE;

alter table tenancy.audit_streams add constraint audit_streams_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE CASCADE;

alter table tenancy.cells add constraint cells_region_fkey FOREIGN KEY (region) REFERENCES tenancy.regions(key);

alter table tenancy.data_keys add constraint data_keys_wrapping_key_fkey FOREIGN KEY (wrapping_key_id) REFERENCES tenancy.wrapping_keys(id);

alter table tenancy.domains add constraint domains_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE CASCADE;

alter table tenancy.group_roles add constraint group_roles_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE CASCADE;

alter table tenancy.integration_attempts add constraint integration_attempts_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE CASCADE;

alter table tenancy.integrations add constraint integrations_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE CASCADE;

alter table tenancy.invitations add constraint invitations_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE CASCADE;

alter table tenancy.member_grants add constraint member_grants_member_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES tenancy.memberships(tenant_id, user_id) ON DELETE CASCADE;

alter table tenancy.memberships add constraint memberships_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE CASCADE;

alter table tenancy.memberships add constraint memberships_user_fkey FOREIGN KEY (user_id) REFERENCES tenancy.users(id) ON DELETE CASCADE;

alter table tenancy.operator_links add constraint operator_links_operator_fkey FOREIGN KEY (operator_id) REFERENCES tenancy.operators(id) ON DELETE CASCADE;

alter table tenancy.placements add constraint placements_cell_fkey FOREIGN KEY (cell) REFERENCES tenancy.cells(key);

alter table tenancy.placements add constraint placements_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id);

alter table tenancy.policies add constraint policies_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE CASCADE;

alter table tenancy.policy_tests add constraint policy_tests_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE CASCADE;

alter table tenancy.proof_canaries add constraint proof_canaries_proof_fkey FOREIGN KEY (proof_id) REFERENCES tenancy.proofs(id) ON DELETE CASCADE;

alter table tenancy.recoveries add constraint recoveries_user_fkey FOREIGN KEY (user_id) REFERENCES tenancy.users(id) ON DELETE CASCADE;

alter table tenancy.recovery_approvals add constraint recovery_approvals_recovery_fkey FOREIGN KEY (recovery_id) REFERENCES tenancy.recoveries(id) ON DELETE CASCADE;

alter table tenancy.recovery_approvals add constraint recovery_approvals_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE CASCADE;

alter table tenancy.recovery_links add constraint recovery_links_recovery_fkey FOREIGN KEY (recovery_id) REFERENCES tenancy.recoveries(id) ON DELETE CASCADE;

alter table tenancy.roles add constraint roles_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE CASCADE;

alter table tenancy.scim_group_members add constraint scim_group_members_group_fkey FOREIGN KEY (tenant_id, group_id) REFERENCES tenancy.scim_groups(tenant_id, id) ON DELETE CASCADE;

alter table tenancy.scim_group_members add constraint scim_group_members_user_fkey FOREIGN KEY (tenant_id, scim_user_id) REFERENCES tenancy.scim_users(tenant_id, id) ON DELETE CASCADE;

alter table tenancy.scim_groups add constraint scim_groups_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE CASCADE;

alter table tenancy.scim_tokens add constraint scim_tokens_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE CASCADE;

alter table tenancy.scim_users add constraint scim_users_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE CASCADE;

alter table tenancy.scim_users add constraint scim_users_user_fkey FOREIGN KEY (user_id) REFERENCES tenancy.users(id) ON DELETE CASCADE;

alter table tenancy.service_accounts add constraint service_accounts_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE CASCADE;

alter table tenancy.sessions add constraint sessions_operator_fkey FOREIGN KEY (operator_id) REFERENCES tenancy.operators(id) ON DELETE CASCADE;

alter table tenancy.sessions add constraint sessions_user_fkey FOREIGN KEY (user_id) REFERENCES tenancy.users(id) ON DELETE CASCADE;

alter table tenancy.sign_in_rules add constraint sign_in_rules_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE CASCADE;

alter table tenancy.sso_attempts add constraint sso_attempts_connection_fkey FOREIGN KEY (tenant_id, connection_id) REFERENCES tenancy.sso_connections(tenant_id, id) ON DELETE CASCADE;

alter table tenancy.sso_connections add constraint sso_connections_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE CASCADE;

alter table tenancy.sso_domains add constraint sso_domains_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE CASCADE;

alter table tenancy.sso_identities add constraint sso_identities_connection_fkey FOREIGN KEY (tenant_id, connection_id) REFERENCES tenancy.sso_connections(tenant_id, id) ON DELETE CASCADE;

alter table tenancy.sso_identities add constraint sso_identities_user_fkey FOREIGN KEY (user_id) REFERENCES tenancy.users(id) ON DELETE CASCADE;

alter table tenancy.sso_rules add constraint sso_rules_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE CASCADE;

alter table tenancy.sso_rules add constraint sso_rules_user_fkey FOREIGN KEY (break_glass_user_id) REFERENCES tenancy.users(id) ON DELETE RESTRICT;

alter table tenancy.sso_used_assertions add constraint sso_used_assertions_connection_fkey FOREIGN KEY (connection_id) REFERENCES tenancy.sso_connections(id) ON DELETE CASCADE;

alter table tenancy.storage_usage add constraint storage_usage_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE CASCADE;

alter table tenancy.stored_objects add constraint stored_objects_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE CASCADE;

alter table tenancy.support_settings add constraint support_settings_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE CASCADE;

alter table tenancy.support_visits add constraint support_visits_operator_fkey FOREIGN KEY (operator_id) REFERENCES tenancy.operators(id) ON DELETE CASCADE;

alter table tenancy.support_visits add constraint support_visits_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE CASCADE;

alter table tenancy.tenants add constraint tenants_plan_fkey FOREIGN KEY (plan) REFERENCES tenancy.plans(key);

alter table tenancy.tenants add constraint tenants_region_fkey FOREIGN KEY (region) REFERENCES tenancy.regions(key);

alter table tenancy.user_links add constraint user_links_user_fkey FOREIGN KEY (user_id) REFERENCES tenancy.users(id) ON DELETE CASCADE;

alter table tenancy.vault_items add constraint vault_items_vault_fkey FOREIGN KEY (tenant_id, vault_id) REFERENCES tenancy.vaults(tenant_id, id) ON DELETE CASCADE;

alter table tenancy.vault_keys add constraint vault_keys_user_fkey FOREIGN KEY (user_id) REFERENCES tenancy.users(id) ON DELETE CASCADE;

alter table tenancy.vault_recoveries add constraint vault_recoveries_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE CASCADE;

alter table tenancy.vault_recovery_requests add constraint vault_recovery_requests_recovery_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.vault_recoveries(tenant_id) ON DELETE CASCADE;

alter table tenancy.vault_recovery_requests add constraint vault_recovery_requests_user_fkey FOREIGN KEY (user_id) REFERENCES tenancy.users(id) ON DELETE CASCADE;

alter table tenancy.vaults add constraint vaults_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenancy.tenants(id) ON DELETE CASCADE;

alter table tenancy.warm_places add constraint warm_places_cell_fkey FOREIGN KEY (cell) REFERENCES tenancy.cells(key);

-- Views

create view tenancy.events as
 SELECT id,
    at,
    actor,
    action,
    tenant_id,
    ((body)::json -> 'detail'::text) AS detail,
    request_id
   FROM tenancy.audit_records
  WHERE ((kind = 'change'::text) AND (outcome = 'allowed'::text));
comment on view tenancy.events is 'The changes in the audit log, for code that knows no more.';

-- Triggers

CREATE TRIGGER audit_records_append_only BEFORE DELETE OR UPDATE ON tenancy.audit_records FOR EACH ROW EXECUTE FUNCTION tenancy.refuse_audit_change();

CREATE TRIGGER ceremonies_person BEFORE INSERT OR UPDATE OF user_id ON tenancy.ceremonies FOR EACH ROW EXECUTE FUNCTION tenancy.assert_person();

CREATE TRIGGER events_insert INSTEAD OF INSERT ON tenancy.events FOR EACH ROW EXECUTE FUNCTION tenancy.record_event();

CREATE TRIGGER operators_forget AFTER DELETE ON tenancy.operators FOR EACH ROW EXECUTE FUNCTION tenancy.forget_person();

CREATE TRIGGER passkeys_person BEFORE INSERT OR UPDATE OF user_id ON tenancy.passkeys FOR EACH ROW EXECUTE FUNCTION tenancy.assert_person();

CREATE TRIGGER recovery_codes_person BEFORE INSERT OR UPDATE OF user_id ON tenancy.recovery_codes FOR EACH ROW EXECUTE FUNCTION tenancy.assert_person();

CREATE TRIGGER user_totps_person BEFORE INSERT OR UPDATE OF user_id ON tenancy.user_totps FOR EACH ROW EXECUTE FUNCTION tenancy.assert_person();

CREATE TRIGGER users_forget AFTER DELETE ON tenancy.users FOR EACH ROW EXECUTE FUNCTION tenancy.forget_person();
