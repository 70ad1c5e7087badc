import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { registerMigrations } from "../src/fleet/app-migrations.ts";
import { startRun, workOnRun } from "../src/fleet/migration-run.ts";
import { createTenancy, type Tenancy } from "../src/start.ts";
import { STUDIO_SQL } from "./support/house.ts";

const WORKER = fileURLToPath(new URL("./support/kill-worker.ts", import.meta.url));
const ROUNDS = Number(process.env["TENANCY_KILL_ROUNDS"] ?? 3);

test(`kill -9 of processes and of PostgreSQL under load, ${ROUNDS} rounds: nothing acknowledged is lost, no tenant half made`, async () => {
  const cwd = mkdtempSync(join(tmpdir(), "tenancy-kill-"));
  // The database's own account must get at its folder below.
  chmodSync(cwd, 0o755);
  const acknowledged = join(cwd, "acknowledged");
  const children: ChildProcess[] = [];
  try {
    await prepare(cwd);
    let seen = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const workers = [spawnWorker(cwd, acknowledged), spawnWorker(cwd, acknowledged)];
      children.push(...workers);
      await Promise.all(workers.map(ready));
      await sleep(300 + Math.random() * 1_200);
      const victim = round % 3;
      if (victim === 2) process.kill(postmasterPid(cwd), "SIGKILL");
      else workers[victim]?.kill("SIGKILL");
      await sleep(Math.random() * 400);
      for (const worker of workers) worker.kill("SIGKILL");
      await Promise.all(
        workers.map(
          (worker) => worker.exitCode === null && worker.signalCode === null && once(worker, "exit"),
        ),
      );
      seen = await verify(cwd, acknowledged, round);
    }
    assert.ok(seen > ROUNDS * 3, `only ${seen} things were acknowledged`);
  } finally {
    for (const child of children) child.kill("SIGKILL");
    rmSync(cwd, { recursive: true, force: true });
  }
});

async function prepare(cwd: string): Promise<void> {
  await using tenancy = await createTenancy({ cwd, env: {}, background: false });
  const { internals } = tenancy;
  const files = [{ version: 1, name: "0001_studio.sql", sql: STUDIO_SQL }];
  await registerMigrations(internals.control, files, { shared: ["genres"], by: { actor: "test" } });
  const app = await internals.reloadApp();
  const run = await startRun(internals, app, {}, { actor: "test" });
  await workOnRun(internals, app, run.id);
}

/** Starts again, lets unfinished work finish, and asks for everything that was acknowledged. */
async function verify(cwd: string, acknowledged: string, round: number): Promise<number> {
  await using tenancy = await createTenancy({ cwd, env: {}, background: false });
  await settle(tenancy);
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

function spawnWorker(cwd: string, acknowledged: string): ChildProcess {
  return spawn(process.execPath, [WORKER, cwd, acknowledged], { stdio: ["ignore", "pipe", "inherit"] });
}

async function ready(worker: ChildProcess): Promise<void> {
  const [chunk] = (await Promise.race([
    once(worker.stdout as NodeJS.ReadableStream, "data"),
    once(worker, "exit"),
  ])) as [unknown];
  assert.match(String(chunk), /ready/, "a worker did not start");
}

function postmasterPid(cwd: string): number {
  return Number(readFileSync(join(cwd, ".tenancy", "pgdata", "postmaster.pid"), "utf8").split("\n")[0]);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
