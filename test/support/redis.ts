import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

export interface RedisServer extends AsyncDisposable {
  /** With the administrator's password. */
  readonly url: string;
  /** kill -9 */
  kill(): Promise<void>;
  /** The same address again, with nothing in it. */
  restart(): Promise<void>;
  pause(): void;
  resume(): void;
}

const BINARIES = ["redis-server", "valkey-server"];
const PASSWORD = "admin-of-the-test";

/** A Redis of a test's own on a free loopback port; undefined when none is installed. */
export async function startRedis(): Promise<RedisServer | undefined> {
  const port = await freePort();
  const dir = mkdtempSync(join(tmpdir(), "tenancy-redis-"));
  let child = await spawnServer(port, dir);
  if (!child) {
    rmSync(dir, { recursive: true, force: true });
    return undefined;
  }
  const kill = async () => {
    if (child?.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  };
  return {
    url: `redis://:${PASSWORD}@127.0.0.1:${port}`,
    kill,
    restart: async () => {
      await kill();
      child = await spawnServer(port, dir);
    },
    pause: () => void child?.kill("SIGSTOP"),
    resume: () => void child?.kill("SIGCONT"),
    [Symbol.asyncDispose]: async () => {
      await kill();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function spawnServer(port: number, dir: string): Promise<ChildProcess | undefined> {
  const settings = ["--bind", "127.0.0.1", "--port", String(port), "--requirepass", PASSWORD, "--dir", dir];
  for (const binary of BINARIES) {
    const child = spawn(binary, [...settings, "--save", "", "--appendonly", "no"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    if (await isReady(child)) return child;
  }
  return undefined;
}

async function isReady(child: ChildProcess): Promise<boolean> {
  const failed = new Promise<false>((resolve) => {
    child.once("error", () => resolve(false));
    child.once("exit", () => resolve(false));
  });
  const ready = new Promise<true>((resolve) => {
    if (!child.stdout) return;
    const lines = createInterface(child.stdout);
    lines.on("line", (line) => {
      if (/ready to accept connections/i.test(line)) resolve(true);
    });
  });
  return Promise.race([failed, ready]);
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("No port");
  return address.port;
}
