-- App migrations over the fleet, and isolation proofs. Lock: none, new tables.

create table tenancy.app_migrations (
  version integer not null,
  name text not null,
  checksum text not null,
  source text not null,
  statements jsonb not null,
  model jsonb not null,
  created_at timestamptz not null default now(),
  constraint app_migrations_pkey primary key (version)
);
comment on table tenancy.app_migrations is 'The app''s migrations, as adopted.';
comment on column tenancy.app_migrations.version is 'Number of the file name.';
comment on column tenancy.app_migrations.name is 'File name.';
comment on column tenancy.app_migrations.checksum is 'SHA-256 of the source.';
comment on column tenancy.app_migrations.source is 'The file, as the app''s developers wrote it.';
comment on column tenancy.app_migrations.statements is 'What adopt made of it: scope and SQL.';
comment on column tenancy.app_migrations.model is 'The app schema after it.';
comment on column tenancy.app_migrations.created_at is 'When it was first registered.';

create table tenancy.migration_runs (
  id uuid not null,
  status text not null default 'running',
  to_version integer not null,
  wave text,
  total integer not null default 0,
  done integer not null default 0,
  failed integer not null default 0,
  errors jsonb not null default '[]',
  options jsonb not null default '{}',
  stop_requested boolean not null default false,
  actor text not null,
  started_at timestamptz not null default now(),
  finished_at timestamptz,
  constraint migration_runs_pkey primary key (id),
  constraint migration_runs_status_known check (status in ('running', 'done', 'stopped', 'failed'))
);
create unique index migration_runs_one_running_key on tenancy.migration_runs ((true)) where status = 'running';
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

create table tenancy.proofs (
  id uuid not null,
  tenant_id uuid,
  status text not null default 'running',
  attempts jsonb not null default '[]',
  counts jsonb not null default '{"tried": 0, "refused": 0, "nothing": 0, "crossed": 0}',
  error text,
  actor text not null,
  started_at timestamptz not null default now(),
  finished_at timestamptz,
  constraint proofs_pkey primary key (id),
  constraint proofs_status_known check (status in ('running', 'held', 'crossed', 'failed'))
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
