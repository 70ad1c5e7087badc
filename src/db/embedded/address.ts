import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, realpathSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Account, findBarrier } from "./account.ts";
import { type Folder, isPrivateFolder, own } from "./folder.ts";

/** `sun_path` holds 108 bytes on Linux and 104 on macOS, one of them the closing zero. */
const SOCKET_PATH_BYTES_MAX = process.platform === "darwin" ? 103 : 107;
const SOCKET_NAME_BYTES = "/.s.PGSQL.65535".length;
// Below the range that kernels give to outgoing connections, so that a remembered port is not taken by one.
const PORT_MIN = 20_000;
const PORT_MAX = 32_000;
const PORT_ATTEMPTS_MAX = 50;

/** The data folder itself, or a folder with a short name when the path would not fit into a socket address. */
export function chooseSocketDir(folder: Folder): string {
  const fits = (path: string) => Buffer.byteLength(path) + SOCKET_NAME_BYTES <= SOCKET_PATH_BYTES_MAX;
  if (fits(folder.dataDir)) return folder.dataDir;
  const hash = createHash("sha256").update(folder.dataDir).digest("hex").slice(0, 16);
  for (const base of new Set([realpathSync(tmpdir()), "/tmp"])) {
    const path = join(base, `tenancy-${hash}`);
    if (fits(path) && findBarrier(path, folder.account) === undefined)
      return makePrivate(path, folder.account);
  }
  return folder.dataDir;
}

function makePrivate(path: string, account: Account): string {
  try {
    mkdirSync(path, { mode: 0o700 });
    own(path, account);
    return path;
  } catch {
    if (isPrivateFolder(path, account)) return path;
    // Somebody else took the name; a drawn one cannot be taken.
    const drawn = mkdtempSync(`${path.slice(0, -10)}-`);
    own(drawn, account);
    chmodSync(drawn, 0o700);
    return drawn;
  }
}

/** The port of the last time when it is free, else another one. */
export async function choosePort(remembered: number | undefined): Promise<number> {
  if (remembered !== undefined && (await isFreePort(remembered))) return remembered;
  for (let attempt = 0; attempt < PORT_ATTEMPTS_MAX; attempt++) {
    const port = PORT_MIN + Math.floor(Math.random() * (PORT_MAX - PORT_MIN));
    if (await isFreePort(port)) return port;
  }
  throw new Error(`No free port between ${PORT_MIN} and ${PORT_MAX} in ${PORT_ATTEMPTS_MAX} attempts`);
}

function isFreePort(port: number): Promise<boolean> {
  return new Promise((done) => {
    const probe = createServer();
    probe.once("error", () => done(false));
    probe.listen({ port, host: "127.0.0.1", exclusive: true }, () => probe.close(() => done(true)));
  });
}
