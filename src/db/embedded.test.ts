import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { databaseAccount } from "./embedded/account.ts";
import { rotateLog } from "./embedded/log-file.ts";
import { readPostmaster } from "./embedded/postmaster.ts";
import { isAlive, isPostmasterOf, processStart } from "./embedded/processes.ts";
import { renderSettings, sharedBuffersMib } from "./embedded/settings.ts";
import { defaultDataDir, type EmbeddedServer, startEmbedded } from "./embedded.ts";

const SETTINGS = { fsync: "off", shared_buffers: "32MB" };
const WAIT_MS = 20_000;
const isRoot = process.getuid?.() === 0;

/** A data folder that does not exist yet; removed at the end. */
function scratch(): { dataDir: string; [Symbol.dispose](): void } {
  const parent = mkdtempSync(join(tmpdir(), "tenancy-embedded-"));
  chmodSync(parent, 0o755);
  return {
    dataDir: join(parent, "data"),
    [Symbol.dispose]: () => rmSync(parent, { recursive: true, force: true }),
  };
}

function start(dataDir: string): Promise<EmbeddedServer> {
  return startEmbedded({ dataDir, settings: SETTINGS });
}

async function select(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(url);
  client.on("error", () => {});
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end().catch(() => {});
  }
}

async function until(what: string, isTrue: () => boolean): Promise<void> {
  const deadlineMs = Date.now() + WAIT_MS;
  while (!isTrue()) {
    assert.ok(Date.now() < deadlineMs, `Waited in vain until ${what}`);
    await sleep(20);
  }
}

function postmasterPid(dataDir: string): number {
  return readPostmaster(join(dataDir, "pgdata"))?.pid ?? assert.fail("no server runs");
}

/** Another process that starts or joins the server and stops at the end of its input. */
async function startElsewhere(
  dataDir: string,
): Promise<{ child: ChildProcess; joined: boolean; url: string }> {
  const program = `
    import { startEmbedded } from ${JSON.stringify(join(import.meta.dirname, "embedded.ts"))};
    const server = await startEmbedded(${JSON.stringify({ dataDir, settings: SETTINGS })});
    console.log(JSON.stringify({ joined: server.joined, url: server.url }));
    process.stdin.on("end", () => server.stop()).resume();
  `;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  return { child, ...(JSON.parse(line) as { joined: boolean; url: string }) };
}

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

test("the password is private to the owner, and a wrong one is refused on socket and loopback", async () => {
  using folder = scratch();
  await using server = await start(folder.dataDir);

  const mode = statSync(join(folder.dataDir, "password")).mode & 0o777;
  const wrong = server.urlFor("tenancy", "tenancy", "wrong");

  assert.equal(mode, 0o600);
  assert.equal(statSync(folder.dataDir).mode & 0o777, 0o700);
  await assert.rejects(select(wrong, "select 1"), { code: "28P01" });
  await assert.rejects(select(wrong.split("?")[0] ?? "", "select 1"), { code: "28P01" });
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
  writeFileSync(join(folder.dataDir, "lock"), JSON.stringify({ pid: stranger.pid, startedAt: "long ago" }));

  await using second = await start(folder.dataDir);
  await first.stop();
  const isUnharmed = stranger.kill();

  assert.equal(second.joined, false);
  assert.ok(isUnharmed);
});

test("a making that was cut off is swept away and made anew", async () => {
  using folder = scratch();
  mkdirSync(join(folder.dataDir, "pgdata.123/base"), { recursive: true });
  writeFileSync(join(folder.dataDir, "password"), "kept");

  await using server = await start(folder.dataDir);

  assert.ok(!existsSync(join(folder.dataDir, "pgdata.123")));
  assert.equal(new URL(server.url).password, "kept");
});

test("a remembered port that is taken gives way to another", async () => {
  using first = scratch();
  using second = scratch();
  await using one = await start(first.dataDir);
  mkdirSync(second.dataDir);
  writeFileSync(join(second.dataDir, "server.json"), JSON.stringify({ port: one.tcpPort }));

  await using two = await start(second.dataDir);

  assert.notEqual(two.tcpPort, one.tcpPort);
});

test("a data folder with a name too long for a socket works through a short one", async () => {
  using folder = scratch();
  const dataDir = join(folder.dataDir, "x".repeat(60), "y".repeat(60));

  await using server = await start(dataDir);
  await using guest = await start(dataDir);

  assert.ok(`${server.socketDir}/.s.PGSQL.65535`.length <= 103);
  assert.equal(statSync(server.socketDir).mode & 0o077, 0);
  assert.equal(guest.socketDir, server.socketDir);
  assert.deepEqual(await select(guest.url, "select 1 as one"), [{ one: 1 }]);
  rmSync(server.socketDir, { recursive: true });
});

test("a folder of another PostgreSQL is refused by version and left as it is", async () => {
  using folder = scratch();
  await (await start(folder.dataDir)).stop();
  const versionFile = join(folder.dataDir, "pgdata/PG_VERSION");
  writeFileSync(versionFile, "16\n");

  await assert.rejects(start(folder.dataDir), {
    code: "db.embedded_version",
    message: `The data folder ${folder.dataDir} belongs to PostgreSQL 16; this release runs PostgreSQL 18.`,
  });

  assert.equal(readFileSync(versionFile, "utf8"), "16\n");
});

test("a folder with somebody's files is refused and left as it is", async () => {
  using folder = scratch();
  mkdirSync(folder.dataDir);
  writeFileSync(join(folder.dataDir, "thesis.tex"), "");
  const before = statSync(folder.dataDir);

  await assert.rejects(start(folder.dataDir), {
    code: "db.embedded_foreign",
    message: `The data folder ${folder.dataDir} cannot be used: it is not empty (thesis.tex) and was not made by Tenancy.`,
  });

  assert.deepEqual([statSync(folder.dataDir).uid, statSync(folder.dataDir).mode], [before.uid, before.mode]);
});

test("a database without its password file is refused", async () => {
  using folder = scratch();
  mkdirSync(join(folder.dataDir, "pgdata"), { recursive: true });

  await assert.rejects(start(folder.dataDir), {
    code: "db.embedded_foreign",
    message: /not the password file/,
  });
});

test("a file in the place of the folder is refused", async () => {
  using folder = scratch();
  writeFileSync(folder.dataDir, "");

  await assert.rejects(start(folder.dataDir), { code: "db.embedded_foreign" });
});

test("a server that cannot start says why, with the end of its log", async () => {
  using folder = scratch();

  await assert.rejects(
    startEmbedded({ dataDir: folder.dataDir, settings: { shared_buffers: "much" } }),
    (error) => {
      assert.ok(error instanceof Error);
      assert.equal((error as Error & { code?: string }).code, "db.embedded_failed");
      assert.match(
        (error as Error & { cure?: string }).cure ?? "",
        /invalid value for parameter "shared_buffers"/,
      );
      return true;
    },
  );

  await using server = await start(folder.dataDir);
  assert.equal(server.joined, false);
});

test("root hands over to an account without rights", { skip: !isRoot && "needs root" }, async () => {
  using folder = scratch();
  await using server = await start(folder.dataDir);
  const { uid } = databaseAccount(folder.dataDir);

  const status = readFileSync(`/proc/${postmasterPid(folder.dataDir)}/status`, "utf8");

  assert.notEqual(uid, 0);
  assert.match(status, new RegExp(`^Uid:\\s+${uid}\\s+${uid}\\s+${uid}`, "m"));
  assert.equal(statSync(server.dataDir).uid, uid);
});

test("root is told of a folder on the way that PostgreSQL may not pass", {
  skip: !isRoot && "needs root",
}, async () => {
  using folder = scratch();
  mkdirSync(folder.dataDir, { mode: 0o700 });
  const inside = join(folder.dataDir, "project");

  await assert.rejects(start(join(inside, ".tenancy")), {
    code: "db.embedded_foreign",
    cure: new RegExp(`outside ${folder.dataDir} `),
  });

  assert.match(defaultDataDir(inside), /^\/var\/lib\/tenancy\/[0-9a-f]{16}$/);
  assert.ok(!existsSync(inside));
});

test("the default data folder is .tenancy in the project", () => {
  assert.equal(defaultDataDir("/"), "/.tenancy");
});

test("settings are quoted, and memory sets the buffers between 64 and 512 MiB", () => {
  const text = renderSettings({ application_name: "it's" });

  assert.match(text, /^application_name = 'it''s'$/m);
  assert.deepEqual(
    [1, 2, 64].map((gib) => sharedBuffersMib(gib * 1024 ** 3)),
    [128, 256, 512],
  );
  assert.equal(sharedBuffersMib(128 * 1024 ** 2), 64);
});

test("the log is bounded by two files", async () => {
  using folder = scratch();
  writeFileSync(folder.dataDir, "x".repeat(100));

  await rotateLog(folder.dataDir, 1_000);
  const isKept = statSync(folder.dataDir).size === 100;
  await rotateLog(folder.dataDir, 50);

  assert.ok(isKept);
  assert.equal(statSync(folder.dataDir).size, 0);
  assert.equal(statSync(`${folder.dataDir}.1`).size, 100);
});

test("a process is told apart from a later one with its pid", () => {
  const startedAt = processStart(process.pid) ?? assert.fail("this process runs");

  assert.ok(isAlive({ pid: process.pid, startedAt }));
  assert.ok(!isAlive({ pid: process.pid, startedAt: "earlier" }));
});
