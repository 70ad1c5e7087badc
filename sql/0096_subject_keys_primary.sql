-- Subject keys have a primary key again: without one, whoever replicates them logically can update and delete none.
-- Lock: access exclusive on subject_keys, for the time of an index of one row per person. Old code survives it.

alter table tenancy.subject_keys
  drop constraint subject_keys_id_key,
  add constraint subject_keys_pkey primary key (id);
