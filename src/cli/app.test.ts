import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { answerOf, runCli, startCli } from "../../test/support/cli.ts";
import { type House, openHouse } from "../../test/support/house.ts";

const TRACKS =
  "create table tracks (id bigint generated always as identity primary key, title text not null);\n";
const MORE = "alter table tracks add column genre text;\ninsert into tracks (title) values ('made by 2');\n";
const WAIT_MS = 60_000;

let house: House;
let folder: string;
before(async () => {
  house = await openHouse({ sql: null });
});
after(async () => {
  await house[Symbol.asyncDispose]();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tenancy-app-"));
  return () => rmSync(folder, { recursive: true, force: true });
});

const cli = (...args: string[]) => runCli(args, house);
const files = (entries: Record<string, string>) => {
  for (const [name, sql] of Object.entries(entries)) writeFileSync(join(folder, name), sql);
};

async function until(what: string, isTrue: () => Promise<boolean>): Promise<void> {
  const deadlineMs = Date.now() + WAIT_MS;
  while (!(await isTrue())) {
    assert.ok(Date.now() < deadlineMs, `Waited in vain until ${what}`);
    await sleep(50);
  }
}

async function placesAt(version: number): Promise<number> {
  const { rows } = await house.tenancy.internals.control.query(
    "select count(*)::int as n from tenancy.app_ledger where version = $1",
    [version],
  );
  return rows[0].n;
}

/** Keeps one schema's tracks to itself, so that a run cannot get past that place. */
async function hold(schema: string): Promise<{ release(): Promise<void> }> {
  const client = new pg.Client(house.url);
  await client.connect();
  await client.query(`begin; lock table "${schema}".tracks in access exclusive mode`);
  return {
    release: async () => {
      await client.query("rollback");
      await client.end();
    },
  };
}

test("a folder is registered and applied, a second run has nothing to do, and kill -9 in the middle loses nothing", async () => {
  files({ "0001_tracks.sql": TRACKS });
  const preview = answerOf(await cli("app", "migrate", "--folder", folder, "--dry-run", "--json"));
  assert.deepEqual(preview.wouldAdd, ["0001_tracks.sql"]);
  assert.equal(answerOf(await cli("app", "status", "--json")).migrations.length, 0);
  const first = await cli("app", "migrate", "--folder", folder);
  assert.equal(first.code, 0, first.stderr);
  assert.match(
    first.stderr,
    /Registered 0001_tracks\.sql\.\nMigrating: .*\nDone: \d+ places are at version 1\.\n$/,
  );
  const second = await cli("app", "migrate", "--folder", folder);
  assert.equal(second.stderr, "Nothing to do: every place is at version 1.\n");
  const { tenants } = house.tenancy;
  const made = [];
  for (let i = 0; i < 5; i++) made.push(await tenants.create({ name: `Place ${i}`, isolation: "schema" }));
  files({ "0002_more.sql": MORE });
  const held = await hold(made[3]?.record.placement.schema ?? "");

  const killed = startCli(["app", "migrate", "--folder", folder, "--concurrency", "1"], house);
  await until("three places are done", async () => (await placesAt(2)) >= 3);
  killed.child.kill("SIGKILL");
  await killed.ended;
  const midway = answerOf(await cli("app", "status", "--json"));
  await held.release();
  const resumed = await cli("app", "migrate", "--folder", folder);

  assert.equal(midway.runs[0].status, "running");
  assert.ok(midway.migrations[1].places.pending >= 2);
  assert.equal(resumed.code, 0, resumed.stderr);
  assert.match(resumed.stderr, /^Going on with run [0-9a-f-]{36}\.\n/);
  assert.match(resumed.stderr, /Done: \d+ places are at version 2\.\n$/);
  for (const tenant of made) {
    await house.tenancy.data.run(tenant.id, async (ctx) =>
      assert.equal(await ctx.table("tracks").count(), 1),
    );
  }
  const status = answerOf(await cli("app", "status", "--json"));
  assert.deepEqual(
    status.migrations.map((m: { places: { pending: number } }) => m.places.pending),
    [0, 0],
  );
});

test("a dry run tries the SQL, names the line that fails, and refuses it as wrong input", async () => {
  files({
    "0001_tracks.sql": TRACKS,
    "0002_more.sql": MORE,
    "0003_bad.sql": "select 1;\nupdate tracks set genre = title::date;\n",
  });

  const { code, stderr } = await cli("app", "migrate", "--folder", folder, "--dry-run");

  assert.equal(code, 2);
  assert.match(stderr, /Tried for a new tenant and rolled back: fails: 0003_bad\.sql:2: /);
  assert.match(stderr, /place-0 \(schema\): 0003_bad\.sql:2: /);
  assert.equal(answerOf(await cli("app", "status", "--json")).migrations.length, 2);
});

test("Ctrl-C ends the place at hand, says how to go on, and the next run does", async () => {
  files({
    "0001_tracks.sql": TRACKS,
    "0002_more.sql": MORE,
    "0003_third.sql": "alter table tracks add column bpm int;\n",
  });
  const { rows } = await house.tenancy.internals.control.query(
    "select schema_name from tenancy.placements where level = 'schema' order by tenant_id offset 2 limit 1",
  );
  const held = await hold(rows[0].schema_name);
  const { child, ended } = startCli(["app", "migrate", "--folder", folder, "--concurrency", "1"], house);
  await until("a place is done", async () => (await placesAt(3)) >= 2);

  child.kill("SIGINT");
  await held.release();
  const interrupted = await ended;
  const next = await cli("app", "migrate", "--folder", folder);

  assert.equal(interrupted.code, 130);
  assert.match(
    interrupted.stderr,
    /error: Interrupted\.\n {2}\d of \d+ places are done and stay so; `tenancy app migrate` goes on with the rest\.\n$/,
  );
  assert.equal(next.code, 0, next.stderr);
});

test("a migration that was registered stays as it is", async () => {
  files({ "0001_tracks.sql": `${TRACKS}-- changed\n`, "0002_more.sql": MORE });
  const changed = await cli("app", "migrate", "--folder", folder);
  const missing = await cli("app", "migrate", "--folder", join(folder, "none"));
  files({ "2nd.sql": "select 1;" });
  const misnamed = await cli("app", "migrate", "--folder", folder);

  assert.equal(changed.code, 4);
  assert.match(
    changed.stderr,
    /^error: Migration 0001_tracks\.sql differs from the one that was registered\.\n/,
  );
  assert.equal(missing.code, 3);
  assert.equal(misnamed.code, 2);
});

test("a refused statement is told with file and line, and nothing is registered", async () => {
  files({ "0001_tracks.sql": TRACKS, "0009_bad.sql": "\n\ncreate materialized view v as select 1;\n" });

  const ran = await cli("app", "migrate", "--folder", folder, "--json");

  assert.equal(ran.code, 2);
  const { error } = JSON.parse(ran.stderr);
  assert.equal(error.code, "adopt.refused");
  assert.equal(error.problems[0].path, "0009_bad.sql:3");
});

test("drift is named and ends with 1; without it the end is 0", async () => {
  const clean = await cli("app", "drift");
  const tenant = await house.tenancy.tenants.create({ name: "Drifter", isolation: "schema" });
  await house.tenancy.internals.control.query(
    `alter table "${tenant.record.placement.schema}".tracks add column extra int`,
  );

  const drifted = await cli("app", "drift");

  assert.equal(clean.code, 0, clean.stderr);
  assert.equal(drifted.code, 1);
  assert.match(drifted.stdout, /^drifter \(schema\)\n {2}column tracks\.extra integer is not expected\n$/);
});

test("types go to stdout or into a file", async () => {
  const file = join(folder, "tables.gen.ts");
  const printed = await cli("app", "types");
  const written = await cli("app", "types", "--out", file);
  mkdirSync(join(folder, "sub"));
  const refused = await cli("app", "types", "--out", join(folder, "sub"));

  assert.match(printed.stdout, /export interface Tracks \{\n/);
  assert.equal(written.stdout, "");
  assert.equal(readFileSync(file, "utf8"), printed.stdout);
  assert.equal(refused.code, 2);
});

test("stop ends a run whose process died, and is content when there is none", async () => {
  const { control } = house.tenancy.internals;
  await control.query(
    "insert into tenancy.migration_runs (id, to_version, actor) values (gen_random_uuid(), 3, 'dead')",
  );

  const stopped = answerOf(await cli("app", "stop", "--json"));
  const none = await cli("app", "stop");

  assert.equal(stopped.run.status, "stopped");
  assert.equal(none.code, 0);
  assert.equal(none.stderr, "No migration run is at work.\n");
});
