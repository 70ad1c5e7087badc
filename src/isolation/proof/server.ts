import { identifier, literal, type Party, type Try } from "./attempt.ts";

/** What one server shares between tenants besides their rows. */
export function serverTries(attacker: Party, victim: Party, catalogue: readonly string[]): Try[] {
  return [
    ...platformTries(catalogue),
    ...channelTries(victim),
    ...fileTries(),
    ...creationTries(victim),
    ...placeTries(attacker, victim),
  ];
}

const refused = (way: string, target: string, ...statements: string[]): Try => ({
  way,
  target,
  claim: "refused",
  statements,
});

/** Tenancy's own tables, and PostgreSQL's that hold secrets or values. */
function platformTries(catalogue: readonly string[]): Try[] {
  const hidden = [
    "pg_catalog.pg_authid",
    "pg_catalog.pg_shadow",
    "pg_catalog.pg_statistic",
    "pg_catalog.pg_statistic_ext_data",
    "pg_catalog.pg_largeobject",
    "pg_catalog.pg_user_mapping",
    "pg_catalog.pg_subscription",
  ];
  return [
    ...hidden.map((name) => refused("catalogue", name, `select * from ${name} limit 1`)),
    ...catalogue.flatMap((name) => [
      refused("catalogue", name, `select * from ${name} limit 1`),
      refused("catalogue", name, `delete from ${name}`),
    ]),
    refused(
      "catalogue",
      "tenancy.seats",
      "insert into tenancy.seats (seat_hash, tenant_id, epoch) values ('\\x00', gen_random_uuid(), 1)",
    ),
    refused("catalogue", "tenancy", "create table tenancy.proof (id int)"),
  ];
}

/** Ways to see, disturb or tell other sessions. */
function channelTries(victim: Party): Try[] {
  return [
    refused(
      "activity",
      "pg_stat_activity",
      "select query from pg_catalog.pg_stat_activity where pid <> pg_backend_pid() and query <> '<insufficient privilege>' limit 1",
    ),
    refused(
      "activity",
      "pg_stat_get_activity",
      "select query from pg_catalog.pg_stat_get_activity(null) where pid <> pg_backend_pid() limit 1",
    ),
    refused(
      "activity",
      "pg_stat_get_backend_activity",
      "select pg_catalog.pg_stat_get_backend_activity(b) from pg_catalog.generate_series(1, 100) b",
    ),
    refused("activity", "pg_locks", "select * from pg_catalog.pg_locks limit 1"),
    refused("activity", "pg_prepared_statements", "select statement from pg_catalog.pg_prepared_statements"),
    refused("activity", "pg_cursors", "select statement from pg_catalog.pg_cursors"),
    refused("signal", "pg_cancel_backend", "select pg_catalog.pg_cancel_backend(0)"),
    refused("signal", "pg_terminate_backend", "select pg_catalog.pg_terminate_backend(0)"),
    ...[
      "lo_create(0)",
      "lo_creat(-1)",
      "lo_from_bytea(0, 'x')",
      "lo_get(0)",
      "lo_put(0, 0, 'x')",
      "lo_open(0, 393216)",
      "lo_unlink(0)",
      "lo_import('/etc/hostname')",
      "lo_export(0, '/tmp/x')",
      "loread(0, 1)",
      "lowrite(0, 'x')",
    ].map((call) => refused("large_object", call, `select pg_catalog.${call}`)),
    ...[
      "pg_advisory_lock(1)",
      "pg_advisory_lock_shared(1)",
      "pg_try_advisory_lock(1)",
      "pg_advisory_xact_lock(1)",
      "pg_try_advisory_xact_lock(1, 2)",
      "pg_advisory_unlock_all()",
    ].map((call) => refused("advisory_lock", call, `select pg_catalog.${call}`)),
    refused(
      "wal_message",
      "pg_logical_emit_message",
      "select pg_catalog.pg_logical_emit_message(true, 'tenancy', 'x')",
    ),
    refused(
      "wal_message",
      "pg_create_logical_replication_slot",
      "select pg_catalog.pg_create_logical_replication_slot('tenancy_proof', 'pgoutput')",
    ),
    refused("function", "tenancy.lock_key", `select tenancy.lock_key(${literal(victim.tenantId)})`),
  ];
}

function fileTries(): Try[] {
  return [
    refused("file", "pg_read_file", "select pg_catalog.pg_read_file('PG_VERSION')"),
    refused("file", "pg_ls_dir", "select pg_catalog.pg_ls_dir('.')"),
    refused("file", "pg_stat_file", "select pg_catalog.pg_stat_file('PG_VERSION')"),
    refused("file", "pg_ls_logdir", "select pg_catalog.pg_ls_logdir()"),
    refused(
      "file",
      "copy from file",
      "create temp table tenancy_proof (line text)",
      "copy tenancy_proof from '/etc/hostname'",
    ),
    refused("file", "copy to program", "copy (select 1) to program 'true'"),
    refused("file", "pg_hba_file_rules", "select * from pg_catalog.pg_hba_file_rules"),
    refused("file", "data_directory", "select current_setting('data_directory')"),
    refused("file", "alter system", "alter system set row_security = off"),
    refused("file", "pg_reload_conf", "select pg_catalog.pg_reload_conf()"),
  ];
}

/** Nothing of one's own can be made, so nothing can be left for others to trip over. */
function creationTries(victim: Party): Try[] {
  const schema = identifier(victim.schema);
  return [
    refused("temp", "table", "create temp table tenancy_proof (id int)"),
    refused("temp", "view", "create temp view tenancy_proof as select 1"),
    refused(
      "temp",
      "function",
      "create function pg_temp.tenancy_proof() returns int language sql as 'select 1'",
    ),
    refused("temp", "select into", "select 1 as id into temp tenancy_proof"),
    refused("create", "table", `create table ${schema}.tenancy_proof (id int)`),
    refused("create", "table in extensions", "create table extensions.tenancy_proof (id int)"),
    refused(
      "create",
      "function",
      `create function ${schema}.tenancy_proof() returns int language sql as 'select 1'`,
    ),
    refused(
      "create",
      "operator",
      `create operator ${schema}.=== (function = pg_catalog.texteq, leftarg = text, rightarg = text)`,
    ),
    refused("create", "schema", "create schema tenancy_proof"),
    refused("create", "extension", "create extension hstore"),
    refused("create", "extension", "create extension dblink"),
    refused("create", "server", "create server tenancy_proof foreign data wrapper postgres_fdw"),
    refused("create", "publication", "create publication tenancy_proof"),
    refused(
      "create",
      "subscription",
      "create subscription tenancy_proof connection 'dbname=postgres' publication x with (connect = false)",
    ),
    refused(
      "create",
      "event trigger",
      "create event trigger tenancy_proof on ddl_command_end execute function pg_catalog.unique_key_recheck()",
    ),
    refused("create", "untrusted language", "create language plpython3u"),
    refused("create", "in DO", `do $$ begin create table ${schema}.tenancy_proof (id int); end $$`),
    refused("create", "load", "load 'auto_explain'"),
  ];
}

/** The victim's place by name, from another one. */
function placeTries(attacker: Party, victim: Party): Try[] {
  if (attacker.database === victim.database) return [];
  return [
    refused(
      "place",
      `${victim.database}.${victim.schema}`,
      `select * from ${identifier(victim.database)}.${identifier(victim.schema)}.tracks`,
    ),
  ];
}
