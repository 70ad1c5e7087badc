-- Functions of PostgreSQL that let one tenant reach another on a shared server, taken from everybody: what others run
-- (pg_stat_activity, pg_locks), their sessions (pg_cancel_backend, pg_terminate_backend, pg_prepared_statements),
-- large objects (one store for all tenants of a database), advisory locks (one set of keys for all), and messages in
-- the write-ahead log (the change stream trusts them). Only a superuser can take them; on a server whose
-- administrator is none they stay, and `tenancy verify isolation` says so. docs/decisions/0020-channels.md.
-- Lock: none on tables. Old code survives it.

do $channels$
declare
  channel record;
begin
  if not (select r.rolsuper from pg_catalog.pg_roles r where r.rolname = current_user) then
    raise notice 'Not a superuser: functions that reach across tenants stay open.';
    return;
  end if;
  for channel in
    select p.oid::regprocedure as name, p.proname ~ '^pg_(stat_get|lock_status|blocking|safe_snapshot)' as is_monitoring,
      p.proname in ('pg_cancel_backend', 'pg_terminate_backend') as is_signal
    from pg_catalog.pg_proc p
    where p.pronamespace = 'pg_catalog'::regnamespace
      and (p.proname ~ '^(lo_|pg_(try_)?advisory_|pg_stat_get_backend_)'
           or p.proname in ('loread', 'lowrite', 'pg_stat_get_activity', 'pg_stat_get_progress_info', 'pg_lock_status',
             'pg_blocking_pids', 'pg_safe_snapshot_blocking_pids', 'pg_isolation_test_session_is_blocked',
             'pg_cancel_backend', 'pg_terminate_backend', 'pg_prepared_statement', 'pg_prepared_xact', 'pg_cursor',
             'pg_logical_emit_message'))
  loop
    execute format('revoke execute on function %s from public', channel.name);
    -- Monitoring by those who were made for it goes on.
    if channel.is_monitoring then
      execute format('grant execute on function %s to pg_read_all_stats', channel.name);
    elsif channel.is_signal then
      execute format('grant execute on function %s to pg_signal_backend', channel.name);
    end if;
  end loop;
end
$channels$;

-- Advisory locks for tenants, in place of PostgreSQL's: each tenant has keys of its own. 64 bits of SHA-256, so that
-- nobody finds a key of theirs that meets another tenant's or the platform's.
create function tenancy.lock_key(key text) returns bigint
  language sql stable security invoker parallel restricted
  set search_path = pg_catalog, pg_temp
as $$
  select ('x' || encode(substr(sha256(convert_to(tenancy.current_tenant()::text || ':' || key, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint
$$;
comment on function tenancy.lock_key(text) is 'Key of a tenant''s advisory lock.';
revoke all on function tenancy.lock_key(text) from public;

create function tenancy.lock(key text) returns void
  language plpgsql volatile security definer parallel unsafe
  set search_path = pg_catalog, pg_temp
as $$
begin
  perform pg_advisory_xact_lock(tenancy.lock_key(key));
end
$$;
comment on function tenancy.lock(text) is 'Waits for the tenant''s own lock of this name, and holds it to the end of the transaction.';
revoke all on function tenancy.lock(text) from public;
grant execute on function tenancy.lock(text) to tenancy_tenant, tenancy_owner;

create function tenancy.try_lock(key text) returns boolean
  language plpgsql volatile security definer parallel unsafe
  set search_path = pg_catalog, pg_temp
as $$
begin
  return pg_try_advisory_xact_lock(tenancy.lock_key(key));
end
$$;
comment on function tenancy.try_lock(text) is 'Takes the tenant''s own lock of this name if it is free, until the end of the transaction.';
revoke all on function tenancy.try_lock(text) from public;
grant execute on function tenancy.try_lock(text) to tenancy_tenant, tenancy_owner;
