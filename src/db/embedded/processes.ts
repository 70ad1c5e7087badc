import { spawn, spawnSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";

/** A process, told apart from a later one that was given the same pid. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque; equal for the same process and different for another with its pid. */
  readonly startedAt: string;
}

/** When the process started, or undefined when it is gone. A zombie is gone: it holds no files and no locks. */
export function processStart(pid: number): string | undefined {
  if (process.platform !== "linux") return processStartByPs(pid);
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return undefined;
  }
  // The name in parentheses may hold anything, so the fields are counted from its end: state is 3, starttime 22.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const state = fields[0];
  return state === "Z" || state === "X" ? undefined : fields[19];
}

function processStartByPs(pid: number): string | undefined {
  const result = spawnSync("ps", ["-o", "stat=,lstart=", "-p", String(pid)], { encoding: "utf8" });
  const line = result.status === 0 ? result.stdout.trim() : "";
  return line === "" || line.startsWith("Z") ? undefined : line.replace(/^\S+\s+/, "");
}

export function thisProcess(): ProcessIdentity {
  return { pid: process.pid, startedAt: processStart(process.pid) ?? "" };
}

export function isAlive(identity: ProcessIdentity): boolean {
  return processStart(identity.pid) === identity.startedAt;
}

/** True when `pid` is a postmaster that serves `pgdata` (a real path): its working directory is there. */
export function isPostmasterOf(pid: number, pgdata: string): boolean {
  if (processStart(pid) === undefined) return false;
  if (process.platform === "linux") {
    try {
      return readlinkSync(`/proc/${pid}/cwd`) === pgdata;
    } catch {
      // Not readable: another user's process. A postmaster runs as the owner of its data folder, which we are.
      return false;
    }
  }
  const result = spawnSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" });
  return result.stdout.includes(pgdata);
}

/** A second process that stops the postmaster when this one dies, however it dies. */
export interface Guard {
  release(): void;
}

// `read` returns at end of file, which the kernel delivers when the last holder of the pipe is gone. The pid is
// compared with the one in postmaster.pid, so that a reused pid is never signalled.
const GUARD = `
read -r word
[ "$word" = released ] && exit 0
read -r pid < "$2/postmaster.pid" && [ "$pid" = "$1" ] && kill -INT "$1"
`;

export function guardPostmaster(pid: number, pgdata: string, as: { uid?: number; gid?: number }): Guard {
  const child = spawn("/bin/sh", ["-c", GUARD, "tenancy-guard", String(pid), pgdata], {
    ...as,
    cwd: "/",
    env: {},
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  // Without a guard the server still works; it only outlives an owner that is killed, and is adopted later.
  child.on("error", () => {});
  child.stdin.on("error", () => {});
  child.unref();
  (child.stdin as unknown as { unref(): void }).unref();
  return { release: () => child.stdin.end("released\n") };
}
