-- The audit log's records take the place of tenancy.events. Lock: exclusive on tenancy.events while its rows are moved.
-- Old code survives it: tenancy.events stays as a view that can be read and inserted into.

create table tenancy.audit_records (
  id uuid not null,
  at timestamptz not null,
  xid bigint not null default (pg_current_xact_id()::text::bigint),
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
  constraint audit_records_pkey primary key (id),
  constraint audit_records_kind_known check (kind in ('change', 'read', 'request')),
  constraint audit_records_outcome_known check (outcome in ('allowed', 'denied', 'failed'))
) partition by range (id);
create index audit_records_xid_idx on tenancy.audit_records (xid, id);
create index audit_records_tenant_idx on tenancy.audit_records (tenant_id, id);
create index audit_records_changes_idx on tenancy.audit_records (id) where kind = 'change';
create index audit_records_tenant_changes_idx on tenancy.audit_records (tenant_id, id) where kind = 'change';
-- Hundreds of bytes per range of pages instead of an entry per row: what is rarely asked for costs writers next to nothing.
create index audit_records_search_idx on tenancy.audit_records using brin (
  actor text_bloom_ops (n_distinct_per_range = 300),
  on_behalf_of text_bloom_ops (n_distinct_per_range = 100),
  action text_bloom_ops (n_distinct_per_range = 100),
  resource text_bloom_ops (n_distinct_per_range = 700),
  request_id text_bloom_ops (n_distinct_per_range = 1500),
  ip inet_bloom_ops (n_distinct_per_range = 300),
  session text_bloom_ops (n_distinct_per_range = 300)
) with (pages_per_range = 64, autosummarize = on);
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

create table tenancy.audit_records_rest partition of tenancy.audit_records default;

create function tenancy.audit_month_start(month date) returns uuid
  language sql immutable
  set search_path = pg_catalog
  as $$ select (lpad(to_hex((extract(epoch from month::timestamp at time zone 'UTC') * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid $$;
comment on function tenancy.audit_month_start(date) is 'The smallest UUID version 7 of a month.';

-- Makes the partition of a month. Rows of it that already went to the rest are moved. Lock: the rest, for a moment.
create function tenancy.ensure_audit_month(month date) returns boolean
  language plpgsql
  set search_path = pg_catalog
  as $$
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
end $$;
comment on function tenancy.ensure_audit_month(date) is 'Makes the audit log''s partition of a month, unless it is there.';

-- A guard against mistakes, not against whoever owns the table: that one is found by the proofs.
create function tenancy.refuse_audit_change() returns trigger
  language plpgsql
  set search_path = pg_catalog
  as $$
begin
  if tg_op = 'DELETE' and current_setting('tenancy.audit_upkeep', true) = 'on' then
    return old;
  end if;
  raise exception 'The audit log is only added to.' using errcode = 'TE002';
end $$;
comment on function tenancy.refuse_audit_change() is 'Refuses updates of audit records, and deletes outside of retention.';
create trigger audit_records_append_only before update or delete on tenancy.audit_records
  for each row execute function tenancy.refuse_audit_change();

do $$
declare
  month date := date_trunc('month', coalesce((select min(at) from tenancy.events), now()) at time zone 'UTC')::date;
begin
  while month < now() + interval '3 months' loop
    perform tenancy.ensure_audit_month(month);
    month := (month + interval '1 month')::date;
  end loop;
end $$;

insert into tenancy.audit_records (id, at, tenant_id, kind, action, outcome, actor, resource, request_id, body)
select id, at, tenant_id, 'change', action, 'allowed', actor, 'tenant:' || tenant_id::text, request_id,
  json_build_object(
    'v', 1, 'id', id, 'at', to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'kind', 'change',
    'action', action, 'outcome', 'allowed', 'actor', actor, 'tenantId', tenant_id,
    'resource', 'tenant:' || tenant_id::text, 'requestId', request_id, 'detail', detail)::text
from tenancy.events;
drop table tenancy.events;

-- What was done, as before the audit log; `json`, since a text in it may hold what jsonb refuses.
create view tenancy.events as
  select id, at, actor, action, tenant_id, body::json -> 'detail' as detail, request_id
  from tenancy.audit_records
  where kind = 'change' and outcome = 'allowed';
comment on view tenancy.events is 'The changes in the audit log, for code that knows no more.';

create function tenancy.record_event() returns trigger
  language plpgsql
  set search_path = pg_catalog
  as $$
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
end $$;
comment on function tenancy.record_event() is 'Lets processes of the release before add their events.';
create trigger events_insert instead of insert on tenancy.events
  for each row execute function tenancy.record_event();
