import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import pg from "pg";
import { testCluster } from "../../test/support/db.ts";
import { applyMigrations } from "./migrations.ts";
import { openTestTenancy } from "./testing.ts";

test("a test's platform has its migrations and tenants, takes new ones, and leaves nothing behind", async () => {
  const { url: databaseUrl } = await testCluster();
  const folder = await mkdtemp(join(tmpdir(), "migrations-"));
  await writeFile(join(folder, "0001_notes.sql"), "create table notes (id int primary key, text text);");
  const server = new pg.Client(databaseUrl);
  await server.connect();
  const names = async () => {
    const { rows } = await server.query("select datname as name from pg_database where datname = any($1)", [
      made,
    ]);
    return rows.length;
  };
  let made: unknown[] = [];
  {
    await using house = await openTestTenancy({
      databaseUrl,
      migrations: { folder },
      tenants: [
        { name: "Aurora" },
        { name: "Basement", isolation: "schema" },
        { name: "Meridian", isolation: "database" },
      ],
    });
    made = house.tenants.map((tenant) => tenant.record.placement.database);
    for (const { id } of house.tenants) {
      await using ctx = await house.tenancy.data.context(id);
      assert.equal((await ctx.table("notes").insert({ id: 1, text: id }))["text"], id);
    }
    await writeFile(
      join(folder, "0002_more.sql"),
      "alter table notes add column done boolean not null default false;",
    );
    assert.deepEqual(await applyMigrations(house.tenancy, { folder }), ["0002_more.sql"]);
    assert.deepEqual(await applyMigrations(house.tenancy, { folder }), []);
    for (const { id } of house.tenants) {
      await using ctx = await house.tenancy.data.context(id);
      assert.equal((await ctx.table("notes").findById(1))?.["done"], false);
    }
    assert.equal(await names(), 2);
  }

  assert.equal(await names(), 0);
  await server.end();
  await rm(folder, { recursive: true });
});
