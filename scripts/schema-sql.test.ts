import assert from "node:assert/strict";
import { test } from "node:test";
import pg from "pg";
import { ensureGroupRoles } from "../src/isolation/roles.ts";
import { testCluster, testDatabase } from "../test/support/db.ts";
import { readSchemaFile, renderSchema, renderSchemaFile, SCHEMA_MAJOR } from "./schema-sql.ts";

const { version } = await testCluster();
const skip = version !== SCHEMA_MAJOR && `it is what PostgreSQL ${SCHEMA_MAJOR} prints`;

test("sql/schema.sql is what the migrations make (npm run generate writes it)", { skip }, async () => {
  assert.equal(readSchemaFile(), await renderSchemaFile());
});

test("sql/schema.sql, run on an empty database, makes the same schema", { skip }, async () => {
  await using database = await testDatabase();
  const pool = new pg.Pool({ connectionString: database.url, max: 2 });
  try {
    await ensureGroupRoles(pool);
    await pool.query(readSchemaFile());

    assert.equal(await renderSchema(pool), readSchemaFile());
  } finally {
    await pool.end();
  }
});
