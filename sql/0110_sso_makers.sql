-- Who made a connection: it speaks for people, and may outlive its maker's access.
-- Lock: access exclusive on sso_connections, for a moment: a nullable column without a default. Old code survives it.

alter table tenancy.sso_connections add column created_by text;
comment on column tenancy.sso_connections.created_by is 'Actor who made it; null: made before this was kept.';
