import { setTimeout as sleep } from "node:timers/promises";
import type { Actor } from "../audit/record.ts";
import { maybe } from "../db/sql.ts";
import { readMigrationFolder, registerMigrations } from "../fleet/app-migrations.ts";
import { findPending, startRun, workOnRun } from "../fleet/migration-run.ts";
import { findRunning, type MigrationRunRow } from "../fleet/store.ts";
import type { Tenancy } from "../start.ts";

export interface AppMigrations {
  /** Folder of numbered SQL files. Default: `app.migrations` of the configuration. */
  readonly folder?: string;
  /** Reference tables that all tenants read. Default: `app.shared` of the configuration. */
  readonly shared?: readonly string[];
  readonly by?: Actor;
}

const POLL_MS = 100;

/**
 * Adopts the app's migrations and applies them to every tenant, as `tenancy app migrate` does; when nothing is new it
 * costs one query per database. Returns the files that were new. Throws adopt.refused, app.migration_*.
 */
export async function applyMigrations(tenancy: Tenancy, options: AppMigrations = {}): Promise<string[]> {
  const { internals, config } = tenancy;
  const by = options.by ?? { actor: "library" };
  const files = await readMigrationFolder(options.folder ?? config.app.migrations);
  const shared = options.shared ?? config.app.shared;
  const { added } = await registerMigrations(internals.control, files, { shared, by });
  const app = await internals.reloadApp();
  for (;;) {
    const running = await maybe(internals.control, findRunning);
    if (!running && (await findPending(internals, app)).length === 0) return added;
    const { id } = running ?? (await startRun(internals, app, {}, by));
    const run = await workOnRun(internals, app, id);
    if (run.status === "running")
      await sleep(POLL_MS); // another process is at it
    else if (run.status !== "done") throw new Error(`The migrations ended as ${run.status}: ${reasons(run)}`);
  }
}

function reasons(run: MigrationRunRow): string {
  return run.errors.map(({ place, message }) => `${place}: ${message}`).join("; ");
}
