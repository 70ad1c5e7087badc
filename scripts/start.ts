/**
 * `npm start`: the platform on this machine, from nothing to a link to sign in with. `npm start -- --no-console`
 * leaves the console as it is, built or not.
 */
import { existsSync } from "node:fs";
import { systemClock } from "../src/base/clock.ts";
import { type Config, loadConfig } from "../src/base/config.ts";
import { isTenancyError } from "../src/base/errors.ts";
import { createLog } from "../src/base/log.ts";
import { defaultDataDir } from "../src/db/embedded.ts";
import { readMigrationFolder, registerMigrations } from "../src/fleet/app-migrations.ts";
import { findPending, resumeRun, startRun, workOnRun } from "../src/fleet/migration-run.ts";
import { createServer, listen } from "../src/http/server.ts";
import { createOperatorLink } from "../src/identity/operators.ts";
import { createTenancy, type Tenancy } from "../src/start.ts";
import { buildConsole, CONSOLE_DIST } from "./console-build.ts";

const STOP_TIMEOUT_MS = 5_000;
const PROBE_TIMEOUT_MS = 2_000;
const BY = { actor: "cli:start" };

const say = (line = "") => void process.stdout.write(`${line}\n`);
const stopping = stopOnSignal();

try {
  await start();
} catch (failure) {
  explain(failure);
  await stopping.now(1);
}

async function start(): Promise<void> {
  const config = await loadConfig({ env: process.env, cwd: process.cwd(), defaultDataDir });
  if (await isServing(config)) return refuseSecondStart(config);
  if (!process.argv.includes("--no-console")) await buildConsole(say);
  const tenancy = await openTenancy(config);
  stopping.add(() => tenancy.close());
  await migrateApp(tenancy);
  const app = await createServer({ tenancy, consoleDir: CONSOLE_DIST });
  stopping.add(() => app.close());
  const url = await listen(app, config.server);
  await greet(tenancy, url);
}

async function openTenancy(config: Config): Promise<Tenancy> {
  const isFirst = !config.databaseUrl && !existsSync(config.dataDir);
  if (isFirst) say("Making the database; this is done once …");
  const isTerminal = process.stderr.isTTY;
  const log = createLog({
    // On a terminal a line for each request would bury what the reader is looking for.
    level: isTerminal ? "warn" : "info",
    json: !isTerminal,
    clock: systemClock,
    write: (line) => process.stderr.write(line),
  });
  return createTenancy({ config, log, by: BY });
}

/** Brings every tenant to the newest of the app's migrations. A faulty file does not keep the platform down. */
async function migrateApp({ config, internals }: Tenancy): Promise<void> {
  const { migrations: folder, shared } = config.app;
  if (!existsSync(folder)) return;
  try {
    const files = await readMigrationFolder(folder);
    const { added } = await registerMigrations(internals.control, files, { shared, by: BY });
    if (added.length > 0) say(`Registered the app's migrations ${added.join(", ")}.`);
    const app = await internals.reloadApp();
    await resumeRun(internals, app);
    if ((await findPending(internals, app)).length === 0) return;
    const { id } = await startRun(internals, app, {}, BY);
    const run = await workOnRun(internals, app, id);
    say(`Migrated the app to version ${run.to_version}: ${run.done} places done, ${run.failed} failed.`);
  } catch (failure) {
    if (!isTenancyError(failure) || failure.code === "app.no_migrations") return;
    say(`The app's migrations in ${folder} are not applied:`);
    explain(failure);
  }
}

async function greet(tenancy: Tenancy, url: string): Promise<void> {
  const { config, internals } = tenancy;
  const { control: pool, embedded } = internals;
  const link = await createOperatorLink({ pool, clock: systemClock }, BY);
  const hasConsole = existsSync(CONSOLE_DIST);
  const database = embedded
    ? `embedded PostgreSQL, port ${embedded.tcpPort}${embedded.joined ? ", run by another process" : ""}`
    : "the one that TENANT_DATABASE_URL names";
  say("Tenancy is running.");
  say();
  say(`  Server    ${url}`);
  say(`  Console   ${hasConsole ? url : "not built; the lines above say why"}`);
  say(`  Database  ${database}`);
  say(`  Data      ${config.dataDir}`);
  say();
  say("Sign in with this link; it works once, within 15 minutes (`./manage operator link` makes another):");
  say();
  say(`  ${url}/#link=${link.token}`);
  say();
  say("Next, in another terminal:");
  say();
  say('  ./manage tenant create --name "Studio One" --plan premium');
  say("  ./manage tenant list");
  say("  npm run example");
  say();
  say("Ctrl-C stops it; the data stays.");
}

/** True when a Tenancy server answers at the configured address already. */
async function isServing(config: Config): Promise<boolean> {
  if (config.server.port === 0) return false;
  try {
    const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS);
    const answer = await fetch(`${addressOf(config)}/openapi.json`, { signal });
    const document = (await answer.json()) as { info?: { title?: unknown } };
    return document.info?.title === "Tenancy";
  } catch {
    return false; // nobody, or somebody else: listening tells which
  }
}

async function refuseSecondStart(config: Config): Promise<void> {
  say(`Tenancy is running already, at ${addressOf(config)}.`);
  say("  `./manage operator link` makes a link to sign in with.");
  say("  To run another one beside it, set `server.port` and `dataDir` in tenancy.config.ts.");
  await stopping.now(1);
}

function addressOf({ server: { host, port } }: Config): string {
  const name = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  return `http://${name.includes(":") ? `[${name}]` : name}:${port}`;
}

function explain(failure: unknown): void {
  if (!isTenancyError(failure)) {
    process.stderr.write(`error: ${failure instanceof Error ? failure.stack : String(failure)}\n`);
    return;
  }
  process.stderr.write(`error: ${failure.message}\n`);
  for (const { path, message } of failure.problems) process.stderr.write(`  ${path}: ${message}\n`);
  process.stderr.write(`  ${failure.cure}\n`);
}

/** Ends what was opened, last first. A second signal, or five seconds, end the process as it is. */
function stopOnSignal() {
  const closers: (() => Promise<unknown>)[] = [];
  let isStopping = false;
  const now = async (code: number): Promise<void> => {
    isStopping = true;
    const force = setTimeout(() => process.exit(1), STOP_TIMEOUT_MS);
    force.unref();
    for (const close of closers.reverse()) await close().catch(explain);
    process.exit(code);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (isStopping) process.exit(130);
      say("Stopping …");
      void now(0);
    });
  }
  return { add: (close: () => Promise<unknown>) => void closers.push(close), now };
}
