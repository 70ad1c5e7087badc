import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type MigrationFile, registerMigrations } from "../../src/fleet/app-migrations.ts";
import { startRun, workOnRun } from "../../src/fleet/migration-run.ts";
import type { MigrationRunRow } from "../../src/fleet/store.ts";
import { createTenancy, type Tenancy, type TenancyOptions } from "../../src/start.ts";
import { testDatabase } from "./db.ts";

/** The same key in every test, since login roles of one cluster have passwords that derive from it. */
export const TEST_KEY = Buffer.alloc(32, 7).toString("base64");

/** A small music app: reference table, keys in a chain, a check, a unique name. */
export const STUDIO_SQL = `
create table genres (id int primary key, name text not null unique);
insert into genres (id, name) values (1, 'jazz'), (2, 'rock'), (3, 'ambient');
create table tracks (
  id bigint generated always as identity primary key,
  title text not null,
  genre_id int references genres (id),
  duration_ms int check (duration_ms > 0),
  created_at timestamptz not null default now()
);
create table mixes (
  id bigint generated always as identity primary key,
  track_id bigint not null references tracks (id) on delete cascade,
  name text not null unique
);
create index on tracks (title);
`;

export interface House {
  readonly tenancy: Tenancy;
  readonly url: string;
  /** Environment of a process that joins this house. */
  readonly env: Record<string, string>;
  readonly cwd: string;
  migrate(
    files: readonly MigrationFile[],
    options?: { canary?: number; errorBudget?: number },
  ): Promise<MigrationRunRow>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A platform on a database of its own, with the studio app unless told otherwise. */
export async function openHouse(
  options: Partial<TenancyOptions> & {
    sql?: string | null;
    shared?: readonly string[];
    /** Text of tenancy.config.ts. */
    configFile?: string;
  } = {},
): Promise<House> {
  const { sql = STUDIO_SQL, shared = ["genres"], configFile, ...rest } = options;
  const db = await testDatabase();
  const cwd = mkdtempSync(join(tmpdir(), "tenancy-house-"));
  if (configFile) writeFileSync(join(cwd, "tenancy.config.ts"), configFile);
  const env = {
    TENANT_DATABASE_URL: db.url,
    TENANT_ENCRYPTION_KEY: TEST_KEY,
    TENANT_STORAGE_URL: `file://${cwd}/storage`,
  };
  const tenancy = await createTenancy({ env, cwd, background: false, ...rest });
  const migrate = async (files: readonly MigrationFile[], runOptions = {}) => {
    const { internals } = tenancy;
    await registerMigrations(internals.control, files, { shared, by: { actor: "test" } });
    const app = await internals.reloadApp();
    const run = await startRun(internals, app, runOptions, { actor: "test" });
    return workOnRun(internals, app, run.id);
  };
  if (sql !== null) await migrate([{ version: 1, name: "0001_studio.sql", sql }]);
  return {
    tenancy,
    url: db.url,
    env,
    cwd,
    migrate,
    [Symbol.asyncDispose]: async () => {
      await dropOwnDatabases(tenancy);
      await tenancy.close();
      await db[Symbol.asyncDispose]();
      rmSync(cwd, { recursive: true, force: true });
    },
  };
}

/** Databases and roles of database-level tenants outlive the test database, so they are dropped by name. */
async function dropOwnDatabases(tenancy: Tenancy): Promise<void> {
  const { control, executor } = tenancy.internals;
  const { rows } = await control.query<{ name: string }>(`
    select database_name as name from tenancy.placements where level = 'database'
    union select 't_' || replace(tenant_id::text, '-', '') from tenancy.warm_places where level = 'database'`);
  for (const { name } of rows) {
    await executor.connections.forget("local", name);
    await tenancy.internals.cells.control.forget(name);
    await control.query(`drop database if exists "${name}" with (force)`);
    await control.query(`drop role if exists "${name}"`).catch(() => undefined);
  }
}
