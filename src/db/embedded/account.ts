import { readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";

/** The system account that runs PostgreSQL. Empty: the account of this process. */
export interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

const NOBODY = 65534;

/**
 * PostgreSQL refuses to run as root, so root hands over to an account without rights: the folder's owner when
 * it has one, else `postgres`, else `nobody`.
 */
export function databaseAccount(dataDir: string): Account {
  if (process.getuid?.() !== 0) return {};
  try {
    const { uid, gid } = statSync(dataDir);
    if (uid !== 0) return { uid, gid };
  } catch {
    // Not made yet.
  }
  return findAccount("postgres") ?? findAccount("nobody") ?? { uid: NOBODY, gid: NOBODY };
}

function findAccount(name: string): Account | undefined {
  let passwd: string;
  try {
    passwd = readFileSync("/etc/passwd", "utf8");
  } catch {
    return undefined;
  }
  const fields = passwd
    .split("\n")
    .map((line) => line.split(":"))
    .find((line) => line[0] === name);
  return fields ? { uid: Number(fields[2]), gid: Number(fields[3]) } : undefined;
}

/** The first folder on the way to `path` (itself left out) that the account may not pass through. */
export function findBarrier(path: string, account: Account): string | undefined {
  if (account.uid === undefined) return undefined;
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (!isAllowed(folder, account, 0o1)) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

/** True when the account may execute the file and pass through every folder above it. */
export function isExecutable(path: string, account: Account): boolean {
  return findBarrier(path, account) === undefined && isAllowed(path, account, 0o1);
}

// Supplementary groups do not count: Node drops them when it starts a program under another account.
function isAllowed(path: string, account: Account, bits: number): boolean {
  try {
    const { mode, uid, gid } = statSync(path);
    const owner = account.uid ?? process.getuid?.();
    const group = account.gid ?? process.getgid?.();
    const shift = uid === owner ? 6 : gid === group ? 3 : 0;
    return ((mode >> shift) & bits) === bits;
  } catch {
    // A folder that does not exist yet is made by us and for that account.
    return true;
  }
}
