import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const BINARY = "/usr/sbin/pgbouncer";

export function hasPgBouncer(): boolean {
  return existsSync(BINARY);
}

export interface PgBouncer {
  readonly host: string;
  readonly port: number;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A PgBouncer in transaction mode with a tiny pool, which logs in at the server as the superuser's URL says it can. */
export async function startPgBouncer(url: string, poolSize: number): Promise<PgBouncer> {
  const server = new URL(url);
  const folder = mkdtempSync(join(tmpdir(), "tenancy-pgbouncer-"));
  chmodSync(folder, 0o755);
  const port = await freePort();
  const host = server.hostname === "localhost" ? "127.0.0.1" : server.hostname;
  const [user, password] = [decodeURIComponent(server.username), decodeURIComponent(server.password)];
  const file = join(folder, "pgbouncer.ini");
  // auth_query lets every role in with the secret that PostgreSQL keeps of it: SCRAM keys pass through.
  writeFileSync(
    file,
    `[databases]
* = host=${host} port=${server.port} auth_user=${user}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${join(folder, "users.txt")}
auth_query = select usename, passwd from pg_catalog.pg_shadow where usename = $1
pool_mode = transaction
default_pool_size = ${poolSize}
max_client_conn = 500
server_idle_timeout = 600
ignore_startup_parameters = extra_float_digits
admin_users = ${user}
`,
  );
  writeFileSync(join(folder, "users.txt"), `"${user}" "${password}"\n`);
  chmodSync(file, 0o644);
  chmodSync(join(folder, "users.txt"), 0o644);
  const child = spawn(BINARY, [file], { stdio: ["ignore", "ignore", "pipe"], ...unprivileged() });
  const complaint: string[] = [];
  child.stderr.on("data", (chunk) => complaint.push(String(chunk)));
  await untilListening(port, child, complaint);
  return {
    host: "127.0.0.1",
    port,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGTERM");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** PgBouncer does not run as root. */
function unprivileged(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  return { uid: 65_534, gid: 65_534 };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

async function untilListening(
  port: number,
  child: ChildProcess,
  complaint: readonly string[],
): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (child.exitCode !== null) break;
    const socket = connect(port, "127.0.0.1");
    const isOpen = await Promise.race([
      once(socket, "connect").then(() => true),
      once(socket, "error").then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (isOpen) return;
    await sleep(50);
  }
  throw new Error(`PgBouncer did not start:\n${complaint.join("")}`);
}
