import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { explainLog, SUPERUSER } from "./cluster.ts";
import type { Folder } from "./folder.ts";
import { isPostmasterOf } from "./processes.ts";

export const DATABASE = "tenancy";
const POLL_MS = 10;
const MISSING_DATABASE = "3D000";
const CONNECT_TIMEOUT_MS = 10_000;
/** Greater than any pid a kernel gives out. */
const NO_PID = 2_147_483_646;

/** A running server as its postmaster.pid describes it. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  readonly socketDir: string;
  readonly status: string;
}

/** The lines of postmaster.pid are fixed by PostgreSQL's miscadmin.h (LOCK_FILE_LINE_*). */
export function readPostmaster(pgdata: string): Postmaster | undefined {
  try {
    const lines = readFileSync(join(pgdata, "postmaster.pid"), "utf8").split("\n");
    const [pid, , , port, socketDir, , , status] = lines;
    return {
      pid: Number(pid),
      port: Number(port ?? 0),
      socketDir: socketDir ?? "",
      status: (status ?? "").trim(),
    };
  } catch {
    return undefined;
  }
}

/**
 * The server that runs on the folder, once it takes connections; undefined when none does. Waits for one that
 * recovers from a crash or shuts down.
 */
export async function findPostmaster(
  folder: Folder,
  password: string,
  deadlineMs: number,
): Promise<Postmaster | undefined> {
  for (;;) {
    const found = readPostmaster(folder.pgdata);
    if (!found) return undefined;
    if (!isPostmasterOf(found.pid, folder.pgdata)) {
      disownPid(folder.pgdata, found.pid);
      return undefined;
    }
    if (found.status === "ready" && (await isAnswering(found, password))) return found;
    if (Date.now() > deadlineMs) {
      throw explainLog(folder, "", `process ${found.pid} holds it and does not answer (${found.status})`);
    }
    await sleep(POLL_MS);
  }
}

/**
 * After a crash and a reboot the pid in postmaster.pid may belong to any program, and PostgreSQL would refuse to
 * start. The file is not deleted, since its shared memory key is what tells PostgreSQL that old backends are
 * gone; it gets a pid that nobody has.
 */
function disownPid(pgdata: string, pid: number): void {
  const path = join(pgdata, "postmaster.pid");
  const text = readFileSync(path, "utf8");
  if (text.startsWith(`${pid}\n`)) writeFileSync(path, `${NO_PID}${text.slice(String(pid).length)}`);
}

/**
 * Sweeps a dead server's socket and its lock out of our own socket folder. PostgreSQL does so itself unless the
 * pid in the lock is in use: by another program after a reboot, or by the dead server as a zombie, which in a
 * container whose first process does not reap stays for good. Call only when no server runs on the folder.
 */
export function removeSockets(socketDir: string): void {
  for (const name of readdirSync(socketDir)) {
    if (/^\.s\.PGSQL\.\d+(\.lock)?$/.test(name)) rmSync(join(socketDir, name), { force: true });
  }
}

async function isAnswering(server: Postmaster, password: string): Promise<boolean> {
  const failure = await tryConnect(server, password, "postgres");
  // Full of other connections is an answer as well.
  return failure === undefined || failure.code === "53300";
}

/** Makes the database that the platform lives in, unless it is there; answers what kept it from doing so. */
export async function ensureDatabase(server: Postmaster, password: string): Promise<Error | undefined> {
  const failure = await tryConnect(server, password, DATABASE);
  if (failure?.code !== MISSING_DATABASE) return failure;
  return tryConnect(server, password, "postgres", (client) => client.query(`create database ${DATABASE}`));
}

interface ConnectFailure extends Error {
  code?: string;
}

async function tryConnect(
  server: Postmaster,
  password: string,
  database: string,
  work?: (client: pg.Client) => Promise<unknown>,
): Promise<ConnectFailure | undefined> {
  const client = new pg.Client({
    host: server.socketDir,
    port: server.port,
    user: SUPERUSER,
    password,
    database,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  // The server may go away at any moment; the outcome of `connect` and `work` is all that counts here.
  client.on("error", () => {});
  try {
    await client.connect();
    await work?.(client);
    return undefined;
  } catch (error) {
    return error as ConnectFailure;
  } finally {
    await client.end().catch(() => {});
  }
}
