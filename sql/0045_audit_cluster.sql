-- The log remembers in which cluster its transaction ids count. Lock: access exclusive on audit_log, for a moment. Old
-- code survives it.

alter table tenancy.audit_log
  add column system_identifier text,
  add column moved_at timestamptz;
comment on column tenancy.audit_log.system_identifier is 'The cluster whose transactions `taken` counts; null: not looked at yet.';
comment on column tenancy.audit_log.moved_at is 'Since when nothing is taken, as the database was restored into another cluster and nobody has said yet that this is meant.';
