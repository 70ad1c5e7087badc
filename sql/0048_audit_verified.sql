-- When the log was last verified against its own database, for the overview of posture. Lock: access exclusive on
-- audit_log, for a moment. Old code survives it: it names the columns that it reads.

alter table tenancy.audit_log
  add column verified_at timestamptz,
  add column verified_faults integer;
comment on column tenancy.audit_log.verified_at is 'When the log was last verified in its own database; null: never.';
comment on column tenancy.audit_log.verified_faults is 'Faults that the verification found.';
