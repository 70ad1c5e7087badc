-- What every database that holds tenants needs: the seat, and the app's ledger.
-- Applied to the control database and to each tenant database. Lock: none on app tables. Old code survives it.

create schema if not exists tenancy;
create schema if not exists extensions;
comment on schema tenancy is 'Tenancy''s own objects. No app role may read its tables.';
comment on schema extensions is 'Extensions of the app, so that every place finds them on its search_path.';

revoke all on schema public from public;
grant usage on schema public to tenancy_tenant;
grant usage on schema extensions to tenancy_tenant;
grant usage on schema tenancy to tenancy_tenant, tenancy_owner;
grant usage, create on schema extensions to tenancy_owner;
grant usage, create on schema public to tenancy_owner;

create table tenancy.seats (
  seat_hash bytea not null,
  tenant_id uuid not null,
  epoch bigint not null,
  created_at timestamptz not null default now(),
  constraint seats_pkey primary key (seat_hash)
);
create index seats_tenant_idx on tenancy.seats (tenant_id);
comment on table tenancy.seats is 'Who may act as which tenant here. A context that matches no row is refused; deleting the row fences every process at once.';
comment on column tenancy.seats.seat_hash is 'SHA-256 of the context `tenant:token`; the token itself is never stored.';
comment on column tenancy.seats.tenant_id is 'The tenant whose rows the seat opens.';
comment on column tenancy.seats.epoch is 'Epoch of the placement that the token belongs to.';
comment on column tenancy.seats.created_at is 'When the seat was drawn.';

-- The one place where a context becomes a tenant. It raises on an unset, empty, wrong or dead context alike, so
-- nothing ever reads "no tenant" as "no filter". SQLSTATE TE001 is retryable: the process looks the placement up
-- again. STABLE, and asked as (select ...), so once per statement. Operators resolve in the pinned search_path.
create function tenancy.current_tenant() returns uuid
  language plpgsql stable security definer parallel restricted
  set search_path = pg_catalog, pg_temp
as $$
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
$$;
comment on function tenancy.current_tenant() is 'The tenant of the current context, by its seat. Raises TE001 when there is none.';
revoke all on function tenancy.current_tenant() from public;
grant execute on function tenancy.current_tenant() to tenancy_tenant, tenancy_owner;

create table tenancy.app_ledger (
  place text not null,
  version integer not null,
  applied_at timestamptz not null default now(),
  duration_ms integer not null,
  constraint app_ledger_pkey primary key (version, place)
);
comment on table tenancy.app_ledger is 'Which app migration ran where. Written in the migration''s own transaction: exactly once.';
comment on column tenancy.app_ledger.place is 'Schema name for DDL, tenant id for a tenant''s rows, `shared` for reference tables.';
comment on column tenancy.app_ledger.version is 'Number of the app migration.';
comment on column tenancy.app_ledger.applied_at is 'When it committed.';
comment on column tenancy.app_ledger.duration_ms is 'How long it took.';
