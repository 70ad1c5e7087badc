import type { ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { databaseAccount, findBarrier } from "./embedded/account.ts";
import { choosePort, chooseSocketDir } from "./embedded/address.ts";
import { type Binaries, findBinaries, inFolder } from "./embedded/binaries.ts";
import {
  type ClusterInput,
  explainLog,
  explainSpawn,
  initCluster,
  SUPERUSER,
  spawnPostmaster,
} from "./embedded/cluster.ts";
import {
  ensurePassword,
  explainIo,
  type Folder,
  prepareFolder,
  readDatabaseMajor,
  readState,
  writeState,
} from "./embedded/folder.ts";
import { acquireLock } from "./embedded/lock.ts";
import { boundLog, logSize, readLog } from "./embedded/log-file.ts";
import {
  DATABASE,
  ensureDatabase,
  findPostmaster,
  type Postmaster,
  readPostmaster,
  removeSockets,
} from "./embedded/postmaster.ts";
import { guardPostmaster, isAlive, isPostmasterOf, thisProcess } from "./embedded/processes.ts";
import { dbError } from "./errors.ts";

const POLL_MS = 10;
/** A crash recovery replays up to max_wal_size (1 GB) of log; minutes on a slow disk. */
const START_TIMEOUT_MS = 5 * 60_000;
/** After this long a fast shutdown becomes an immediate one, which the next start recovers from. */
const STOP_TIMEOUT_MS = 30_000;
const GUARD_GRACE_MS = 500;
/** How often a server that is killed while it is set up is started anew. */
const SETUP_ATTEMPTS_MAX = 3;
const START_ATTEMPTS_MAX = 20;
const BACKENDS_REMAIN = /pre-existing shared memory block|lock file "postmaster.pid" already exists/;
const RETRY_AFTER_MS = 250;

export interface EmbeddedServer {
  /** Superuser `tenancy` on database `tenancy`, through the unix socket; for node-postgres and libpq alike. */
  readonly url: string;
  readonly tcpPort: number;
  readonly socketDir: string;
  readonly dataDir: string;
  /** True when another process runs the server; `stop` then does nothing. */
  readonly joined: boolean;
  /** The same server with another database or login. Without a user: the superuser. */
  urlFor(database: string, user?: string, password?: string): string;
  /** Shuts the server down if this process runs it: open transactions are rolled back, nothing committed is lost. */
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface EmbeddedOptions {
  /** Made when it does not exist; see `defaultDataDir`. */
  readonly dataDir: string;
  /** Told what takes time: making the database, recovering it. Default: nobody. */
  readonly log?: (line: string) => void;
  /** PostgreSQL settings, over ours. They take effect when this process starts the server, not when it joins. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Programs of another PostgreSQL with their version, such as 15; the test suite uses it. Default: from npm. */
  readonly binaries?: { readonly folder: string; readonly version: string };
}

/**
 * Starts PostgreSQL on the data folder, or joins the one that runs there. The process that starts it owns it: it
 * ends with that process, at the latest when that is killed.
 *
 * @throws db.embedded_version, db.embedded_foreign, db.embedded_full, db.embedded_unsupported, db.embedded_failed
 * @example
 * await using server = await startEmbedded({ dataDir: ".tenancy" });
 * const client = new pg.Client(server.url);
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const deadlineMs = Date.now() + START_TIMEOUT_MS;
  const folder = prepareFolder(resolve(options.dataDir));
  const release = await acquireLock(folder.lockFile, deadlineMs).catch((cause) => {
    throw explainIo(folder.dataDir, cause);
  });
  if (!release) throw explainLog(folder, "", `another process holds ${folder.lockFile}`);
  try {
    return await joinOrStart(folder, options, deadlineMs);
  } catch (cause) {
    throw explainIo(folder.dataDir, cause);
  } finally {
    release();
  }
}

/** `.tenancy` in the project; for root, in a project that no other user can reach, a folder in /var/lib/tenancy. */
export function defaultDataDir(cwd: string): string {
  const path = resolve(cwd, ".tenancy");
  if (findBarrier(path, databaseAccount(path)) === undefined) return path;
  const hash = createHash("sha256").update(resolve(cwd)).digest("hex").slice(0, 16);
  return join("/var/lib/tenancy", hash);
}

async function joinOrStart(
  folder: Folder,
  options: EmbeddedOptions,
  deadlineMs: number,
  attempt = 1,
): Promise<EmbeddedServer> {
  const binaries = await chooseBinaries(folder, options);
  const found = readDatabaseMajor(folder);
  if (found !== undefined && found !== binaries.major) {
    const details = { dataDir: folder.dataDir, found, expected: binaries.major };
    throw dbError("db.embedded_version", details);
  }
  const password = ensurePassword(folder);
  let running = await findPostmaster(folder, password, deadlineMs);
  const { owner, port } = readState(folder);
  if (running && owner && isAlive(owner)) return joinedServer(folder, running, password);
  if (running) {
    // Its owner is dead, so the guard is most likely about to stop it.
    await sleep(GUARD_GRACE_MS);
    running = await findPostmaster(folder, password, deadlineMs);
  }
  // Before anything else appears in the folder, since this file is what tells that the folder is ours.
  writeState(folder, { port });
  const input = { folder, binaries, settings: options.settings ?? {} };
  if (!running && found === undefined) {
    options.log?.(`Making a PostgreSQL ${binaries.major} database in ${folder.dataDir}`);
    await initCluster(input);
  }
  // A server that outlived its owner is adopted: nobody else would ever stop it.
  const server = running ?? (await startServer(input, password, deadlineMs));
  const guard = guardPostmaster(server.pid, folder.pgdata, folder.account);
  const log = boundLog(folder.logFile);
  const halt = async () => {
    log.close();
    await stopPostmaster(folder, server.pid);
    guard.release();
  };
  try {
    writeState(folder, { owner: thisProcess(), port: server.port });
    const failure = await ensureDatabase(server, password);
    if (failure) {
      if (attempt === SETUP_ATTEMPTS_MAX)
        throw explainLog(folder, "", `it went away (${failure.message})`, failure);
      await halt();
      return joinOrStart(folder, options, deadlineMs, attempt + 1);
    }
  } catch (error) {
    await halt();
    throw error;
  }
  return ownedServer(folder, server, password, halt);
}

async function chooseBinaries(folder: Folder, options: EmbeddedOptions): Promise<Binaries> {
  if (options.binaries) return inFolder(options.binaries.folder, options.binaries.version);
  return findBinaries(folder.dataDir, folder.account);
}

async function startServer(input: ClusterInput, password: string, deadlineMs: number): Promise<Postmaster> {
  const { folder } = input;
  const socketDir = chooseSocketDir(folder);
  let port = await choosePort(readState(folder).port);
  for (let attempt = 1; ; attempt++) {
    removeSockets(socketDir);
    const logStart = logSize(folder.logFile);
    const child = spawnPostmaster(input, port, socketDir);
    const started = await waitUntilReady(folder, child, password, deadlineMs);
    if (started) return started;

    const log = readLog(folder.logFile, logStart);
    if (attempt === START_ATTEMPTS_MAX) throw explainLog(folder, log, "it ended at each attempt");
    if (/Address already in use|could not bind/.test(log)) {
      port = await choosePort(undefined);
    } else if (child.signalCode !== null || BACKENDS_REMAIN.test(log)) {
      // Killed from outside, or backends of a killed predecessor are still on their way out.
      await sleep(RETRY_AFTER_MS);
    } else {
      throw explainLog(folder, log, "it ended during its start");
    }
  }
}

/** The server, or undefined when its process ended. */
async function waitUntilReady(
  folder: Folder,
  child: ChildProcess,
  password: string,
  deadlineMs: number,
): Promise<Postmaster | undefined> {
  const end: { failure?: Error } = {};
  child.once("error", (error) => {
    end.failure = error;
  });
  for (;;) {
    if (end.failure) throw explainSpawn(folder, child.spawnfile, end.failure);
    if (child.exitCode !== null || child.signalCode !== null) return undefined;
    const server = readPostmaster(folder.pgdata);
    if (server?.pid === child.pid && server?.status === "ready") {
      const found = await findPostmaster(folder, password, deadlineMs);
      if (found) return found;
      // Killed just now: the next rounds see how the child ended.
    }
    if (Date.now() > deadlineMs) {
      child.kill("SIGINT");
      throw explainLog(folder, "", "it is not ready in time");
    }
    await sleep(POLL_MS);
  }
}

async function stopPostmaster(folder: Folder, pid: number): Promise<void> {
  const startedAt = Date.now();
  let signal: "SIGINT" | "SIGQUIT" | undefined = "SIGINT";
  while (isPostmasterOf(pid, folder.pgdata)) {
    if (signal) sendSignal(pid, signal);
    signal = undefined;
    await sleep(POLL_MS);
    if (Date.now() - startedAt > STOP_TIMEOUT_MS) signal = "SIGQUIT";
  }
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended between the look and the signal.
  }
}

function joinedServer(folder: Folder, server: Postmaster, password: string): EmbeddedServer {
  return describeServer(folder, server, password, true, async () => {});
}

function ownedServer(
  folder: Folder,
  server: Postmaster,
  password: string,
  halt: () => Promise<void>,
): EmbeddedServer {
  let halted: Promise<void> | undefined;
  return describeServer(folder, server, password, false, () => {
    halted ??= halt();
    return halted;
  });
}

function describeServer(
  folder: Folder,
  server: Postmaster,
  superuserPassword: string,
  joined: boolean,
  stop: () => Promise<void>,
): EmbeddedServer {
  const urlFor = (database: string, user?: string, password?: string) => {
    const login = user ?? SUPERUSER;
    const secret = password ?? (user === undefined ? superuserPassword : undefined);
    const account = [login, ...(secret === undefined ? [] : [secret])].map(encodeURIComponent).join(":");
    const query = `host=${encodeURIComponent(server.socketDir)}`;
    // With a host in the usual place too, since most URL parsers insist on one; the query wins.
    return `postgresql://${account}@localhost:${server.port}/${encodeURIComponent(database)}?${query}`;
  };
  return {
    url: urlFor(DATABASE),
    urlFor,
    tcpPort: server.port,
    socketDir: server.socketDir,
    dataDir: folder.dataDir,
    joined,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
