import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Actor } from "./audit/record.ts";
import { systemClock } from "./base/clock.ts";
import type { Config } from "./base/config.ts";
import { isTenancyError } from "./base/errors.ts";
import { createLog } from "./base/log.ts";
import { readMigrationFolder, registerMigrations } from "./fleet/app-migrations.ts";
import { findPending, resumeRun, startRun, workOnRun } from "./fleet/migration-run.ts";
import { createServer, listen } from "./http/server.ts";
import { createOperatorLink } from "./identity/operators.ts";
import { createTenancy, type Tenancy } from "./start.ts";

export interface ServeOptions {
  readonly config: Config;
  readonly by: Actor;
  /** False: no link is made to sign in with, which would stand in the log of a service. Default true. */
  readonly makesLink?: boolean;
  /** Tells people what is done. */
  readonly say: (line: string) => void;
  /** Tells of a fault that keeps nothing down. */
  readonly explain: (failure: unknown) => void;
}

/** The platform as it runs in this process. */
export interface Serving {
  /** Where people reach it. On one's own machine it is localhost: passkeys know no address. */
  readonly url: string;
  /** Null: it is not built. */
  readonly consoleUrl: string | null;
  /** Signs an operator in, once; null: none was asked for. */
  readonly link: string | null;
  readonly database: string;
  readonly dataDir: string;
  close(): Promise<void>;
}

/** The server with everything around it: database, the app's migrations, console. Throws server.port_taken and others. */
export async function serve({ config, by, makesLink = true, say, explain }: ServeOptions): Promise<Serving> {
  if (!config.databaseUrl && !existsSync(config.dataDir)) say("Making the database; this is done once …");
  const tenancy = await createTenancy({ config, log: openLog(), by });
  try {
    await migrateApp(tenancy, { by, say, explain });
    const consoleDir = findConsole();
    const app = await createServer({ tenancy, consoleDir });
    await listen(app, config.server).catch(async (failure: unknown) => {
      await app.close();
      throw failure;
    });
    const { identity, embedded } = tenancy.internals;
    const url = identity.parts.site.origin();
    const link = makesLink ? `${url}/#link=${(await createOperatorLink(identity.parts, by)).token}` : null;
    return {
      url,
      consoleUrl: consoleDir === null ? null : url,
      link,
      database: embedded
        ? `embedded PostgreSQL, port ${embedded.tcpPort}${embedded.joined ? ", run by another process" : ""}`
        : "the one that TENANT_DATABASE_URL names",
      dataDir: config.dataDir,
      close: async () => {
        await app.close();
        await tenancy.close();
      },
    };
  } catch (failure) {
    await tenancy.close();
    throw failure;
  }
}

/** In the published package it lies beside this file; in the repository where its build puts it. */
function findConsole(): string | null {
  const places = [join(import.meta.dirname, "console"), join(import.meta.dirname, "../console/dist")];
  return places.find((place) => existsSync(join(place, "index.html"))) ?? null;
}

function openLog() {
  const isTerminal = process.stderr.isTTY === true;
  return createLog({
    // On a terminal a line for each request would bury what the reader is looking for.
    level: isTerminal ? "warn" : "info",
    json: !isTerminal,
    clock: systemClock,
    write: (line) => process.stderr.write(line),
  });
}

/** Brings every tenant to the newest of the app's migrations. A faulty file does not keep the platform down. */
async function migrateApp(
  { config, internals }: Tenancy,
  { by, say, explain }: Omit<ServeOptions, "config">,
): Promise<void> {
  const { migrations: folder, shared } = config.app;
  if (!existsSync(folder)) return;
  try {
    const files = await readMigrationFolder(folder);
    const { added } = await registerMigrations(internals.control, files, { shared, by });
    if (added.length > 0) say(`Registered the app's migrations ${added.join(", ")}.`);
    const app = await internals.reloadApp();
    await resumeRun(internals, app);
    if ((await findPending(internals, app)).length === 0) return;
    const { id } = await startRun(internals, app, {}, by);
    const run = await workOnRun(internals, app, id);
    say(`Migrated the app to version ${run.to_version}: ${run.done} places done, ${run.failed} failed.`);
  } catch (failure) {
    if (isTenancyError(failure) && failure.code === "app.no_migrations") return;
    say(`The app's migrations in ${folder} are not applied:`);
    explain(failure);
  }
}
