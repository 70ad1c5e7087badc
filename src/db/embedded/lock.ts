import {
  closeSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { isAlive, type ProcessIdentity, thisProcess } from "./processes.ts";

const POLL_MS = 20;
/** A lock file without a readable holder is one that its writer did not finish; it gets this long to do so. */
const UNREADABLE_MS = 5_000;

/**
 * Holds `path` while a process prepares, starts or joins a server; returns the release, or undefined at the
 * deadline. A lock whose holder is dead is taken over. This keeps the work orderly; that two servers never run
 * on one data folder is guaranteed by PostgreSQL's own interlock.
 */
export async function acquireLock(path: string, deadlineMs: number): Promise<(() => void) | undefined> {
  for (;;) {
    if (createLock(path)) return () => rmSync(path, { force: true });
    if (breakStaleLock(path)) continue;
    if (Date.now() > deadlineMs) return undefined;
    await sleep(POLL_MS);
  }
}

function createLock(path: string): boolean {
  let file: number;
  try {
    file = openSync(path, "wx", 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
  try {
    writeSync(file, JSON.stringify(thisProcess()));
  } finally {
    closeSync(file);
  }
  return true;
}

/** True when the lock is worth another try. */
function breakStaleLock(path: string): boolean {
  const text = readText(path);
  if (text === undefined) return true;
  const holder = parseHolder(text);
  if (holder ? isAlive(holder) : ageMs(path) < UNREADABLE_MS) return false;
  // Between the read and now another process may have done the same and hold a new lock: the rename picks up
  // exactly one file, and one that turns out to be somebody's new lock is put back.
  const aside = `${path}.${process.pid}.stale`;
  try {
    renameSync(path, aside);
    if (readText(aside) !== text) linkSync(aside, path);
  } catch {
    // Somebody else was faster.
  }
  rmSync(aside, { force: true });
  return true;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function parseHolder(text: string): ProcessIdentity | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return undefined;
    const { pid, startedAt } = value as Partial<ProcessIdentity>;
    return typeof pid === "number" && typeof startedAt === "string" ? { pid, startedAt } : undefined;
  } catch {
    return undefined;
  }
}

function ageMs(path: string): number {
  try {
    return Date.now() - statSync(path).mtimeMs;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
