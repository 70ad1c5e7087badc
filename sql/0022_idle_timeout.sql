-- How long a tenant's transaction may wait for its own next statement, by plan.
-- Lock: ACCESS EXCLUSIVE on tenancy.plans for an instant (a constant default rewrites nothing). Old code survives it.

alter table tenancy.plans add column idle_timeout_ms integer not null default 30000;
alter table tenancy.plans add constraint plans_idle_timeout_range check (idle_timeout_ms between 100 and 3600000);
comment on column tenancy.plans.idle_timeout_ms is 'Longest wait of a transaction for its next statement; then it is rolled back.';
update tenancy.plans set idle_timeout_ms = 60000 where key = 'enterprise';
