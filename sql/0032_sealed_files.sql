-- Files are sealed, each with a key of its own. Lock: access exclusive for a moment, two columns without default. Old
-- code survives it, and reads what it wrote itself; what new code wrote it gives out sealed.

alter table tenancy.stored_objects add column write_id uuid;
alter table tenancy.stored_objects add column sealed_key bytea;
alter table tenancy.stored_objects
  add constraint stored_objects_sealed_whole check ((write_id is null) = (sealed_key is null));
comment on column tenancy.stored_objects.write_id is 'The write that made the file, as the file''s header says; null for a file from before files were sealed.';
comment on column tenancy.stored_objects.sealed_key is 'The file''s key, sealed under the tenant''s.';
