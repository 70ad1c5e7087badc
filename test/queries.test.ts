import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { AdminPools } from "../src/db/databases.ts";
import { migrateSchema } from "../src/db/migrate.ts";
import { prepareDatabase } from "../src/isolation/place-setup.ts";
import { testDatabase } from "./support/db.ts";

const SRC = fileURLToPath(new URL("../src/", import.meta.url));

interface Found {
  readonly name: string;
  readonly text: string;
  readonly at: string;
}

/** Every query that a module exports, also inside objects of queries. */
async function exportedQueries(): Promise<Found[]> {
  const found: Found[] = [];
  for (const file of (await readdir(SRC, { recursive: true })).sort()) {
    if (
      !file.endsWith(".ts") ||
      file.endsWith(".d.ts") ||
      /\.test(-d)?\.ts$/.test(file) ||
      file === "cli/main.ts"
    )
      continue;
    const module = (await import(pathToFileURL(join(SRC, file)).href)) as Record<string, unknown>;
    for (const [key, value] of Object.entries(module)) collect(value, `src/${file}: ${key}`, found, 0);
  }
  return found;
}

function collect(value: unknown, at: string, found: Found[], depth: number): void {
  if (typeof value !== "object" || value === null || depth > 2) return;
  const { name, text } = value as { name?: unknown; text?: unknown };
  if (typeof name === "string" && typeof text === "string" && name.includes("."))
    found.push({ name, text, at });
  else if (Object.getPrototypeOf(value) === Object.prototype) {
    for (const [key, inner] of Object.entries(value)) collect(inner, `${at}.${key}`, found, depth + 1);
  }
}

test("every query can be prepared on the migrated schema, and its name is its own", async () => {
  await using db = await testDatabase();
  const pools = new AdminPools(db.url);
  const pool = pools.pool();
  try {
    await prepareDatabase(pool);
    await migrateSchema(pool, "control");
    const queries = await exportedQueries();

    const names = new Map<string, string>();
    const faults: string[] = [];
    const client = await pool.connect();
    for (const { name, text, at } of queries) {
      if (names.has(name)) faults.push(`${at} and ${names.get(name)} share the name ${name}`);
      names.set(name, at);
      await client.query(`prepare q as ${text}`).then(
        () => client.query("deallocate q"),
        (error: Error) => faults.push(`${at}: ${error.message}`),
      );
    }

    client.release();
    assert.ok(queries.length > 60, `found only ${queries.length} queries`);
    assert.deepEqual(faults, []);
  } finally {
    await pools.close();
  }
});

test("every table and column of our schema has a comment", async () => {
  await using db = await testDatabase();
  const pools = new AdminPools(db.url);
  const pool = pools.pool();
  try {
    await prepareDatabase(pool);
    await migrateSchema(pool, "control");
    const { rows } = await pool.query<{ name: string }>(`
      select format('%s%s', c.oid::regclass, '.' || a.attname) as name
      from pg_class c
      join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where c.relnamespace = 'tenancy'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
        and (col_description(c.oid, a.attnum) is null or obj_description(c.oid, 'pg_class') is null)
      order by 1`);

    assert.deepEqual(
      rows.map((row) => row.name),
      [],
    );
  } finally {
    await pools.close();
  }
});
