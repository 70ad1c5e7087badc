import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { joinSharedServer } from "./engine.ts";

/** A database of a test's own. Roles are shared by all databases of the cluster: name them uniquely. */
export interface TestDatabase {
  /** Superuser on this database. */
  readonly url: string;
  readonly name: string;
  /** Drops the database and whatever is still connected to it. */
  [Symbol.asyncDispose](): Promise<void>;
}

export interface TestCluster {
  /** Superuser on the cluster's own database; create nothing there. */
  readonly url: string;
  /** The major, such as 18. */
  readonly version: number;
  readonly engine: "embedded" | "external";
}

/** The server all tests run on: `TENANCY_TEST_DATABASE_URL`, else the shared embedded PostgreSQL 18. */
export async function testCluster(): Promise<TestCluster> {
  const { url, version, engine } = await cluster();
  return { url, version, engine };
}

/**
 * Makes a database with a name of its own; with `template`, a copy of that one, to which nobody may be connected.
 *
 * @example
 * await using db = await testDatabase();
 * const client = new pg.Client(db.url);
 */
export async function testDatabase(options: { template?: string } = {}): Promise<TestDatabase> {
  const { url } = await cluster();
  const name = `test_${process.pid}_${randomBytes(6).toString("hex")}`;
  const template = options.template === undefined ? "" : ` template ${quote(options.template)}`;
  await retried(`create database ${quote(name)}${template}`);
  return {
    url: databaseUrl(url, name),
    name,
    [Symbol.asyncDispose]: () => dropDatabase(name),
  };
}

/** The same server and login, another database. */
export function databaseUrl(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

async function dropDatabase(name: string): Promise<void> {
  await allGone(name);
  // `force` ends sessions but not those that stream from a slot.
  const streams = "select pg_terminate_backend(active_pid) from pg_replication_slots where database = ";
  await query(`${streams}${pg.escapeLiteral(name)} and active_pid is not null`);
  await retried(`drop database if exists ${quote(name)} with (force)`);
}

const GONE_TIMEOUT_MS = 1_500;
const GONE_POLL_MS = 20;

/**
 * A pool's `end` returns before the server has seen its clients go. To one that goes now the server would still say
 * that it is terminated, and node-postgres throws that at nobody. Whoever stays longer is ended by `force`.
 */
async function allGone(name: string): Promise<void> {
  const deadlineMs = Date.now() + GONE_TIMEOUT_MS;
  const others = `do $$ begin
    if exists (select from pg_stat_activity where datname = ${pg.escapeLiteral(name)} and backend_type = 'client backend') then
      raise exception using errcode = '55006', message = 'sessions are left';
    end if;
  end $$`;
  for (;;) {
    const isGone = await query(others).then(
      () => true,
      () => false,
    );
    if (isGone || Date.now() > deadlineMs) return;
    await sleep(GONE_POLL_MS);
  }
}

function quote(name: string): string {
  return pg.escapeIdentifier(name);
}

const IN_USE = "55006";
const IN_USE_TIMEOUT_MS = 20_000;
const RETRY_AFTER_MS = 50;

/** Another copy of the template, or a session on its way out, may hold the database for a moment. */
async function retried(statement: string): Promise<void> {
  const deadlineMs = Date.now() + IN_USE_TIMEOUT_MS;
  for (;;) {
    try {
      await query(statement);
      return;
    } catch (error) {
      if ((error as { code?: string }).code !== IN_USE || Date.now() > deadlineMs) throw error;
      await sleep(RETRY_AFTER_MS);
    }
  }
}

interface Connected extends TestCluster {
  readonly client: pg.Client;
}

let connected: Promise<Connected> | undefined;
let lastQuery: Promise<unknown> = Promise.resolve();

// One connection per process, made at the first call. Being connected is what keeps the shared server up; being
// idle it does not keep this process up.
function cluster(): Promise<Connected> {
  connected ??= connect();
  return connected;
}

async function connect(): Promise<Connected> {
  const external = process.env["TENANCY_TEST_DATABASE_URL"];
  const url = external ?? (await joinSharedServer());
  const client = new pg.Client(url);
  client.on("error", () => {
    connected = undefined;
  });
  await client.connect();
  const { rows } = await client.query<{ version: number }>(
    "select current_setting('server_version_num')::int / 10000 as version",
  );
  keepsProcessAlive(client, false);
  const engine = process.env["TENANCY_TEST_ENGINE"] === "embedded" || external === undefined;
  return { url, version: rows[0]?.version ?? 0, engine: engine ? "embedded" : "external", client };
}

/** One after the other: a client runs one statement at a time. */
function query(statement: string): Promise<void> {
  const done = lastQuery.then(async () => {
    const { client } = await cluster();
    keepsProcessAlive(client, true);
    try {
      await client.query(statement);
    } finally {
      keepsProcessAlive(client, false);
    }
  });
  lastQuery = done.catch(() => {});
  return done;
}

function keepsProcessAlive(client: pg.Client, isKeeping: boolean): void {
  // Both are part of pg's client and missing in its types.
  const socket = client as unknown as { ref(): void; unref(): void };
  if (isKeeping) socket.ref();
  else socket.unref();
}
