-- What the processes of a platform share of rates and of requests under way. Lock: none, new tables, and a row lock on
-- the three plans. Old code survives it.

create unlogged table tenancy.gate_rates (
  key text not null,
  full_at_us double precision not null,
  granted integer not null,
  ask double precision[] not null,
  constraint gate_rates_pkey primary key (key)
) with (fillfactor = 50);
create index gate_rates_full_idx on tenancy.gate_rates (full_at_us);
comment on table tenancy.gate_rates is 'Rates that all processes keep together (docs/decisions/0080-shared-limits.md). Unlogged: after a crash of the server every burst is whole.';
comment on column tenancy.gate_rates.key is 'Whose rate, such as tenant:<id> or credential:key:<id>.';
comment on column tenancy.gate_rates.full_at_us is 'When the burst is whole again if nothing more is taken: microseconds since 1970 of this server''s clock.';
comment on column tenancy.gate_rates.granted is 'How many the last process that asked was given.';
comment on column tenancy.gate_rates.ask is 'What it had asked for: cost and depth in microseconds, slots needed, slots wanted, backlog in microseconds.';

create unlogged table tenancy.gate_holders (
  key text not null,
  holders jsonb not null,
  granted integer not null,
  ask integer[] not null,
  constraint gate_holders_pkey primary key (key)
) with (fillfactor = 50);
comment on table tenancy.gate_holders is 'Which process holds how many of something that is limited at one time. What a process that died held ends with its time.';
comment on column tenancy.gate_holders.key is 'Of what, such as tenant:<id>; `processes` tells which processes there are.';
comment on column tenancy.gate_holders.holders is 'By process: how many, and until when, in microseconds since 1970 of this server''s clock.';
comment on column tenancy.gate_holders.granted is 'How many the last process that asked may hold.';
comment on column tenancy.gate_holders.ask is 'What it had asked for: how many it wants to hold, and the most of all together.';

create function tenancy.gate_grant(full_at_us double precision, now_us double precision, cost_us double precision, depth_us double precision, need integer, want integer)
  returns integer
  language sql immutable parallel safe
  set search_path = pg_catalog
  as $$
    select least(free, greatest(need, least(want, free / 8)))
    from (
      select least(1e9, greatest(0, floor((depth_us - (full_at_us - now_us)) / cost_us + 1e-6)))::integer as free
    ) s
  $$;
comment on function tenancy.gate_grant(double precision, double precision, double precision, double precision, integer, integer) is
  'How many slots a process is given: those that requests wait for, or ahead of them an eighth of what is free.';
revoke all on function tenancy.gate_grant(double precision, double precision, double precision, double precision, integer, integer) from public;

update tenancy.plans set limits = '{"maxConcurrentRequests": 20}' || limits where key = 'freemium';
update tenancy.plans set limits = '{"maxConcurrentRequests": 200}' || limits where key = 'premium';
update tenancy.plans set limits = '{"maxConcurrentRequests": 5000}' || limits where key = 'enterprise';
comment on column tenancy.plans.limits is 'maxApiCallsPerHour, maxStorageGb, maxConcurrentUsers, maxConcurrentRequests, maxUsers.';
