import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { postmasterPid, scratch, select, start } from "../../../test/support/embedded.ts";
import { defaultDataDir, startEmbedded } from "../embedded.ts";
import { databaseAccount } from "./account.ts";
import { explainLog } from "./cluster.ts";
import { explainIo, prepareFolder } from "./folder.ts";
import { rotateLog } from "./log-file.ts";
import { isAlive, processStart } from "./processes.ts";
import { renderSettings, sharedBuffersMib } from "./settings.ts";

const isRoot = process.getuid?.() === 0;

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

test("a full disk is told from other failures, by the system's answer or PostgreSQL's log", () => {
  using folder = scratch();
  const prepared = prepareFolder(folder.dataDir);
  const refusal = Object.assign(new Error("no space"), { code: "ENOSPC" });

  const outcomes = [
    explainIo(folder.dataDir, refusal),
    explainLog(prepared, "HINT:  Check free disk space.", "initdb ended with 1"),
    explainLog(prepared, "could not write: No space left on device", "it ended during its start"),
    explainLog(prepared, "something else", "it ended during its start"),
  ];

  assert.deepEqual(
    outcomes.map((each) => (each as { code?: string }).code),
    ["db.embedded_full", "db.embedded_full", "db.embedded_full", "db.embedded_failed"],
  );
});
