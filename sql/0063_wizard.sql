-- What set-up screens show: whose words a connection was set up by, and why a renewal failed. Lock: ACCESS EXCLUSIVE on
-- both tables, for a moment, new columns without a default. Old code survives it.

alter table tenancy.sso_connections
  add column provider text,
  add constraint sso_connections_provider_known check (provider in ('entra', 'okta', 'google', 'keycloak'));
comment on column tenancy.sso_connections.provider is 'Whose words the set-up uses; null: those of no product. It changes nothing about the sign-in.';

alter table tenancy.integrations add column failure text;
comment on column tenancy.integrations.failure is 'Why the last renewal failed, in the service''s words; null: it did not.';
