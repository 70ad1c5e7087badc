-- Tenants made for an isolation proof, so that they are erased even when the proof dies. Lock: none, new table.

create table tenancy.proof_canaries (
  slug text not null,
  proof_id uuid not null,
  constraint proof_canaries_pkey primary key (slug),
  constraint proof_canaries_proof_fkey foreign key (proof_id) references tenancy.proofs (id) on delete cascade
);
create index proof_canaries_proof_idx on tenancy.proof_canaries (proof_id);
create index proofs_running_idx on tenancy.proofs (started_at) where status = 'running';
comment on table tenancy.proof_canaries is 'Tenants made for an isolation proof. The row is written before the tenant is, and goes after it.';
comment on column tenancy.proof_canaries.slug is 'Slug of the tenant, with 64 random bits in it.';
comment on column tenancy.proof_canaries.proof_id is 'The proof it was made for.';
