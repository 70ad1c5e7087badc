-- The catalogue: who the tenants are and where they live. Lock: none, new tables. Old code survives it.

create table tenancy.installation (
  id uuid not null,
  key_check bytea not null,
  created_at timestamptz not null default now(),
  constraint installation_pkey primary key (id)
);
comment on table tenancy.installation is 'One row: which installation this is. Names its login role.';
comment on column tenancy.installation.id is 'Drawn at the first start.';
comment on column tenancy.installation.key_check is 'Derived from TENANT_ENCRYPTION_KEY: a process with another key is refused before it does harm.';
comment on column tenancy.installation.created_at is 'When it was first started.';

create table tenancy.regions (
  key text not null,
  name text not null,
  constraint regions_pkey primary key (key),
  constraint regions_key_form check (key ~ '^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$')
);
comment on table tenancy.regions is 'Where cells stand; a tenant has one home region.';
comment on column tenancy.regions.key is 'Such as eu-west.';
comment on column tenancy.regions.name is 'For people.';

create table tenancy.cells (
  key text not null,
  region text not null,
  name text not null,
  status text not null default 'open',
  sealed_url bytea,
  created_at timestamptz not null default now(),
  constraint cells_pkey primary key (key),
  constraint cells_region_fkey foreign key (region) references tenancy.regions (key),
  constraint cells_status_known check (status in ('open', 'closed')),
  constraint cells_key_form check (key ~ '^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$')
);
comment on table tenancy.cells is 'PostgreSQL clusters that hold tenants.';
comment on column tenancy.cells.key is 'Such as local, or eu-west-1.';
comment on column tenancy.cells.region is 'The region it stands in.';
comment on column tenancy.cells.name is 'For people.';
comment on column tenancy.cells.status is 'open takes new tenants; closed serves those it has.';
comment on column tenancy.cells.sealed_url is 'Admin connection URL, sealed with TENANT_ENCRYPTION_KEY; null for the control database itself.';
comment on column tenancy.cells.created_at is 'When it was added.';

create table tenancy.plans (
  key text not null,
  name text not null,
  features text[] not null default '{}',
  limits jsonb not null default '{}',
  statement_timeout_ms integer not null default 30000,
  position integer not null default 0,
  constraint plans_pkey primary key (key),
  constraint plans_timeout_positive check (statement_timeout_ms between 100 and 3600000)
);
comment on table tenancy.plans is 'Bundles of features and limits. Prices come with billing.';
comment on column tenancy.plans.key is 'Such as premium.';
comment on column tenancy.plans.name is 'For people.';
comment on column tenancy.plans.features is 'Feature keys that the plan includes.';
comment on column tenancy.plans.limits is 'maxApiCallsPerHour, maxStorageGb, maxConcurrentUsers, maxUsers.';
comment on column tenancy.plans.statement_timeout_ms is 'Longest statement of a tenant on this plan.';
comment on column tenancy.plans.position is 'Order in lists, smallest plan first.';

create table tenancy.tenants (
  id uuid not null,
  slug text,
  name text not null,
  status text not null,
  plan text not null,
  region text not null,
  features text[] not null default '{}',
  limits jsonb not null default '{}',
  suspended_reason text,
  suspended_at timestamptz,
  deletion_requested_at timestamptz,
  erase_after timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint tenants_pkey primary key (id),
  constraint tenants_slug_key unique (slug),
  constraint tenants_slug_form check (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  constraint tenants_slug_present check (slug is not null or status = 'erased'),
  constraint tenants_status_known check (status in ('provisioning', 'active', 'suspended', 'moving', 'deleting', 'erasing', 'erased')),
  constraint tenants_suspension_whole check ((suspended_at is null) = (suspended_reason is null)),
  constraint tenants_deletion_whole check ((deletion_requested_at is null) = (erase_after is null)),
  constraint tenants_plan_fkey foreign key (plan) references tenancy.plans (key),
  constraint tenants_region_fkey foreign key (region) references tenancy.regions (key)
);
create index tenants_created_idx on tenancy.tenants (created_at desc, id desc);
create index tenants_name_idx on tenancy.tenants (lower(name), id);
create index tenants_erase_idx on tenancy.tenants (erase_after) where erase_after is not null;
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

create table tenancy.domains (
  ascii text not null,
  tenant_id uuid not null,
  domain text not null,
  is_primary boolean not null default false,
  created_at timestamptz not null default now(),
  constraint domains_pkey primary key (ascii),
  constraint domains_tenant_fkey foreign key (tenant_id) references tenancy.tenants (id) on delete cascade
);
create index domains_tenant_idx on tenancy.domains (tenant_id);
create unique index domains_primary_key on tenancy.domains (tenant_id) where is_primary;
comment on table tenancy.domains is 'Host names that lead to a tenant.';
comment on column tenancy.domains.ascii is 'As DNS has it: A-labels, lower case, no trailing dot.';
comment on column tenancy.domains.tenant_id is 'Whose it is.';
comment on column tenancy.domains.domain is 'As people read it: U-labels.';
comment on column tenancy.domains.is_primary is 'The one to link to.';
comment on column tenancy.domains.created_at is 'When it was added.';

create table tenancy.placements (
  tenant_id uuid not null,
  cell text not null,
  level text not null,
  database_name text not null,
  schema_name text not null,
  epoch bigint not null default 1,
  updated_at timestamptz not null default now(),
  constraint placements_pkey primary key (tenant_id),
  constraint placements_tenant_fkey foreign key (tenant_id) references tenancy.tenants (id),
  constraint placements_cell_fkey foreign key (cell) references tenancy.cells (key),
  constraint placements_level_known check (level in ('table', 'schema', 'database')),
  constraint placements_epoch_positive check (epoch > 0)
);
create index placements_cell_idx on tenancy.placements (cell, level);
comment on table tenancy.placements is 'Which cell, database and schema hold a tenant.';
comment on column tenancy.placements.tenant_id is 'The tenant.';
comment on column tenancy.placements.cell is 'The cell.';
comment on column tenancy.placements.level is 'Isolation level: table, schema or database.';
comment on column tenancy.placements.database_name is 'Database on that cell; made from the tenant''s id, never from user text.';
comment on column tenancy.placements.schema_name is 'Schema in that database; `public` but at schema level.';
comment on column tenancy.placements.epoch is 'Grows at each change; the seat token is drawn from it.';
comment on column tenancy.placements.updated_at is 'Last change.';

create table tenancy.warm_places (
  tenant_id uuid not null,
  cell text not null,
  level text not null,
  app_version integer not null,
  status text not null default 'preparing',
  created_at timestamptz not null default now(),
  constraint warm_places_pkey primary key (tenant_id),
  constraint warm_places_cell_fkey foreign key (cell) references tenancy.cells (key),
  constraint warm_places_level_known check (level in ('schema', 'database')),
  constraint warm_places_status_known check (status in ('preparing', 'ready'))
);
create index warm_places_ready_idx on tenancy.warm_places (cell, level, status);
comment on table tenancy.warm_places is 'Prepared places that wait for a tenant; the tenant takes their id.';
comment on column tenancy.warm_places.tenant_id is 'Id that the tenant will have.';
comment on column tenancy.warm_places.cell is 'Where it was prepared.';
comment on column tenancy.warm_places.level is 'schema or database.';
comment on column tenancy.warm_places.app_version is 'App migration that it stands at.';
comment on column tenancy.warm_places.status is 'preparing or ready.';
comment on column tenancy.warm_places.created_at is 'When it was prepared.';

create table tenancy.workflows (
  id uuid not null,
  kind text not null,
  tenant_id uuid not null,
  input jsonb not null default '{}',
  status text not null default 'running',
  steps jsonb not null,
  attempts integer not null default 0,
  error text,
  actor text not null,
  run_after timestamptz not null default now(),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint workflows_pkey primary key (id),
  constraint workflows_status_known check (status in ('running', 'undoing', 'done', 'failed', 'undone'))
);
create unique index workflows_one_per_tenant_key on tenancy.workflows (tenant_id) where status in ('running', 'undoing');
create index workflows_due_idx on tenancy.workflows (run_after) where status in ('running', 'undoing');
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

create table tenancy.events (
  id uuid not null,
  at timestamptz not null default clock_timestamp(),
  actor text not null,
  action text not null,
  tenant_id uuid,
  detail jsonb not null default '{}',
  request_id text,
  constraint events_pkey primary key (id)
);
create index events_tenant_idx on tenancy.events (tenant_id, id desc);
comment on table tenancy.events is 'Audit trail: who did what, written in the transaction of the change itself.';
comment on column tenancy.events.id is 'UUID version 7: sorts by time.';
comment on column tenancy.events.at is 'When.';
comment on column tenancy.events.actor is 'operator:…, key:…, cli:…, system:…';
comment on column tenancy.events.action is 'Past tense, such as tenant.suspended.';
comment on column tenancy.events.tenant_id is 'The tenant it is about, if any. No foreign key: the trail outlives the tenant.';
comment on column tenancy.events.detail is 'What changed; never secrets.';
comment on column tenancy.events.request_id is 'The request that caused it.';

create table tenancy.stored_objects (
  tenant_id uuid not null,
  path text not null,
  size_bytes bigint not null,
  status text not null default 'writing',
  content_type text,
  updated_at timestamptz not null default now(),
  constraint stored_objects_pkey primary key (tenant_id, path),
  constraint stored_objects_tenant_fkey foreign key (tenant_id) references tenancy.tenants (id) on delete cascade,
  constraint stored_objects_size_positive check (size_bytes >= 0),
  constraint stored_objects_status_known check (status in ('writing', 'stored', 'removing'))
);
comment on table tenancy.stored_objects is 'Files of a tenant: quota is counted and erasure is proved against it.';
comment on column tenancy.stored_objects.tenant_id is 'Whose file.';
comment on column tenancy.stored_objects.path is 'Path within the tenant''s folder.';
comment on column tenancy.stored_objects.size_bytes is 'Size; reserved while writing.';
comment on column tenancy.stored_objects.status is 'writing, stored or removing; a crash leaves writing or removing, which a sweep settles.';
comment on column tenancy.stored_objects.content_type is 'Media type, if told.';
comment on column tenancy.stored_objects.updated_at is 'Last change.';

insert into tenancy.regions (key, name) values ('local', 'Local');
insert into tenancy.cells (key, region, name) values ('local', 'local', 'Local cell');
insert into tenancy.plans (key, name, features, limits, statement_timeout_ms, position) values
  ('freemium', 'Freemium', '{}', '{"maxApiCallsPerHour": 1000, "maxStorageGb": 1, "maxConcurrentUsers": 5, "maxUsers": 5}', 10000, 1),
  ('premium', 'Premium', '{ai_mixing,collaboration,analytics}', '{"maxApiCallsPerHour": 100000, "maxStorageGb": 100, "maxConcurrentUsers": 100, "maxUsers": 100}', 30000, 2),
  ('enterprise', 'Enterprise', '{ai_mixing,collaboration,analytics,sso,audit_export}', '{"maxApiCallsPerHour": 10000000, "maxStorageGb": 10000, "maxConcurrentUsers": 10000}', 60000, 3);
