import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { postmasterPid, scratch, select, start, startElsewhere, until } from "../../test/support/embedded.ts";
import { isPostmasterOf, processStart } from "./embedded/processes.ts";

test("a fresh server has checksums, logical decoding, UTF-8 and scram, and answers on socket and loopback", async () => {
  using folder = scratch();
  await using server = await start(folder.dataDir);

  const [row] = await select(
    server.url,
    `select current_user as user, current_database() as database, inet_server_addr() is null as is_socket,
            current_setting('data_checksums') as checksums, current_setting('wal_level') as wal_level,
            current_setting('password_encryption') as passwords, current_setting('max_connections') as connections,
            pg_encoding_to_char(encoding) as encoding, datlocprovider as provider, datlocale as locale
     from pg_database where datname = current_database()`,
  );
  const tcp = new URL(server.url);
  tcp.search = "";
  const [overTcp] = await select(tcp.href, "select inet_server_port() as port");

  assert.deepEqual(row, {
    user: "tenancy",
    database: "tenancy",
    is_socket: true,
    checksums: "on",
    wal_level: "logical",
    passwords: "scram-sha-256",
    connections: "200",
    encoding: "UTF8",
    provider: "b",
    locale: "C.UTF-8",
  });
  assert.deepEqual(overTcp, { port: server.tcpPort });
  assert.equal(server.joined, false);
});

test("a second start finds the data and the port of the first, and a stop leaves no process", async () => {
  using folder = scratch();
  const first = await start(folder.dataDir);
  await select(first.url, "create table notes as select 1 as id");
  const pid = postmasterPid(folder.dataDir);
  await first.stop();
  const isGone = processStart(pid) === undefined;

  await using second = await start(folder.dataDir);

  assert.ok(isGone);
  assert.equal(second.joined, false);
  assert.equal(second.tcpPort, first.tcpPort);
  assert.deepEqual(await select(second.url, "select id from notes"), [{ id: 1 }]);
});

test("a killed postmaster is recovered with every committed row", async () => {
  using folder = scratch();
  const first = await start(folder.dataDir);
  await select(first.url, "create table notes as select 1 as id");
  process.kill(postmasterPid(folder.dataDir), "SIGKILL");

  await using second = await start(folder.dataDir);
  await first.stop();

  assert.equal(second.joined, false);
  assert.deepEqual(await select(second.url, "select id from notes"), [{ id: 1 }]);
});

test("the server ends with an owner that is killed, and the next start has every committed row", async () => {
  using folder = scratch();
  const owner = await startElsewhere(folder.dataDir);
  await select(owner.url, "create table notes as select 1 as id");
  const pid = postmasterPid(folder.dataDir);
  owner.child.kill("SIGKILL");
  await until("the orphan is gone", () => processStart(pid) === undefined);

  await using next = await start(folder.dataDir);

  assert.equal(next.joined, false);
  assert.deepEqual(await select(next.url, "select id from notes"), [{ id: 1 }]);
});

test("a start right after the owner was killed waits for the old server to end", async () => {
  using folder = scratch();
  const owner = await startElsewhere(folder.dataDir);
  owner.child.kill("SIGKILL");
  // Until then it counts as alive, and is joined.
  await once(owner.child, "close");

  await using next = await start(folder.dataDir);

  assert.deepEqual(await select(next.url, "select 1 as one"), [{ one: 1 }]);
});

test("a server that lost both owner and guard is adopted and stopped by the next", async () => {
  using folder = scratch();
  const owner = await startElsewhere(folder.dataDir);
  const pid = postmasterPid(folder.dataDir);
  await killGuard(pid);
  owner.child.kill("SIGKILL");
  await once(owner.child, "close");

  const next = await start(folder.dataDir);
  const adopted = postmasterPid(folder.dataDir);
  await next.stop();

  assert.equal(adopted, pid);
  assert.equal(next.joined, false);
  assert.equal(processStart(pid), undefined);
});

async function killGuard(postmaster: number): Promise<void> {
  const list = spawn("ps", ["-eo", "pid=,args="], { stdio: ["ignore", "pipe", "ignore"] });
  let text = "";
  list.stdout.on("data", (chunk) => {
    text += String(chunk);
  });
  await once(list, "close");
  const line = text.split("\n").find((each) => each.includes(`tenancy-guard ${postmaster} `));
  process.kill(Number.parseInt(line ?? assert.fail("no guard"), 10), "SIGKILL");
}

test("of two processes that start at once one runs the server and the other joins it", async () => {
  using folder = scratch();

  const both = await Promise.all([startElsewhere(folder.dataDir), startElsewhere(folder.dataDir)]);
  const pid = postmasterPid(folder.dataDir);

  assert.deepEqual(both.map((each) => each.joined).sort(), [false, true]);
  for (const each of both) assert.deepEqual(await select(each.url, "select 1 as one"), [{ one: 1 }]);
  for (const each of both) each.child.stdin?.end();
  await Promise.all(both.map((each) => once(each.child, "close")));
  assert.equal(processStart(pid), undefined);
});

test("stopping a joined server leaves it to its owner", async () => {
  using folder = scratch();
  await using owner = await start(folder.dataDir);
  const guest = await start(folder.dataDir);

  await guest.stop();

  assert.equal(guest.joined, true);
  assert.deepEqual(await select(owner.url, "select 1 as one"), [{ one: 1 }]);
});

test("when the owner stops, the work of one who joined ends with a connection error", async () => {
  using folder = scratch();
  const owner = await start(folder.dataDir);
  const guest = await start(folder.dataDir);
  const work = assert.rejects(select(guest.url, "select pg_sleep(60)"), { code: "57P01" });
  await sleep(200);

  await owner.stop();

  await work;
  await assert.rejects(select(guest.url, "select 1"), { code: "ENOENT" });
});

test("locks and pid files whose pid now belongs to another program do not stop a start", async () => {
  using folder = scratch();
  const first = await start(folder.dataDir);
  process.kill(postmasterPid(folder.dataDir), "SIGKILL");
  await until("the server is gone", () => !isPostmasterOf(postmasterPid(folder.dataDir), folder.dataDir));
  const stranger = spawn("sleep", ["60"]);
  const pidFile = join(folder.dataDir, "pgdata/postmaster.pid");
  writeFileSync(pidFile, readFileSync(pidFile, "utf8").replace(/^\d+/, String(stranger.pid)));
  const socketLock = join(folder.dataDir, `.s.PGSQL.${first.tcpPort}.lock`);
  writeFileSync(socketLock, readFileSync(socketLock, "utf8").replace(/^\d+/, String(stranger.pid)));
  writeFileSync(join(folder.dataDir, "lock"), JSON.stringify({ pid: stranger.pid, startedAt: "long ago" }));

  await using second = await start(folder.dataDir);
  await first.stop();
  const isUnharmed = stranger.kill();

  assert.equal(second.joined, false);
  assert.ok(isUnharmed);
});
