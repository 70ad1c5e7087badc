/**
 * A registry mirror may lack packages for other platforms; npm then leaves them out of package-lock.json, and `npm ci`
 * refuses the file everywhere. This adds them: version from the range, platform from the name.
 *
 * `node scripts/complete-lockfile.ts` after `npm install`; test/lockfile.test.ts says when it is needed.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export interface LockEntry {
  version?: string;
  dev?: boolean;
  cpu?: string[];
  optional?: boolean;
  os?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
}
export interface Lockfile {
  packages: Record<string, LockEntry>;
}

const LOCKFILE = fileURLToPath(new URL("../package-lock.json", import.meta.url));
const SYSTEMS = [
  "android",
  "darwin",
  "linux",
  "win32",
  "freebsd",
  "openbsd",
  "netbsd",
  "sunos",
  "aix",
  "openharmony",
];
const PROCESSORS: Readonly<Record<string, string>> = {
  arm64: "arm64",
  x64: "x64",
  arm: "arm",
  ia32: "ia32",
  ppc64: "ppc64",
  riscv64: "riscv64",
  s390x: "s390x",
  loong64: "loong64",
};

/** Optional packages that some entry names and that have no entry. */
export function missingEntries(lockfile: Lockfile): { name: string; range: string; dev: boolean }[] {
  const missing = new Map<string, { name: string; range: string; dev: boolean }>();
  for (const [path, entry] of Object.entries(lockfile.packages)) {
    for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
      if (!isResolved(lockfile, path, name)) missing.set(name, { name, range, dev: entry.dev === true });
    }
  }
  return [...missing.values()];
}

export function readLockfile(): Lockfile {
  return JSON.parse(readFileSync(LOCKFILE, "utf8")) as Lockfile;
}

function isResolved({ packages }: Lockfile, from: string, name: string): boolean {
  for (let path = from; ; path = path.slice(0, Math.max(0, path.lastIndexOf("/node_modules/")))) {
    if (packages[`${path}${path === "" ? "" : "/"}node_modules/${name}`]) return true;
    if (path === "") return false;
  }
}

function entryFor({ name, range, dev }: { name: string; range: string; dev: boolean }): LockEntry {
  const words = (name.split("/").at(-1) ?? "").split("-");
  const cpu = words.map((word) => PROCESSORS[word]).find((found) => found !== undefined);
  const os = words.find((word) => SYSTEMS.includes(word));
  const libc = words.includes("musl")
    ? "musl"
    : words.some((word) => word.startsWith("gnu"))
      ? "glibc"
      : undefined;
  return {
    version: range.replace(/^[~^]/, ""),
    ...(dev ? { dev } : {}),
    ...(cpu ? { cpu: [cpu] } : {}),
    optional: true,
    ...(os ? { os: [os] } : {}),
    ...(libc ? { libc: [libc] } : {}),
  };
}

if (import.meta.main) {
  const lockfile = readLockfile();
  const missing = missingEntries(lockfile);
  for (const each of missing) lockfile.packages[`node_modules/${each.name}`] = entryFor(each);
  const { "": root, ...rest } = lockfile.packages;
  const sorted = Object.fromEntries(Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(LOCKFILE, `${JSON.stringify({ ...lockfile, packages: { "": root, ...sorted } }, null, 2)}\n`);
  process.stdout.write(`${missing.length} entries added.\n`);
}
