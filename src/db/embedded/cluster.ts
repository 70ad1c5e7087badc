import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
} from "node:fs";
import { join } from "node:path";
import { dbError } from "../errors.ts";
import type { Binaries } from "./binaries.ts";
import { explainIo, type Folder, own, writePrivate } from "./folder.ts";
import { renderSettings } from "./settings.ts";

export const SUPERUSER = "tenancy";
const TAIL_CHARACTERS = 4_000;
/** One segment of the write-ahead log: with less PostgreSQL cannot go on. */
const FREE_BYTES_MIN = 16 * 1024 * 1024;

/** PostgreSQL's programs see nothing of our environment: a stray PGDATA or PGOPTIONS would redirect them. */
const ENVIRONMENT = { PATH: "/usr/bin:/bin", LC_ALL: "C", LANG: "C" };

export interface ClusterInput {
  readonly folder: Folder;
  readonly binaries: Binaries;
  readonly settings: Readonly<Record<string, string>>;
}

/** Makes the database cluster. It appears at its place only when it is complete, so a crash leaves no half of one. */
export async function initCluster(input: ClusterInput): Promise<void> {
  const { folder, binaries } = input;
  for (const name of readdirSync(folder.dataDir)) {
    if (name.startsWith("pgdata.")) rmSync(join(folder.dataDir, name), { recursive: true, force: true });
  }
  const draft = `${folder.pgdata}.${process.pid}`;
  const child = spawn(binaries.initdb, initArguments(input, draft), {
    ...folder.account,
    cwd: folder.dataDir,
    env: ENVIRONMENT,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk) => output.push(String(chunk)));
  const code = await exitOf(child, folder);
  if (code !== 0) {
    rmSync(draft, { recursive: true, force: true });
    throw explainLog(folder, output.join(""), `initdb ended with ${code}`);
  }
  try {
    appendFileSync(join(draft, "postgresql.conf"), "\ninclude_if_exists = 'tenancy.conf'\n");
    renameSync(draft, folder.pgdata);
    syncFolder(folder.dataDir);
  } catch (cause) {
    throw explainIo(folder.dataDir, cause);
  }
}

function initArguments({ folder, binaries, settings }: ClusterInput, draft: string): string[] {
  // The builtin provider sorts by code point and never changes with the system's libraries, so no index is ever
  // broken by an upgrade of them. PostgreSQL has it since 17.
  const locale =
    binaries.major >= 17
      ? ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
      : ["--locale=C.UTF-8"];
  return [
    `--pgdata=${draft}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${folder.passwordFile}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    ...locale,
    "--data-checksums",
    "--no-instructions",
    ...(settings["fsync"] === "off" ? ["--no-sync"] : []),
  ];
}

function syncFolder(path: string): void {
  const file = openSync(path, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Starts the postmaster in a session of its own, out of reach of the terminal's Ctrl-C. */
export function spawnPostmaster(input: ClusterInput, port: number, socketDir: string): ChildProcess {
  const { folder, binaries, settings } = input;
  writePrivate(join(folder.pgdata, "tenancy.conf"), renderSettings(settings), folder.account);
  const log = openSync(folder.logFile, "a", 0o600);
  try {
    own(folder.logFile, folder.account);
    const place = ["-c", `port=${port}`, "-c", `unix_socket_directories=${socketDir}`];
    const child = spawn(binaries.postgres, ["-D", folder.pgdata, ...place], {
      ...folder.account,
      cwd: folder.pgdata,
      env: ENVIRONMENT,
      detached: true,
      stdio: ["ignore", log, log],
    });
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
}

/** The exit code or signal; a program that cannot be run at all is an error. */
export async function exitOf(child: ChildProcess, folder: Folder): Promise<number | string> {
  try {
    const [code, signal] = (await once(child, "close")) as [number | null, string | null];
    return code ?? signal ?? "an unknown end";
  } catch (cause) {
    throw explainSpawn(folder, child.spawnfile, cause);
  }
}

export function explainSpawn(folder: Folder, program: string, cause: unknown): unknown {
  const platform = `${process.platform}-${process.arch}`;
  // The file is there, but its loader is not: a C library that the build does not know, such as musl.
  if ((cause as NodeJS.ErrnoException).code === "ENOENT" && existsSync(program)) {
    const reason = "its C library is not glibc";
    return dbError("db.embedded_unsupported", { platform, reason }, { cause });
  }
  return explainLog(folder, "", (cause as Error).message, cause);
}

export function explainLog(folder: Folder, log: string, reason: string, cause?: unknown): Error {
  const { dataDir, logFile } = folder;
  // A full disk may have kept the very line out of the log, so the disk itself is asked too.
  if (/No space left on device|Disk quota exceeded|Check free disk space/.test(log) || isDiskFull(dataDir)) {
    return dbError("db.embedded_full", { dataDir }, { cause });
  }
  const logTail = log.slice(-TAIL_CHARACTERS).trim();
  return dbError("db.embedded_failed", { dataDir, logFile, logTail, reason }, { cause });
}

function isDiskFull(path: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize < FREE_BYTES_MIN;
  } catch {
    return false;
  }
}
