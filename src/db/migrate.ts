import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type pg from "pg";

const SQL_DIR = fileURLToPath(new URL("../../sql/", import.meta.url));
const FILE = /^(\d{4})_([a-z0-9_]+)\.sql$/;

interface Migration {
  readonly number: number;
  readonly file: string;
  readonly text: string;
}

/** `place`: what each database that holds tenants needs. `control`: the catalogue, on top, once. */
export type MigrationSet = "place" | "control";

/**
 * Brings our own schema to the newest migration. Concurrent callers wait for each other; each file is one
 * transaction with its row in `tenancy.migrations`, so a crash leaves it applied whole or not at all.
 */
export async function migrateSchema(pool: pg.Pool, set: MigrationSet): Promise<number> {
  const migrations = await readMigrations(set);
  const client = await pool.connect();
  let applied = 0;
  try {
    await client.query("begin");
    // One migrator per database at a time; the lock ends with this transaction.
    await client.query("select pg_advisory_xact_lock(hashtextextended('tenancy.migrate', 7))");
    await client.query(`
      create schema if not exists tenancy;
      create table if not exists tenancy.migrations (
        set text not null,
        number integer not null,
        file text not null,
        applied_at timestamptz not null default now(),
        constraint migrations_pkey primary key (set, number)
      );
      comment on table tenancy.migrations is 'Migrations of Tenancy''s own schema that ran here.';
      comment on column tenancy.migrations.set is 'place or control.';
      comment on column tenancy.migrations.number is 'Number of the file.';
      comment on column tenancy.migrations.file is 'File name.';
      comment on column tenancy.migrations.applied_at is 'When it committed.';
    `);
    const { rows } = await client.query<{ number: number }>(
      "select number from tenancy.migrations where set = $1 order by number",
      [set],
    );
    const done = new Set(rows.map((row) => row.number));
    for (const migration of migrations) {
      if (done.has(migration.number)) continue;
      await client.query(migration.text);
      await client.query("insert into tenancy.migrations (set, number, file) values ($1, $2, $3)", [
        set,
        migration.number,
        migration.file,
      ]);
      applied += 1;
    }
    await closeFunctions(client);
    await client.query("commit");
    return applied;
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}

/**
 * Tenants reach our schema for their seat and their locks. PostgreSQL lets everybody run a new function, so whatever a
 * migration makes is closed to all but those that it names. Looked for each time: nothing to do costs one query.
 */
async function closeFunctions(client: pg.PoolClient): Promise<void> {
  const { rows } = await client.query<{ function: string }>(`
    select p.oid::regprocedure::text as function from pg_catalog.pg_proc p
    where p.pronamespace = 'tenancy'::regnamespace
      and exists (select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a where a.grantee = 0)`);
  for (const row of rows) await client.query(`revoke all on routine ${row.function} from public`);
}

async function readMigrations(set: MigrationSet): Promise<Migration[]> {
  const dir = set === "place" ? `${SQL_DIR}place/` : SQL_DIR;
  const found: Migration[] = [];
  for (const file of (await readdir(dir)).sort()) {
    const match = FILE.exec(file);
    if (match) found.push({ number: Number(match[1]), file, text: await readFile(`${dir}${file}`, "utf8") });
  }
  return found;
}
