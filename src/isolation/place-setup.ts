import type pg from "pg";
import type { AdminPools } from "../db/databases.ts";
import { migrateSchema } from "../db/migrate.ts";
import { exec, maybe, one, query, quoteIdentifier } from "../db/sql.ts";
import type { Cells } from "../tenants/cells.ts";
import { placeName } from "./place-names.ts";
import { allowDatabase, ensureGroupRoles, ensureLoginRole, OWNER_ROLE, TENANT_ROLE } from "./roles.ts";

export const findDatabase = query<{ datname: string }>(
  "isolation.find_database",
  `select datname from pg_catalog.pg_database where datname = $1::text`,
);

/** Makes a database ready to hold tenants: group roles, our schema, and nobody else let in. */
export async function prepareDatabase(pool: pg.Pool): Promise<void> {
  await ensureGroupRoles(pool);
  await migrateSchema(pool, "place");
}

/** Prepares a cell's shared database and the login role that its tenants' statements run as. */
export async function prepareCell(cells: Cells, cell: string, role: string): Promise<void> {
  const admin = await cells.admin(cell);
  const database = await cells.sharedDatabase(cell);
  const pool = admin.pool(database);
  await prepareDatabase(pool);
  await ensureLoginRole(pool, await cells.appConnection(cell, database, role), {
    database,
    searchPath: "public, extensions",
  });
  // Again for a role that existed: this database may be new to it.
  await allowDatabase(pool, role, database, "public, extensions");
}

/** The schema of a schema-level tenant. Repeatable. */
export async function createSchemaPlace(pool: Pick<pg.ClientBase, "query">, tenantId: string): Promise<void> {
  const name = quoteIdentifier(placeName(tenantId));
  await pool.query(`
    create schema if not exists ${name} authorization ${OWNER_ROLE};
    grant usage on schema ${name} to ${TENANT_ROLE};
  `);
}

/** The database of a database-level tenant, with a login role of its own that may connect nowhere else. Repeatable. */
export async function createDatabasePlace(cells: Cells, cell: string, tenantId: string): Promise<void> {
  const admin = await cells.admin(cell);
  const name = placeName(tenantId);
  const pool = admin.pool();
  if (!(await maybe(pool, findDatabase, [name]))) {
    // template0: nobody is ever connected to it, and it carries nothing of anybody.
    await createDatabase(pool, name);
  }
  await prepareDatabasePlace(cells, cell, tenantId);
}

/** Our schema in a tenant's database, and its login role. Repeatable. */
export async function prepareDatabasePlace(cells: Cells, cell: string, tenantId: string): Promise<void> {
  const admin = await cells.admin(cell);
  const name = placeName(tenantId);
  await prepareDatabase(admin.pool(name));
  await ensureLoginRole(admin.pool(name), await cells.appConnection(cell, name, name), {
    database: name,
    searchPath: "public, extensions",
  });
}

async function createDatabase(pool: pg.Pool, name: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await pool.query(`create database ${quoteIdentifier(name)} template template0`);
      return;
    } catch (failure) {
      const { code } = failure as { code?: string };
      if (code === "42P04") return; // somebody else's run of the same step made it
      if (attempt >= 10 || code !== "55006") throw failure; // the template is being copied
      await new Promise((resolve) => setTimeout(resolve, 50 * attempt));
    }
  }
}

export async function dropSchemaPlace(pool: pg.Pool, tenantId: string): Promise<void> {
  // A schema of many tables needs many locks; the tables go one by one, so that the lock table holds them.
  await pool.query(`drop schema if exists ${quoteIdentifier(placeName(tenantId))} cascade`);
}

export async function dropDatabasePlace(admin: AdminPools, tenantId: string): Promise<void> {
  const name = placeName(tenantId);
  await admin.forget(name);
  await admin.pool().query(`drop database if exists ${quoteIdentifier(name)} with (force)`);
  await admin.pool().query(`drop role if exists ${quoteIdentifier(name)}`);
}

interface TableRow {
  name: string;
}

/** Tables that hold tenants' rows in a schema; children of partitions come through their parents. */
export const listTenantTables = query<TableRow>(
  "isolation.list_tenant_tables",
  `select format('%I.%I', n.nspname, c.relname) as name
   from pg_catalog.pg_class c
   join pg_catalog.pg_namespace n on n.oid = c.relnamespace
   join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
   where n.nspname not in ('tenancy', 'extensions', 'information_schema') and n.nspname not like 'pg\\_%' and n.nspname not like 't\\_%'
     and c.relkind in ('r', 'p') and not c.relispartition
   order by 1`,
);

const DELETE_BATCH = 5_000;

/**
 * Deletes a table-level tenant's rows, in batches, children first by trial: a table that others still refer to is
 * tried again in the next round. Returns the number of rows deleted. Repeatable.
 */
export async function deleteTenantRows(
  pool: pg.Pool,
  tenantId: string,
  tables: readonly string[],
): Promise<number> {
  let deleted = 0;
  let left = [...tables];
  while (left.length > 0) {
    const blocked: string[] = [];
    for (const table of left) {
      try {
        deleted += await deleteRows(pool, table, tenantId);
      } catch (failure) {
        if ((failure as { code?: string }).code !== "23503") throw failure;
        blocked.push(table);
      }
    }
    if (blocked.length === left.length) {
      // Only cycles are left: one transaction, with the foreign keys' triggers off for it alone.
      deleted += await deleteCycle(pool, blocked, tenantId);
      break;
    }
    left = blocked;
  }
  return deleted;
}

async function deleteRows(pool: pg.Pool, table: string, tenantId: string): Promise<number> {
  let total = 0;
  for (;;) {
    const { rowCount } = await pool.query({
      text: `delete from ${table} where (tableoid, ctid) in (select tableoid, ctid from ${table} where tenant_id = $1::uuid limit ${DELETE_BATCH})`,
      values: [tenantId],
    });
    total += rowCount ?? 0;
    if ((rowCount ?? 0) < DELETE_BATCH) return total;
  }
}

async function deleteCycle(pool: pg.Pool, tables: readonly string[], tenantId: string): Promise<number> {
  const client = await pool.connect();
  let total = 0;
  try {
    await client.query("begin; set local session_replication_role = replica");
    for (const table of tables) {
      const { rowCount } = await client.query(`delete from ${table} where tenant_id = $1::uuid`, [tenantId]);
      total += rowCount ?? 0;
    }
    await client.query("commit");
  } catch (failure) {
    await client.query("rollback");
    throw failure;
  } finally {
    client.release();
  }
  return total;
}

/** Rows of a tenant that are left in a shared database, over all its tables. */
export async function countTenantRows(
  pool: pg.Pool,
  tenantId: string,
  tables: readonly string[],
): Promise<number> {
  if (tables.length === 0) return 0;
  const counts = tables
    .map((table) => `(select count(*) from ${table} where tenant_id = $1::uuid)`)
    .join(" + ");
  const row = await one(pool, query<{ n: string }>("isolation.count_tenant_rows", `select ${counts} as n`), [
    tenantId,
  ]);
  return Number(row.n);
}

/** True when schema, database or role of the tenant still exist on the cell. */
export const countPlaceObjects = query<{ n: number }>(
  "isolation.count_place_objects",
  `select (select count(*) from pg_catalog.pg_namespace where nspname = $1::text)::int
        + (select count(*) from pg_catalog.pg_database where datname = $1::text)::int
        + (select count(*) from pg_catalog.pg_roles where rolname = $1::text)::int
        + (select count(*) from tenancy.seats where tenant_id = $2::uuid)::int
        + (select count(*) from tenancy.app_ledger where place in ($1::text, $2::text))::int as n`,
);

export const deleteLedgerOf = query(
  "isolation.delete_ledger_of",
  `delete from tenancy.app_ledger where place in ($1::text, $2::text)`,
);

export async function forgetLedger(pool: pg.Pool, tenantId: string): Promise<void> {
  await exec(pool, deleteLedgerOf, [placeName(tenantId), tenantId]);
}
