import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { keepAudit } from "../src/audit/retention.ts";
import { verifyLive } from "../src/audit/verify-live.ts";
import { createApiKey } from "../src/identity/api-keys.ts";
import { type House, openHouse } from "./support/house.ts";

const SERVER = fileURLToPath(new URL("./support/audited-server.ts", import.meta.url));
const ROUNDS = Number(process.env["TENANCY_KILL_ROUNDS"] ?? 4);
const READERS = 24;
const WRITERS = 6;
/** Reads that are answered before the end may come. */
const WARM = 50;
const BY = { actor: "test" };

let house: House;
let key: string;
before(async () => {
  house = await openHouse({ sql: null });
  await house.tenancy.tenants.create({ name: "Killed", slug: "killed-audit" });
  key = (await createApiKey(house.tenancy.internals.identity.parts, { name: "load" }, BY)).key;
});
after(async () => {
  await house[Symbol.asyncDispose]();
});

async function startServer(): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [SERVER], {
    env: { PATH: process.env["PATH"], ...house.env },
    cwd: house.cwd,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return { child, url: line.toString().trim() };
}

/** Ids of requests that were answered whole. */
interface Answered {
  readonly reads: string[];
  readonly writes: string[];
}

/** Asks until the server is gone. */
async function load(url: string, round: number, { reads, writes }: Answered): Promise<void> {
  const ask = async (path: string, into: string[], body?: object) => {
    const response = await fetch(`${url}${path}`, {
      method: body ? "POST" : "GET",
      headers: { authorization: `Bearer ${key}`, ...(body && { "content-type": "application/json" }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    assert.ok(response.status < 300 || response.status === 429, text);
    into.push(response.headers.get("x-request-id") ?? "none");
  };
  const untilGone = async (work: (n: number) => Promise<void>) => {
    for (let n = 0; ; n++) {
      const failure = await work(n).then(
        () => null,
        (error: Error) => error,
      );
      if (failure instanceof assert.AssertionError) throw failure;
      if (failure) return;
    }
  };
  await Promise.all([
    ...Array.from({ length: READERS }, () => untilGone(() => ask("/v1/tenants/killed-audit", reads))),
    ...Array.from({ length: WRITERS }, (_, writer) =>
      untilGone((n) => ask("/v1/api-keys", writes, { name: `load ${round} ${writer} ${n}` })),
    ),
  ]);
}

/** Of these requests those without a record. */
async function unrecorded(requestIds: readonly string[]): Promise<string[]> {
  const { rows } = await house.tenancy.internals.control.query<{ request_id: string }>(
    "select distinct request_id from tenancy.audit_records where request_id = any($1::text[])",
    [requestIds],
  );
  const known = new Set(rows.map((row) => row.request_id));
  return requestIds.filter((id) => !known.has(id));
}

/** The last server that died may hold the lock of the upkeep for a moment yet. */
async function tellLost(): Promise<number> {
  const { control } = house.tenancy.internals;
  for (let tries = 0; ; tries++) {
    await keepAudit(control, new Date(), 365);
    const { rows } = await control.query<{ lost: number; open: number }>(
      `select count(*) filter (where lost_at is not null)::int as lost,
         count(*) filter (where stopped_at is null and lost_at is null)::int as open
       from tenancy.audit_boots`,
    );
    if (rows[0]?.open === 0 || tries === 100) return rows[0]?.lost ?? 0;
    await sleep(50);
  }
}

test(`kill -9 of a server under load, ${ROUNDS} rounds: what is committed is audited and the other way round, no read was answered without its record`, {
  timeout: 60_000 + ROUNDS * 30_000,
}, async (t) => {
  const { control, audit } = house.tenancy.internals;
  let [reads, writes] = [0, 0];
  for (let round = 0; round < ROUNDS; round++) {
    const { child, url } = await startServer();
    const ended = once(child, "exit");
    const answered: Answered = { reads: [], writes: [] };
    const loading = load(url, round, answered);
    while (answered.reads.length < WARM || answered.writes.length < WRITERS) await sleep(5);
    await sleep(Math.random() * 300);
    child.kill("SIGKILL");
    await ended;
    await loading;

    assert.deepEqual(await unrecorded([...answered.reads, ...answered.writes]), [], `round ${round}`);
    reads += answered.reads.length;
    writes += answered.writes.length;
    // Only so many keys may work at a time.
    await control.query("update tenancy.api_keys set expires_at = now() where name like 'load %'");
  }

  const { rows } = await control.query<{ name: string; keys: number; records: number }>(`
    select name, count(*) filter (where kind = 'key')::int as keys, count(*) filter (where kind = 'record')::int as records
    from (
      select name, 'key' as kind from tenancy.api_keys where name like 'load %'
      union all
      select body::json -> 'detail' ->> 'name', 'record' from tenancy.audit_records
      where action = 'api_key.created' and outcome = 'allowed' and body::json -> 'detail' ->> 'name' like 'load %') as found
    group by name having count(*) filter (where kind = 'key') <> 1 or count(*) filter (where kind = 'record') <> 1`);
  assert.deepEqual(rows, [], "each key has one record, each record its key");
  assert.ok(reads >= ROUNDS * WARM && writes >= ROUNDS * WRITERS, `${reads} reads, ${writes} writes`);
  t.diagnostic(`${reads} reads and ${writes} writes were answered in ${ROUNDS} rounds`);

  await audit.sequencer.run();
  const report = await verifyLive(control, audit.signer);
  assert.deepEqual(report.faults, []);
  // What died is told, with its last number; what it had not written by then was answered to nobody.
  await control.query(
    "update tenancy.audit_boots set beat_at = now() - interval '1 hour' where stopped_at is null",
  );
  const lost = await tellLost();
  assert.equal(lost, ROUNDS);
});
