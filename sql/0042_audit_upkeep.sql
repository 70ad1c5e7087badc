-- Who writes to the audit log, and what each tenant wants of it. Lock: none, new tables; the append-only guard learns of upkeep.
-- Old code survives it.

create table tenancy.audit_boots (
  boot uuid not null,
  started_at timestamptz not null default now(),
  beat_at timestamptz not null default now(),
  last_number bigint not null default 0,
  stopped_at timestamptz,
  lost_at timestamptz,
  constraint audit_boots_pkey primary key (boot)
);
create index audit_boots_running_idx on tenancy.audit_boots (beat_at) where stopped_at is null and lost_at is null;
comment on table tenancy.audit_boots is 'Processes that number their records: one that dies leaves a tail that is known to be missing, not one that nobody misses.';
comment on column tenancy.audit_boots.boot is 'Drawn when the process starts; its records carry it.';
comment on column tenancy.audit_boots.started_at is 'Its first record.';
comment on column tenancy.audit_boots.beat_at is 'When it last said that it lives.';
comment on column tenancy.audit_boots.last_number is 'Its newest durable number at that time.';
comment on column tenancy.audit_boots.stopped_at is 'When it ended in good order, with nothing left to write.';
comment on column tenancy.audit_boots.lost_at is 'When others found that it had died.';

create table tenancy.audit_settings (
  tenant_id uuid not null,
  reads text not null default 'strict',
  held_at timestamptz,
  held_reason text,
  updated_at timestamptz not null default now(),
  constraint audit_settings_pkey primary key (tenant_id),
  constraint audit_settings_reads_known check (reads in ('strict', 'relaxed')),
  constraint audit_settings_hold_whole check ((held_at is null) = (held_reason is null))
);
comment on table tenancy.audit_settings is 'What a tenant wants of its audit log; a tenant without a row has the defaults.';
comment on column tenancy.audit_settings.tenant_id is 'The tenant; all zeros: the platform.';
comment on column tenancy.audit_settings.reads is 'strict: an answer waits until its record is durable. relaxed: it does not, and a crash may lose the last ones.';
comment on column tenancy.audit_settings.held_at is 'Legal hold: since then retention removes nothing of it.';
comment on column tenancy.audit_settings.held_reason is 'Why.';
comment on column tenancy.audit_settings.updated_at is 'Last change.';

create or replace function tenancy.refuse_audit_change() returns trigger
  language plpgsql
  set search_path = pg_catalog
  as $$
begin
  if current_setting('tenancy.audit_upkeep', true) = 'on' then
    return coalesce(new, old);
  end if;
  raise exception 'The audit log is only added to.' using errcode = 'TE002';
end $$;
