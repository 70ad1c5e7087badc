-- When support may act in tenants. Lock: share row exclusive on tenants and operators, for a moment. Old code survives
-- it: it does not know the tables, and lets nobody in by them.

create table tenancy.support_settings (
  tenant_id uuid not null,
  scope text not null,
  minutes_max integer not null,
  days text[] not null,
  from_time text not null,
  to_time text not null,
  until timestamptz,
  consented_by text not null,
  updated_at timestamptz not null,
  constraint support_settings_pkey primary key (tenant_id),
  constraint support_settings_tenant_fkey foreign key (tenant_id) references tenancy.tenants (id) on delete cascade,
  constraint support_settings_scope_known check (scope in ('read', 'write'))
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
  requested_at timestamptz not null,
  expires_at timestamptz not null,
  decided_at timestamptz,
  decided_by text,
  is_declined boolean not null default false,
  is_standing boolean not null default false,
  ends_at timestamptz,
  ended_at timestamptz,
  ended_by text,
  constraint support_visits_pkey primary key (tenant_id, id),
  constraint support_visits_id_key unique (id),
  constraint support_visits_tenant_fkey foreign key (tenant_id) references tenancy.tenants (id) on delete cascade,
  constraint support_visits_operator_fkey foreign key (operator_id)
    references tenancy.operators (id) on delete cascade,
  constraint support_visits_scope_known check (scope in ('read', 'write')),
  constraint support_visits_decided_whole check ((decided_at is null) = (decided_by is null)),
  constraint support_visits_consented check (ends_at is null or (decided_at is not null and not is_declined))
);
create index support_visits_operator_idx on tenancy.support_visits (operator_id, id);
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
