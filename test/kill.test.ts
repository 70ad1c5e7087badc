import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { readMigrationFolder, registerMigrations } from "../src/fleet/app-migrations.ts";
import { findPending, resumeRun, startRun, workOnRun } from "../src/fleet/migration-run.ts";
import { createApiKey } from "../src/identity/api-keys.ts";
import { createTenancy, type Tenancy } from "../src/start.ts";
import { call } from "./support/api.ts";
import { STUDIO_SQL } from "./support/house.ts";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const WORKER = path("./support/kill-worker.ts");
const SERVER = path("../scripts/start.ts");
const CLI = path("../src/cli/main.ts");
const ROUNDS = Number(process.env["TENANCY_KILL_ROUNDS"] ?? 4);
const BY = { actor: "test" };

/** What dies first, by turns; everything else follows within 400 ms. */
const VICTIMS = ["server", "worker", "cli", "postgres"] as const;

interface Yard {
  readonly cwd: string;
  /** A line for each thing that somebody was told is done. */
  readonly acknowledged: string;
  readonly apiKey: string;
  readonly url: string;
}

test(`kill -9 of server, worker, CLI and PostgreSQL under load, ${ROUNDS} rounds: nothing acknowledged is lost, no tenant half made`, {
  timeout: 120_000 + ROUNDS * 60_000,
}, async () => {
  const cwd = mkdtempSync(join(tmpdir(), "tenancy-kill-"));
  // The database's own account must get at its folder below.
  chmodSync(cwd, 0o755);
  const children: ChildProcess[] = [];
  const spawnNode = (ready: RegExp | null, ...args: string[]) => {
    const child = spawn(process.execPath, args, {
      cwd,
      env: { PATH: process.env["PATH"] },
      stdio: ["ignore", "pipe", "pipe"],
    });
    children.push(child);
    return ready ? until(child, ready) : Promise.resolve(child);
  };
  try {
    const yard = await prepare(cwd);
    let seen = 0;
    for (let round = 1; round <= ROUNDS; round++) {
      // The server first: it brings PostgreSQL up, and takes up what the last round left.
      const server = await spawnNode(/Ctrl-C stops it/, SERVER, "--no-console");
      const worker = await spawnNode(/ready/, WORKER, cwd, yard.acknowledged);
      writeMigration(cwd, round);
      const cli = await spawnNode(null, CLI, "app", "migrate");
      const load = new AbortController();
      const requests = Promise.all([1, 2].map(() => createOverHttp(yard, load.signal)));
      await sleep(300 + Math.random() * 1_700);
      const victim = VICTIMS[round % VICTIMS.length];
      if (victim === "postgres") process.kill(postmasterPid(cwd), "SIGKILL");
      else ({ server, worker, cli })[victim as "server"].kill("SIGKILL");
      await sleep(Math.random() * 400);
      await Promise.all([server, worker, cli].map(end));
      load.abort();
      await requests;
      seen = await verify(yard, round);
    }
    assert.ok(seen > ROUNDS * 3, `only ${seen} things were acknowledged`);
  } finally {
    for (const child of children) child.kill("SIGKILL");
    rmSync(cwd, { recursive: true, force: true });
  }
});

async function prepare(cwd: string): Promise<Yard> {
  const port = await freePort();
  const config = { server: { port }, pool: { schemas: 1, databases: 1 }, app: { shared: ["genres"] } };
  writeFileSync(join(cwd, "tenancy.config.mjs"), `export default ${JSON.stringify(config)};\n`);
  mkdirSync(join(cwd, "migrations"));
  const marks =
    "create table marks (id bigint generated always as identity primary key, round int not null);";
  writeFileSync(join(cwd, "migrations/0001_studio.sql"), `${STUDIO_SQL}\n${marks}\n`);
  await using tenancy = await createTenancy({ cwd, env: {}, background: false });
  await migrateAll(tenancy, cwd);
  const { control, parts } = tenancy.internals;
  const { key } = await createApiKey({ pool: control, clock: parts.clock }, { name: "kill" }, BY);
  return { cwd, acknowledged: join(cwd, "acknowledged"), apiKey: key, url: `http://127.0.0.1:${port}` };
}

/** Structure and a row for each tenant: done twice, the row is there twice. */
function writeMigration(cwd: string, round: number): void {
  const name = `${String(round + 1).padStart(4, "0")}_round.sql`;
  const sql = `alter table tracks add column r${round} int; insert into marks (round) values (${round});\n`;
  writeFileSync(join(cwd, "migrations", name), sql);
}

async function migrateAll({ internals }: Tenancy, cwd: string): Promise<void> {
  const files = await readMigrationFolder(join(cwd, "migrations"));
  await registerMigrations(internals.control, files, { shared: ["genres"], by: BY });
  const app = await internals.reloadApp();
  await resumeRun(internals, app);
  if ((await findPending(internals, app)).length === 0) return;
  const run = await workOnRun(internals, app, (await startRun(internals, app, {}, BY)).id);
  assert.equal(run.status, "done", JSON.stringify(run.errors));
}

/** Asks the server for tenants until the round is over; what it answered with 201 must be there afterwards. */
async function createOverHttp(yard: Yard, signal: AbortSignal): Promise<void> {
  const levels = ["table", "schema", "database"];
  for (let n = 0; !signal.aborted; n++) {
    const body = { name: `Http ${Date.now()} ${n}`, isolation: levels[n % levels.length] };
    const answer = await call<{ id: string }>(yard, "POST", "/v1/tenants", { body }).catch(() => null);
    if (answer?.status === 201) appendFileSync(yard.acknowledged, `tenant ${answer.body.id}\n`);
    else await sleep(10);
  }
}

/** Starts again, lets unfinished work finish, and asks for everything that was acknowledged. */
async function verify({ cwd, acknowledged }: Yard, round: number): Promise<number> {
  await using tenancy = await createTenancy({ cwd, env: {}, background: false });
  await settle(tenancy);
  await migrateAll(tenancy, cwd);
  const rounds = Array.from({ length: round }, (_, i) => ({ round: i + 1, times: 1 }));
  const lines = readFileSync(acknowledged, "utf8").trim().split("\n").filter(Boolean);
  assert.deepEqual(
    lines.filter((line) => line.startsWith("crossed")),
    [],
  );

  const tenants = new Map((await all(tenancy)).map((tenant) => [tenant.id, tenant]));
  const rows = new Map<string, string[]>();
  for (const line of lines) {
    const [kind, id, row] = line.split(" ") as [string, string, string | undefined];
    assert.equal(tenants.get(id)?.status, "active", `round ${round}: acknowledged ${line}`);
    if (kind === "row" && row) rows.set(id, [...(rows.get(id) ?? []), row]);
  }
  for (const tenant of tenants.values()) {
    await tenancy.data.run(tenant.id, async (ctx) => {
      const found = await ctx.query({
        text: "select t.id::text, t.title, m.name from tracks t left join mixes m on m.track_id = t.id",
      });
      const ids = new Set(found.rows.map((row: { id: string }) => row.id));
      for (const id of rows.get(tenant.id) ?? [])
        assert.ok(ids.has(id), `round ${round}: row ${id} of ${tenant.id} is gone`);
      for (const row of found.rows as { title: string; name: string | null }[]) {
        assert.equal(row.title, tenant.id, "a row of another tenant");
        assert.notEqual(row.name, null, "half a transaction");
      }
      const marks = await ctx.query({
        text: "select round, count(*)::int as times from marks group by round order by round",
      });
      assert.deepEqual(marks.rows, rounds, `round ${round}: migrations of ${tenant.id}`);
    });
  }
  return lines.length;
}

async function settle(tenancy: Tenancy): Promise<void> {
  const { control, workflows } = tenancy.internals;
  for (let i = 0; i < 400; i++) {
    await workflows.runDue();
    const { rowCount } = await control.query(
      "select 1 from tenancy.workflows where status in ('running', 'undoing')",
    );
    if (rowCount === 0) break;
    await sleep(25);
  }
  const { rows } = await control.query<{ half: number }>(
    "select count(*)::int as half from tenancy.tenants where status not in ('active', 'erased')",
  );
  assert.equal(rows[0]?.half, 0, "a tenant is half made");
}

async function all(tenancy: Tenancy) {
  const { rows } = await tenancy.internals.control.query<{ id: string; status: string }>(
    "select id, status from tenancy.tenants where status <> 'erased'",
  );
  return rows;
}

async function until(child: ChildProcess, ready: RegExp): Promise<ChildProcess> {
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      said += chunk;
      if (ready.test(said)) child.emit("ready");
    });
  }
  await Promise.race([once(child, "ready"), once(child, "exit")]);
  assert.match(said, ready, "a process did not start");
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, "close");
  return port;
}

function postmasterPid(cwd: string): number {
  return Number(readFileSync(join(cwd, ".tenancy", "pgdata", "postmaster.pid"), "utf8").split("\n")[0]);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
