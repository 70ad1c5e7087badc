import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { call, signInWith } from "./support/api.ts";

/** `npm start` as people run it: an embedded PostgreSQL of its own, a folder of its own, a port of its own. */
const SCRIPT = join(import.meta.dirname, "../scripts/start.ts");
const READY = "Ctrl-C stops it";
const START_TIMEOUT_MS = 180_000;
let cwd: string;
let port: number;
const children: ChildProcess[] = [];

before(async () => {
  cwd = mkdtempSync(join(tmpdir(), "tenancy-start-"));
  chmodSync(cwd, 0o755); // started by root, the database runs as somebody else
  port = await freePort();
  const config = { server: { port }, pool: { schemas: 0, databases: 0 } };
  writeFileSync(join(cwd, "tenancy.config.mjs"), `export default ${JSON.stringify(config)};\n`);
  mkdirSync(join(cwd, "migrations"));
  writeFileSync(
    join(cwd, "migrations/0001_notes.sql"),
    "create table notes (id int primary key, text text);",
  );
});
after(async () => {
  for (const child of children) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGKILL");
      await once(child, "close");
    }
  }
  rmSync(cwd, { recursive: true, force: true });
});

interface Started {
  readonly child: ChildProcess;
  readonly said: () => string;
  readonly complained: () => string;
  readonly link: string;
  readonly url: string;
}

test("a first start makes everything; kill -9 loses nothing; Ctrl-C stops within five seconds", async () => {
  const first = await start();
  assert.match(first.complained(), /Making the database/);
  assert.match(first.complained(), /Registered the app's migrations 0001_notes\.sql\./);
  assert.match(first.said(), /Data\s+\S+\.tenancy/);
  assert.match(first.said(), /\.\/manage tenant create --name "Studio One" --plan premium/);
  const cookie = await signInWith({ url: first.url, apiKey: "", link: first.link } as never);
  const created = await call<{ slug: string }>(toApi(first), "POST", "/v1/tenants", {
    body: { name: "Survivor", isolation: "schema" },
    key: null,
    headers: { cookie, origin: first.url },
  });
  assert.equal(created.status, 201);

  const second = spawnStart();
  const [code] = await once(second.child, "close");
  assert.equal(code, 4);
  assert.match(second.complained(), new RegExp(`running already, at http://127\\.0\\.0\\.1:${port}`));

  first.child.kill("SIGKILL");
  await once(first.child, "close");
  const again = await start();
  assert.doesNotMatch(again.complained(), /Making the database|Registered/);
  const read = await call<{ slug: string; status: string }>(toApi(again), "GET", "/v1/tenants/survivor", {
    key: null,
    headers: { cookie },
  });
  assert.deepEqual([read.status, read.body.status], [200, "active"], "session and tenant are there");

  const stoppedMs = Date.now();
  again.child.kill("SIGINT");
  const [exitCode] = await once(again.child, "close");
  assert.equal(exitCode, 0);
  assert.ok(Date.now() - stoppedMs < 5_000);
});

test("a port that another program has is told with the key to change", async () => {
  const squatter = createServer((socket) => socket.end("no\r\n")).listen(port, "127.0.0.1");
  await once(squatter, "listening");
  try {
    const { child, complained } = spawnStart();
    const [code] = await once(child, "close");

    assert.equal(code, 1);
    assert.match(complained(), new RegExp(`Port ${port} of 127\\.0\\.0\\.1 is in use`));
    assert.match(complained(), /`server\.port`/);
  } finally {
    squatter.close();
  }
});

test("a faulty configuration is told with every fault, and nothing is started", async () => {
  const { child, complained } = spawnStart({ TENANT_ISOLATION_LEVEL: "row", TENANT_SESSION_TIMEOUT: "soon" });
  const [code] = await once(child, "close");

  assert.equal(code, 2);
  assert.match(complained(), /TENANT_ISOLATION_LEVEL/);
  assert.match(complained(), /TENANT_SESSION_TIMEOUT/);
});

const toApi = ({ url }: Started) => ({ url, apiKey: "" });

function spawnStart(env: Record<string, string> = {}) {
  const inherited = Object.entries(process.env).filter(([name]) => !/^TENAN(T|CY)_/.test(name));
  const child = spawn(process.execPath, [SCRIPT, "--no-console"], {
    cwd,
    env: { ...Object.fromEntries(inherited), ...env },
  });
  children.push(child);
  let said = "";
  let complained = "";
  child.stdout.setEncoding("utf8").on("data", (chunk) => {
    said += chunk;
  });
  child.stderr.setEncoding("utf8").on("data", (chunk) => {
    complained += chunk;
  });
  return { child, said: () => said, complained: () => complained };
}

async function start(): Promise<Started> {
  const { child, said, complained } = spawnStart();
  const ready = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("Not ready in time")), START_TIMEOUT_MS);
    child.stdout?.on("data", () => said().includes(READY) && resolve());
    child.on("close", (code) => reject(new Error(`Ended with ${code}:\n${said()}\n${complained()}`)));
    child.on("close", () => clearTimeout(timer));
    void Promise.resolve().then(() => timer.unref());
  });
  await ready;
  const link = /http:\/\/\S+#link=\S+/.exec(said())?.[0] ?? "";
  return { child, said, complained, link, url: new URL(link).origin };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}
