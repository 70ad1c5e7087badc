-- What a tenant demands of a sign-in. Lock: none, a new table. Old code survives it.

create table tenancy.sign_in_rules (
  tenant_id uuid not null,
  mfa_required boolean not null,
  updated_at timestamptz not null,
  constraint sign_in_rules_pkey primary key (tenant_id),
  constraint sign_in_rules_tenant_fkey foreign key (tenant_id) references tenancy.tenants (id) on delete cascade
);
comment on table tenancy.sign_in_rules is 'What tenants demand of the sessions of their members; without a row, what the platform does.';
comment on column tenancy.sign_in_rules.tenant_id is 'The tenant.';
comment on column tenancy.sign_in_rules.mfa_required is 'A second factor must have been used in the session.';
comment on column tenancy.sign_in_rules.updated_at is 'Last change.';
