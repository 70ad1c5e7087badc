import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import pg from "pg";
import { databaseAccount, findBarrier } from "../../src/db/embedded/account.ts";
import { type EmbeddedServer, startEmbedded } from "../../src/db/embedded.ts";

const PROJECT = join(import.meta.dirname, "../..");
const ATTEMPTS_MAX = 5;

/** Fast rather than durable: the machine may lose the test data, a killed process does not. */
const SETTINGS = {
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  max_connections: "300",
  max_locks_per_transaction: "512",
  shared_buffers: "256MB",
  max_wal_size: "4GB",
  checkpoint_timeout: "30min",
};

/** Where the shared PostgreSQL 18 of all test runs keeps its data. */
export function sharedDataDir(): string {
  const path = join(PROJECT, "node_modules/.cache/tenancy-test");
  if (findBarrier(path, databaseAccount(path)) === undefined) return path;
  return join(tmpdir(), `tenancy-test-${createHash("sha256").update(path).digest("hex").slice(0, 12)}`);
}

/** The url of the shared server. The first who asks starts it; it stops itself when nobody is connected. */
export async function joinSharedServer(): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    const known = readKnownUrl();
    if (known !== undefined && (await isAnswering(known))) return known;
    const url = await spawnSharedServer();
    if (await isAnswering(url)) return url;
    // It was just stopping itself; the next one starts anew.
    if (attempt === ATTEMPTS_MAX) throw new Error(`The test server in ${sharedDataDir()} does not stay up`);
  }
}

function urlFile(): string {
  return join(sharedDataDir(), "test-url");
}

function readKnownUrl(): string | undefined {
  return existsSync(urlFile()) ? readFileSync(urlFile(), "utf8") : undefined;
}

async function spawnSharedServer(): Promise<string> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "server.ts")], {
    cwd: PROJECT,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const complaint: string[] = [];
  child.stderr.on("data", (chunk) => complaint.push(String(chunk)));
  const lines = createInterface(child.stdout);
  const url = await Promise.race([
    once(lines, "line").then(([line]) => String(line)),
    once(child, "close").then(() => undefined),
  ]);
  lines.close();
  child.stdout.destroy();
  child.stderr.destroy();
  child.unref();
  if (url === undefined) throw new Error(`The test server did not start:\n${complaint.join("")}`);
  return url;
}

async function isAnswering(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on("error", () => {});
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

/** Starts the shared server in this process, or joins it. A new one is swept clean of what killed tests left. */
export async function startSharedServer(): Promise<EmbeddedServer> {
  const dataDir = sharedDataDir();
  const server = await startEmbedded({ dataDir, settings: SETTINGS }).catch((error) => {
    // Without fsync a power failure may leave it broken; it holds nothing of value.
    if (error.code !== "db.embedded_failed" && error.code !== "db.embedded_version") throw error;
    rmSync(dataDir, { recursive: true, force: true });
    return startEmbedded({ dataDir, settings: SETTINGS });
  });
  if (!server.joined) await sweep(server.url);
  writeFileSync(urlFile(), server.url, { mode: 0o600 });
  return server;
}

async function sweep(url: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    const databases = await client.query<{ name: string }>(
      `select datname as name from pg_database
       where not datistemplate and datname not in ('postgres', current_database())`,
    );
    for (const { name } of databases.rows) {
      await client.query(`drop database ${client.escapeIdentifier(name)} with (force)`);
    }
    const roles = await client.query<{ name: string }>(
      `select rolname as name from pg_roles where rolname not like 'pg\\_%' and rolname <> current_user`,
    );
    for (const { name } of roles.rows) {
      await client.query(`drop role ${client.escapeIdentifier(name)}`).catch(() => {});
    }
  } finally {
    await client.end();
  }
}

/** A server of an installed PostgreSQL (Debian's place), for one run; undefined when it is not installed. */
export async function startInstalledServer(major: number): Promise<EmbeddedServer | undefined> {
  const folder = `/usr/lib/postgresql/${major}/bin`;
  if (!existsSync(join(folder, "postgres"))) return undefined;
  const dataDir = mkdtempSync(join(tmpdir(), `tenancy-test-${major}-`));
  const binaries = { folder, version: String(major) };
  const server = await startEmbedded({ dataDir, settings: SETTINGS, binaries });
  const stop = async () => {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  return { ...server, stop, [Symbol.asyncDispose]: stop };
}
