import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { verifyLive } from "../src/audit/verify-live.ts";
import { isTenancyError } from "../src/base/errors.ts";
import { connectionConfig } from "../src/db/url.ts";
import { registerMigrations } from "../src/fleet/app-migrations.ts";
import { startRun, workOnRun } from "../src/fleet/migration-run.ts";
import { hashSeat, seatContext } from "../src/isolation/seat.ts";
import { RootKey } from "../src/keys/derive.ts";
import { createTenancy, type Tenancy } from "../src/start.ts";
import { cellContext } from "../src/tenants/cells.ts";
import { ISOLATION_LEVELS } from "../src/tenants/tenant.ts";
import { runCli, startCli } from "./support/cli.ts";
import { type TestDatabase, testDatabase } from "./support/db.ts";
import { TEST_KEY } from "./support/house.ts";

const SQL = `
create table letters (id int primary key, body text not null);
comment on column letters.body is '@sealed';
`;
/** That of the installation, that it is changed to, and a stranger. */
let [current, next] = [TEST_KEY, Buffer.alloc(32, 8).toString("base64")];
const strange = Buffer.alloc(32, 9).toString("base64");
const BY = { actor: "test" };

let db: TestDatabase;
let otherDb: TestDatabase;
let cwd: string;
const envOf = (key: string, former?: string) => ({
  TENANT_DATABASE_URL: db.url,
  TENANT_ENCRYPTION_KEY: key,
  TENANT_STORAGE_URL: `file://${cwd}/storage`,
  ...(former && { TENANT_FORMER_ENCRYPTION_KEY: former }),
});
const open = (key: string) => createTenancy({ env: envOf(key), cwd, background: false });
const change = (to: string, from: string) =>
  runCli(["encryption", "change-key", "--yes", "--json"], { cwd, env: envOf(to, from) });
const refusal = (code: string) => (error: unknown) => isTenancyError(error, code);

before(async () => {
  db = await testDatabase();
  cwd = mkdtempSync(join(tmpdir(), "tenancy-key-change-"));
  await using tenancy = await open(current);
  const { internals } = tenancy;
  const files = [{ version: 1, name: "0001_letters.sql", sql: SQL }];
  await registerMigrations(internals.control, files, { shared: [], by: BY });
  const app = await internals.reloadApp();
  await workOnRun(internals, app, (await startRun(internals, app, {}, BY)).id);
  for (const isolation of ISOLATION_LEVELS) {
    const { id, slug } = await tenancy.tenants.create({ name: `Of ${isolation}`, isolation });
    await tenancy.data.run(id, async (ctx) => {
      await ctx.table("letters").insert({ id: 1, body: `Dear ${slug}` });
      await ctx.storage.put("letter.txt", Buffer.from(`File of ${slug}`));
    });
  }
  otherDb = await testDatabase();
  await internals.control.query(
    `insert into tenancy.cells (key, region, name, status, sealed_url)
     select 'other', region, 'Other', 'open', $1 from tenancy.cells where key = 'local'`,
    [internals.rootKey.seal(cellContext("other"), otherDb.url)],
  );
  const shut = await tenancy.tenants.create({ name: "Shut" });
  await (await tenancy.tenants.get(shut.id)).suspend("test");
});

after(async () => {
  const pool = new pg.Pool({ connectionString: db.url, max: 1 });
  const { rows } = await pool.query<{ name: string }>(
    "select database_name as name from tenancy.placements where level = 'database'",
  );
  for (const { name } of rows) {
    await pool.query(`drop database if exists "${name}" with (force)`);
    await pool.query(`drop role if exists "${name}"`);
  }
  await pool.end();
  await otherDb[Symbol.asyncDispose]();
  await db[Symbol.asyncDispose]();
  rmSync(cwd, { recursive: true, force: true });
});

async function assertWhole(tenancy: Tenancy): Promise<void> {
  for (const { id, slug, status } of await tenancy.tenants.list({ limit: 10 })) {
    if (status !== "active") {
      await assert.rejects(tenancy.data.context(id), refusal("tenant.suspended"));
      continue;
    }
    await tenancy.data.run(id, async (ctx) => {
      assert.deepEqual(await ctx.table("letters").findAll(), [{ id: 1, body: `Dear ${slug}` }]);
      assert.equal((await ctx.storage.getBytes("letter.txt")).toString(), `File of ${slug}`);
    });
  }
  assert.equal((await tenancy.internals.cells.admin("other")).url, otherDb.url);
  await tenancy.internals.audit.sequencer.run();
  const { faults } = await verifyLive(tenancy.internals.control, tenancy.internals.audit.signer);
  assert.deepEqual(faults, []);
}

test("after a change of the root key all opens with the new one, and nothing with the former", async () => {
  {
    await using tenancy = await open(current);
    await assertWhole(tenancy);
    assert.match((await change(next, current)).stderr, /installation\.in_use/);
  }
  assert.match((await change(next, strange)).stderr, /installation\.wrong_key/);

  const done = await change(next, current);

  assert.equal(done.code, 0, done.stderr);
  assert.deepEqual(JSON.parse(done.stdout), { databases: 3, seats: 3, wrappingKeys: 3 });
  await assert.rejects(open(current), refusal("installation.wrong_key"));
  await using tenancy = await open(next);
  await assertWhole(tenancy);
  assert.deepEqual(await seatsOf(tenancy, current), [0, 0, 0]);
  assert.deepEqual(await seatsOf(tenancy, next), [1, 1, 1]);
  assert.deepEqual(await loginsOf(tenancy, current), [false, false]);
  assert.deepEqual(await loginsOf(tenancy, next), [true, true]);
  assert.equal((await tenancy.internals.encryption.sums()).kept_elsewhere, 0);
  [current, next] = [next, current];
});

test("a change of the root key that is killed at any moment is taken up, and nobody serves until it is finished", async () => {
  for (let round = 0; round < 6; round++) {
    const { child, ended } = startCli(["encryption", "change-key", "--yes"], {
      cwd,
      env: envOf(next, current),
    });
    setTimeout(() => child.kill("SIGKILL"), 400 + round * 120);
    await ended;
    await allGone();
    const state = await stateOf(next);
    assert.ok(STATES.includes(state), state);

    const done = await change(next, current);

    assert.equal(done.code, 0, done.stderr);
    [current, next] = [next, current];
    await using tenancy = await open(current);
    await assertWhole(tenancy);
  }
});

/** After a kill: not begun, begun, or finished. */
const STATES = ["installation.wrong_key", "installation.key_change_unfinished", "whole"];

/** Whether the login roles of the shared database and of a tenant's own are let in with passwords of this key. */
async function loginsOf({ internals }: Tenancy, key: string): Promise<boolean[]> {
  const { control, parts } = internals;
  const rootKey = new RootKey(Buffer.from(key, "base64"));
  const { rows } = await control.query<{ name: string }>(
    "select database_name as name from tenancy.placements where level = 'database'",
  );
  const own = rows[0]?.name ?? "";
  const logins: boolean[] = [];
  for (const [database, user] of [
    [db.name, parts.role],
    [own, own],
  ] as const) {
    const client = new pg.Client(
      connectionConfig(db.url, { database, user, password: rootKey.password(user) }),
    );
    client.on("error", () => undefined);
    logins.push(
      await client.connect().then(
        () => true,
        () => false,
      ),
    );
    await client.end().catch(() => undefined);
  }
  return logins;
}

/** How many seats of each placed tenant are of this key. */
async function seatsOf({ internals }: Tenancy, key: string): Promise<number[]> {
  const { control, cells } = internals;
  const rootKey = new RootKey(Buffer.from(key, "base64"));
  const { rows } = await control.query<{ id: string; database: string; epoch: string }>(
    `select p.tenant_id as id, p.database_name as database, p.epoch
     from tenancy.placements p join tenancy.tenants t on t.id = p.tenant_id where t.status = 'active'`,
  );
  const counts: number[] = [];
  for (const { id, database, epoch } of rows) {
    const hash = hashSeat(seatContext(rootKey, id, Number(epoch)));
    const seats = "select 1 from tenancy.seats where seat_hash = $1";
    counts.push((await cells.control.pool(database).query(seats, [hash])).rowCount ?? 0);
  }
  return counts;
}

async function stateOf(key: string): Promise<string> {
  try {
    await using _ = await open(key);
    return "whole";
  } catch (failure) {
    return (failure as { code?: string }).code ?? String(failure);
  }
}

/** PostgreSQL notices the end of a killed process a moment later. */
async function allGone(): Promise<void> {
  const pool = new pg.Pool({ connectionString: db.url, max: 1 });
  const others =
    "select 1 from pg_stat_activity where application_name like 'tenancy%' and datname = current_database()";
  while ((await pool.query(others)).rowCount !== 0) await sleep(20);
  await pool.end();
}
