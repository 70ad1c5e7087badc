-- Recovery of accounts that lost every second factor. Lock: access exclusive on sign_in_rules, for a moment; the rest are
-- new tables. Old code survives it: what is added has defaults.

alter table tenancy.sign_in_rules
  add column recovery_hours integer not null default 24,
  add column recovery_by_operators boolean not null default true,
  add constraint sign_in_rules_recovery_hours check (recovery_hours between 12 and 336);
comment on column tenancy.sign_in_rules.recovery_hours is 'So long an approved recovery waits before the person can come back.';
comment on column tenancy.sign_in_rules.recovery_by_operators is 'Staff may give one of the two approvals; false: members alone.';

create table tenancy.recoveries (
  id uuid not null,
  user_id uuid not null,
  status text not null default 'asked',
  device text not null,
  ip text not null,
  sealed_seed bytea,
  asked_at timestamptz not null,
  approved_at timestamptz,
  ready_at timestamptz,
  expires_at timestamptz not null,
  ended_at timestamptz,
  ended_by text,
  constraint recoveries_pkey primary key (id),
  constraint recoveries_user_fkey foreign key (user_id) references tenancy.users (id) on delete cascade,
  constraint recoveries_status_known check (status in ('asked', 'approved', 'ready', 'completed', 'cancelled', 'expired')),
  constraint recoveries_waited check (status = 'asked' or ended_at is not null or ready_at is not null)
);
create unique index recoveries_open_key on tenancy.recoveries (user_id) where status in ('asked', 'approved', 'ready');
create index recoveries_ended_idx on tenancy.recoveries (ended_at) where ended_at is not null;
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

create table tenancy.recovery_approvals (
  tenant_id uuid,
  recovery_id uuid not null,
  approver_id uuid not null,
  approved_at timestamptz not null,
  constraint recovery_approvals_pkey primary key (recovery_id, approver_id),
  constraint recovery_approvals_tenant_fkey foreign key (tenant_id) references tenancy.tenants (id) on delete cascade,
  constraint recovery_approvals_recovery_fkey foreign key (recovery_id) references tenancy.recoveries (id) on delete cascade
);
create index recovery_approvals_tenant_idx on tenancy.recovery_approvals (tenant_id) where tenant_id is not null;
comment on table tenancy.recovery_approvals is 'Who approved a recovery: each person once.';
comment on column tenancy.recovery_approvals.tenant_id is 'The tenant that the approver spoke for; null: the approver is an operator.';
comment on column tenancy.recovery_approvals.recovery_id is 'What was approved.';
comment on column tenancy.recovery_approvals.approver_id is 'The user, or the operator.';
comment on column tenancy.recovery_approvals.approved_at is 'When.';

create table tenancy.recovery_links (
  token_hash bytea not null,
  recovery_id uuid not null,
  kind text not null,
  constraint recovery_links_pkey primary key (token_hash),
  constraint recovery_links_recovery_fkey foreign key (recovery_id) references tenancy.recoveries (id) on delete cascade,
  constraint recovery_links_kind_known check (kind in ('cancel', 'complete'))
);
create index recovery_links_recovery_idx on tenancy.recovery_links (recovery_id);
comment on table tenancy.recovery_links is 'Links in the mails about a recovery; they end with it.';
comment on column tenancy.recovery_links.token_hash is 'SHA-256 of the token in the mail.';
comment on column tenancy.recovery_links.recovery_id is 'Which one.';
comment on column tenancy.recovery_links.kind is 'cancel ends it, complete lets the person enrol anew.';
