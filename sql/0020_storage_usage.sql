-- What each tenant stores, counted in one row so that a quota is checked by one update. Lock: none, a new table.
-- Old code survives it.

create table tenancy.storage_usage (
  tenant_id uuid not null,
  used_bytes bigint not null default 0,
  constraint storage_usage_pkey primary key (tenant_id),
  constraint storage_usage_tenant_fkey foreign key (tenant_id) references tenancy.tenants (id) on delete cascade,
  constraint storage_usage_positive check (used_bytes >= 0)
);
comment on table tenancy.storage_usage is 'Sum of size_bytes of a tenant''s stored_objects, kept in the same transactions.';
comment on column tenancy.storage_usage.tenant_id is 'The tenant.';
comment on column tenancy.storage_usage.used_bytes is 'Bytes stored and reserved by writes under way.';
