import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import type { NewTenant } from "../lifecycle/create-tenant.ts";
import type { Tenant } from "../lifecycle/tenant-manager.ts";
import { createTenancy, type Tenancy } from "../start.ts";
import { type AppMigrations, applyMigrations } from "./migrations.ts";

export interface TestTenancyOptions {
  /** A server on which databases and roles may be made and dropped. Default: an embedded PostgreSQL in a temporary folder. */
  readonly databaseUrl?: string;
  readonly migrations?: AppMigrations;
  readonly tenants?: readonly NewTenant[];
}

export interface TestTenancy {
  readonly tenancy: Tenancy;
  /** As asked for, in order. */
  readonly tenants: readonly Tenant[];
  /** Closes it and drops all that it made. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Login roles belong to a cluster and their passwords derive from the key, so that all tests of a cluster share it. */
const KEY = Buffer.alloc(32, 7).toString("base64");

/**
 * A platform for one test file: a database of its own, the app's migrations, tenants.
 *
 * @example
 * await using house = await openTestTenancy({
 *   migrations: { folder: "migrations", shared: ["genres"] },
 *   tenants: [{ name: "Aurora" }, { name: "Basement", isolation: "schema" }],
 * });
 */
export async function openTestTenancy(options: TestTenancyOptions = {}): Promise<TestTenancy> {
  const cwd = await mkdtemp(join(tmpdir(), "tenancy-test-"));
  const database = options.databaseUrl ? await createDatabase(options.databaseUrl) : undefined;
  const env = { TENANT_ENCRYPTION_KEY: KEY, ...(database ? { TENANT_DATABASE_URL: database.url } : {}) };
  const tenancy = await createTenancy({ env, cwd, background: false });
  const dispose = async () => {
    if (database) await dropOwnDatabases(tenancy);
    await tenancy.close();
    await database?.drop();
    await rm(cwd, { recursive: true, force: true });
  };
  try {
    if (options.migrations) await applyMigrations(tenancy, options.migrations);
    const tenants: Tenant[] = [];
    for (const tenant of options.tenants ?? []) tenants.push(await tenancy.tenants.create(tenant));
    return { tenancy, tenants, [Symbol.asyncDispose]: dispose };
  } catch (failure) {
    await dispose();
    throw failure;
  }
}

async function createDatabase(server: string): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `tenancy_test_${randomBytes(8).toString("hex")}`;
  await onServer(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => onServer(server, `drop database if exists ${name} with (force)`) };
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Databases and roles of database-level tenants outlive the test's own database. */
async function dropOwnDatabases({ internals }: Tenancy): Promise<void> {
  const { control, executor, cells } = internals;
  const { rows } = await control.query<{ name: string }>(
    "select database_name as name from tenancy.placements where level = 'database'",
  );
  for (const { name } of rows) {
    await executor.connections.forget("local", name);
    await cells.control.forget(name);
    await control.query(`drop database if exists ${pg.escapeIdentifier(name)} with (force)`);
    await control.query(`drop role if exists ${pg.escapeIdentifier(name)}`);
  }
}
