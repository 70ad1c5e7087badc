-- Sealed with the studio's own keys before it reaches the database, and found again by equal values.

alter table collaborators add column email text;
comment on column collaborators.email is '@sealed search: where we write to';
