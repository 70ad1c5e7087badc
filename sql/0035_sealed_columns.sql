-- How far columns that are sealed while they have rows have come. Lock: none, a new table. Old code survives it: it
-- seals no columns.

create table tenancy.sealed_columns (
  id text not null,
  stage text not null,
  since timestamptz not null default now(),
  constraint sealed_columns_pkey primary key (id),
  constraint sealed_columns_stage_check check (stage in ('readable', 'sealing', 'sealed'))
);
comment on table tenancy.sealed_columns is 'Columns of the app that are sealed while they have rows, from the moment on that all places have their storage.';
comment on column tenancy.sealed_columns.id is 'Table and column as they were called when the column was declared sealed.';
comment on column tenancy.sealed_columns.stage is 'readable: values are read plain or sealed; sealing: and written sealed; sealed: no plain value is left, nor admitted.';
comment on column tenancy.sealed_columns.since is 'When it came to this stage; every process has heard of it before the next.';
