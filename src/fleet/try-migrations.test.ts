import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import pg from "pg";
import { call } from "../../test/support/api.ts";
import { STUDIO_SQL } from "../../test/support/house.ts";
import { type Platform, startPlatform } from "../../test/support/platform.ts";
import { ISOLATION_LEVELS } from "../tenants/tenant.ts";
import { type MigrationFile, previewMigrations, registerMigrations } from "./app-migrations.ts";
import { findPending } from "./migration-run.ts";
import { tryMigrations } from "./try-migrations.ts";

const first = { version: 1, name: "0001_studio.sql", sql: STUDIO_SQL };

let platform: Platform;
before(async () => {
  platform = await startPlatform({ background: false, consoleDir: null, sql: null });
  await platform.house.migrate([first]);
  for (const isolation of ISOLATION_LEVELS) {
    const { id } = await platform.tenancy.tenants.create({ name: `Try ${isolation}`, isolation });
    await platform.tenancy.data.run(id, (ctx) => ctx.table("tracks").insert({ title: "no genre" }));
  }
});
after(async () => {
  await platform[Symbol.asyncDispose]();
});

async function attempt(sql: string) {
  const { internals } = platform.tenancy;
  const files: MigrationFile[] = [first, { version: 2, name: "0002_try.sql", sql }];
  const { app } = await previewMigrations(internals.control, files, { shared: ["genres"] });
  const trials = await tryMigrations(internals, app, await findPending(internals, app));
  return trials.map(({ place, outcome, message }) => `${place} ${outcome}${message ? `: ${message}` : ""}`);
}

async function facts() {
  const { control } = platform.tenancy.internals;
  const { rows } = await control.query(
    `select (select count(*)::int from tenancy.app_ledger) as ledger,
       (select count(*)::int from pg_catalog.pg_namespace) as schemas,
       (select count(*)::int from pg_catalog.pg_attribute) as columns`,
  );
  return rows;
}

test("a dry run runs the SQL where a new tenant and own places would, and leaves nothing of it", async () => {
  const found = await facts();

  const trials = await attempt(
    "alter table tracks add column bpm int; update tracks set bpm = 120; create table labels (id int primary key);",
  );

  assert.deepEqual(trials, [
    "a new tenant works",
    "try-schema (schema) works",
    "try-database (database) works",
  ]);
  assert.deepEqual(await facts(), found);
});

test("SQL that the database refuses is told with its line, and rows that stand in its way with their tenant", async () => {
  const unknown = await attempt(
    "select 1;\nalter table tracks add column bpm int;\nalter table tracks alter column bpm type date using bpm::date;",
  );
  const inTheWay = await attempt("alter table tracks alter column genre_id set not null;");

  assert.deepEqual(
    unknown.map((trial) => trial.replace(/: .*?(0002)/, ": $1")),
    ["a new tenant", "try-schema (schema)", "try-database (database)"].map(
      (place) => `${place} fails: 0002_try.sql:3: cannot cast type integer to date`,
    ),
  );
  assert.deepEqual(inTheWay.slice(0, 2), [
    "a new tenant works",
    'try-schema (schema) fails: 0002_try.sql:1: column "genre_id" of relation "tracks" contains null values',
  ]);
});

test("tables that tenants share are not touched: a tenant at work holds no dry run up", async () => {
  await using blocker = await openSession(platform.house.url);
  await blocker.client.query("begin; lock table public.tracks in access exclusive mode");

  const trials = await attempt("alter table tracks add column bpm int;");

  assert.ok(
    trials.every((trial) => trial.endsWith("works")),
    trials.join(),
  );
});

test("where a table is in use, the dry run says that it does not know", async () => {
  const { tenants } = platform.tenancy;
  const schema = (await tenants.list({ level: "schema" }))[0]?.placement.schema as string;
  await using blocker = await openSession(platform.house.url);
  await blocker.client.query(`begin; lock table ${schema}.tracks in access exclusive mode`);

  const trials = await attempt("alter table tracks add column bpm int;");

  assert.deepEqual(trials, [
    "a new tenant works",
    "try-schema (schema) unknown: 0002_try.sql:1: canceling statement due to lock timeout",
    "try-database (database) works",
  ]);
});

test("a dry run over HTTP names the line that would fail, and changes nothing", async () => {
  const { control } = platform.tenancy.internals;
  const sql = "alter table tracks add column bpm int;\nupdate tracks set created_at = genre_id::date;";
  const bad = { version: 2, name: "0002_bad.sql", sql };
  await registerMigrations(control, [first, bad], { shared: ["genres"], by: { actor: "test" } });
  await platform.tenancy.internals.reloadApp();
  const found = await facts();

  const { status, body } = await call<{ status: string; failed: number; total: number; errors: object[] }>(
    platform,
    "POST",
    "/v1/migrations/runs",
    { body: { dryRun: true } },
  );

  assert.equal(status, 202);
  assert.deepEqual([body.status, body.failed], ["failed", 3]);
  assert.ok(body.total >= 3);
  assert.match(
    JSON.stringify(body.errors[1]),
    /try-schema.*0002_bad\.sql:2: cannot cast type integer to date/,
  );
  assert.deepEqual(await facts(), found);
  const run = await platform.house.migrate([first, bad]);
  assert.equal(run.errors[0]?.message, "0002_bad.sql:2: cannot cast type integer to date");
});

async function openSession(url: string) {
  const client = new pg.Client(url);
  await client.connect();
  return { client, [Symbol.asyncDispose]: () => client.end() };
}
