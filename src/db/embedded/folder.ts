import { randomBytes } from "node:crypto";
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { userInfo } from "node:os";
import { dirname, join, resolve } from "node:path";
import { dbError } from "../errors.ts";
import { type Account, databaseAccount, findBarrier } from "./account.ts";
import type { ProcessIdentity } from "./processes.ts";

/** The data folder and the places in it. All paths are real paths. */
export interface Folder {
  readonly dataDir: string;
  readonly account: Account;
  readonly pgdata: string;
  readonly passwordFile: string;
  readonly stateFile: string;
  readonly lockFile: string;
  readonly logFile: string;
}

/** What `server.json` remembers between starts. */
export interface FolderState {
  /** The process that started the server and stops it at its end. */
  readonly owner?: ProcessIdentity;
  /** The loopback port, kept so that a URL that somebody wrote down stays true. */
  readonly port?: number;
}

/** What may lie in the folder without a server ever having been started there: other parts of Tenancy put it. */
const NEIGHBOURS = new Set(["storage", "backups", "keys", "native", "log"]);

/** Makes or checks the data folder; everything in it belongs to the account that runs PostgreSQL. */
export function prepareFolder(path: string): Folder {
  const account = databaseAccount(path);
  const existed = existsSync(path);
  refuseBarrier(path, account);
  try {
    makeFolder(resolve(path));
  } catch (cause) {
    throw explainIo(path, cause);
  }
  const dataDir = realpathSync(path);
  refuseBarrier(dataDir, account);
  if (existed) refuseForeign(dataDir, account);
  const folder: Folder = {
    dataDir,
    account,
    pgdata: join(dataDir, "pgdata"),
    passwordFile: join(dataDir, "password"),
    stateFile: join(dataDir, "server.json"),
    lockFile: join(dataDir, "lock"),
    logFile: join(dataDir, "log", "postgres.log"),
  };
  try {
    own(dataDir, account);
    chmodSync(dataDir, 0o700);
    mkdirSync(dirname(folder.logFile), { recursive: true, mode: 0o700 });
    own(dirname(folder.logFile), account);
  } catch (cause) {
    throw explainIo(dataDir, cause);
  }
  return folder;
}

/** Makes the folder, and those above it passable whatever the umask: PostgreSQL may run as another user. */
function makeFolder(path: string): void {
  const first = mkdirSync(path, { recursive: true, mode: 0o755 });
  if (first === undefined) return;
  for (let folder = dirname(path); folder.length >= first.length; folder = dirname(folder))
    chmodSync(folder, 0o755);
}

function refuseBarrier(path: string, account: Account): void {
  const barrier = findBarrier(resolve(path), account);
  if (barrier === undefined) return;
  throw foreign(
    path,
    `PostgreSQL does not run as root, and user ${account.uid} may not pass through ${barrier}`,
    `Name a data folder outside ${barrier} (such as /var/lib/tenancy), or start as the user who owns it.`,
  );
}

function refuseForeign(dataDir: string, account: Account): void {
  const { uid } = statSync(dataDir);
  const expected = account.uid ?? process.getuid?.();
  if (uid !== expected && !(uid === 0 && account.uid !== undefined)) {
    const reason = `it belongs to user ${uid}, and this is user ${expected} (${userInfo().username})`;
    throw foreign(dataDir, reason, "Start as that user, or name another data folder.");
  }
  const names = readdirSync(dataDir);
  if (names.includes("pgdata") && !names.includes("password")) {
    const reason = "it holds a database, but not the password file that belongs to it";
    throw foreign(dataDir, reason, "Put the file `password` back, or name another data folder.");
  }
  if (names.includes("server.json")) return;
  const stranger = names.find(
    (name) => !NEIGHBOURS.has(name) && !/^(pgdata|lock|password|server\.json)(\.|$)/.test(name),
  );
  if (stranger !== undefined) {
    const reason = `it is not empty (${stranger}) and was not made by Tenancy`;
    throw foreign(dataDir, reason, "Name an empty or a new folder.");
  }
}

function foreign(dataDir: string, reason: string, cure: string): Error {
  return dbError("db.embedded_foreign", { dataDir, reason, cure });
}

/** Turns a failed file operation into the error that tells what to do about it. */
export function explainIo(dataDir: string, cause: unknown): unknown {
  const code = (cause as NodeJS.ErrnoException).code;
  if (code === "ENOSPC" || code === "EDQUOT") return dbError("db.embedded_full", { dataDir }, { cause });
  if (code === "EACCES" || code === "EPERM" || code === "EROFS" || code === "ENOTDIR" || code === "EEXIST") {
    const reason = `it cannot be written (${(cause as Error).message})`;
    const details = { dataDir, reason, cure: "Name a folder that this user can write." };
    return dbError("db.embedded_foreign", details, { cause });
  }
  return cause;
}

export function own(path: string, account: Account): void {
  if (account.uid !== undefined && account.gid !== undefined) chownSync(path, account.uid, account.gid);
}

/** Replaces the file at once, readable by the owner only. */
export function writePrivate(path: string, text: string, account: Account): void {
  const draft = `${path}.${process.pid}.new`;
  writeFileSync(draft, text, { mode: 0o600 });
  own(draft, account);
  renameSync(draft, path);
}

/** The superuser's password, drawn once per folder. */
export function ensurePassword(folder: Folder): string {
  if (!existsSync(folder.passwordFile)) {
    writePrivate(folder.passwordFile, randomBytes(24).toString("base64url"), folder.account);
  }
  return readFileSync(folder.passwordFile, "utf8").trim();
}

export function readState(folder: Folder): FolderState {
  try {
    return JSON.parse(readFileSync(folder.stateFile, "utf8")) as FolderState;
  } catch {
    // Missing or torn: it only holds preferences.
    return {};
  }
}

export function writeState(folder: Folder, state: FolderState): void {
  writePrivate(folder.stateFile, `${JSON.stringify(state, undefined, 2)}\n`, folder.account);
}

/** The major that made the database, such as 18; undefined when there is none yet. */
export function readDatabaseMajor(folder: Folder): number | undefined {
  try {
    return Number.parseInt(readFileSync(join(folder.pgdata, "PG_VERSION"), "utf8"), 10);
  } catch {
    return undefined;
  }
}

/** True when `path` is a folder of this account that nobody else can write. */
export function isPrivateFolder(path: string, account: Account): boolean {
  try {
    const stat = lstatSync(path);
    return (
      stat.isDirectory() && stat.uid === (account.uid ?? process.getuid?.()) && (stat.mode & 0o022) === 0
    );
  } catch {
    return false;
  }
}
