import type pg from "pg";
import { type Actor, recordEvent } from "../audit/record.ts";
import { uuidv7 } from "../base/ids.ts";
import { exec, maybe, one } from "../db/sql.ts";
import { withAdvisoryLock, withTx } from "../db/tx.ts";
import type { Cells } from "../tenants/cells.ts";
import type { AppSchema } from "./app-migrations.ts";
import { fleetError } from "./errors.ts";
import { describePlace, ledgerKey, type PlaceRef } from "./place.ts";
import { migratePlace, pendingVersions } from "./place-migration.ts";
import { byDatabase, listPlaces, readLedger } from "./places.ts";
import {
  findRun,
  findRunning,
  finishRun,
  hasPlace,
  insertRun,
  type MigrationRunRow,
  setWarmVersion,
  updateRun,
} from "./store.ts";
import { TEMPLATE_TENANT } from "./template-rows.ts";

export interface RunOptions {
  /** Places of the first wave; default 1 % of the tenants' own places, at least 1. */
  readonly canary?: number;
  /** Failed places that are put up with; one more stops the run. Default 0. */
  readonly errorBudget?: number;
  /** Places at a time. Default 8. */
  readonly concurrency?: number;
}

export interface PendingPlace {
  readonly place: PlaceRef;
  readonly applied: ReadonlySet<number>;
  readonly versions: readonly number[];
}

export interface FleetParts {
  readonly control: pg.Pool;
  readonly cells: Cells;
}

export interface Progress {
  readonly wave: "canary" | "fleet";
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  readonly current: string;
}

const CONCURRENCY = 8;
const ERRORS_KEPT_MAX = 20;
const SAVE_EVERY_MS = 250;

/** What is behind: one query per database tells it, however many places that holds. */
export async function findPending(parts: FleetParts, app: AppSchema): Promise<PendingPlace[]> {
  const pending: PendingPlace[] = [];
  for (const places of byDatabase(await listPlaces(parts.control, parts.cells)).values()) {
    const first = places[0] as PlaceRef; // a group is never empty
    const ledger = await readLedger((await parts.cells.admin(first.cell)).pool(first.database));
    for (const place of places) {
      const applied = ledger.get(ledgerKey(place)) ?? new Set<number>();
      const versions = pendingVersions(place.kind, app, applied);
      if (versions.length > 0) pending.push({ place, applied, versions });
    }
  }
  return pending;
}

/** Registers a run; `work` does it. Throws app.run_active while another one is at work. */
export async function startRun(
  parts: FleetParts,
  app: AppSchema,
  options: RunOptions,
  by: Actor,
): Promise<MigrationRunRow> {
  const id = uuidv7();
  try {
    return await withTx(parts.control, async (tx) => {
      await exec(tx, insertRun, [id, app.version, JSON.stringify(options), by.actor]);
      await recordEvent(tx, by, "app.migration_run_started", null, { id, toVersion: app.version });
      return one(tx, findRun, [id]);
    });
  } catch (failure) {
    if ((failure as { constraint?: string }).constraint === "migration_runs_one_running_key") {
      throw fleetError("app.run_active", {}, { cause: failure });
    }
    throw failure;
  }
}

/**
 * Brings the fleet to the newest version: reference tables, then a canary wave of tenants' own places, then all.
 * An abort ends it after the places at work. Resumable: the ledgers say what is done, so a run that was killed goes on where it stopped, exactly once per place.
 */
export async function workOnRun(
  parts: FleetParts,
  app: AppSchema,
  id: string,
  onProgress?: (progress: Progress) => void,
  signal?: AbortSignal,
): Promise<MigrationRunRow> {
  await withAdvisoryLock(parts.control, "migration-run", async () => {
    const row = await one(parts.control, findRun, [id]);
    if (row.status !== "running") return;
    const run = new Run(parts, app, row, onProgress, signal);
    await run.work();
  });
  return one(parts.control, findRun, [id]);
}

/** Takes up a run whose process died. */
export async function resumeRun(parts: FleetParts, app: AppSchema): Promise<void> {
  const running = await maybe(parts.control, findRunning);
  if (running) await workOnRun(parts, app, running.id);
}

class Run {
  readonly #parts: FleetParts;
  readonly #app: AppSchema;
  readonly #row: MigrationRunRow;
  readonly #onProgress: ((progress: Progress) => void) | undefined;
  #total = 0;
  #done = 0;
  #failed = 0;
  #wave: "canary" | "fleet" = "canary";
  #isStopped = false;
  #savedMs = 0;
  readonly #errors: { place: string; message: string }[] = [];

  constructor(
    parts: FleetParts,
    app: AppSchema,
    row: MigrationRunRow,
    onProgress?: (progress: Progress) => void,
    signal?: AbortSignal,
  ) {
    this.#isStopped = signal?.aborted ?? false;
    signal?.addEventListener("abort", () => {
      this.#isStopped = true;
    });
    this.#parts = parts;
    this.#app = app;
    this.#row = row;
    this.#onProgress = onProgress;
  }

  async work(): Promise<void> {
    const pending = await findPending(this.#parts, this.#app);
    // Taken up after a crash: what was done before it counts, what had failed is tried again.
    this.#total = Math.max(this.#row.total, pending.length);
    this.#done = this.#total - pending.length;
    const common = pending.filter(({ place }) => place.kind === "common");
    const own = pending.filter(({ place }) => place.kind === "schema" || place.kind === "database");
    const shared = pending.filter(({ place }) => place.kind === "shared");
    const rows = pending.filter(({ place }) => place.kind === "rows");
    const canary = own.slice(0, this.#row.options.canary ?? Math.max(1, Math.ceil(own.length / 100)));
    await this.#runWave("canary", common);
    await this.#runWave("canary", canary);
    await this.#runWave("fleet", shared);
    await this.#runWave("fleet", [...own.slice(canary.length), ...rows]);
    await this.#finish();
  }

  async #runWave(wave: "canary" | "fleet", places: readonly PendingPlace[]): Promise<void> {
    if (this.#isStopped || places.length === 0) return;
    this.#wave = wave;
    await this.#save();
    const queue = places.values();
    const concurrency = (this.#row.options as RunOptions).concurrency ?? CONCURRENCY;
    const workers = Array.from({ length: Math.min(concurrency, places.length) }, async () => {
      for (const pending of queue) {
        if (this.#isStopped) return;
        await this.#migrate(pending);
      }
    });
    await Promise.all(workers);
  }

  async #migrate({ place, applied }: PendingPlace): Promise<void> {
    try {
      const pool = (await this.#parts.cells.admin(place.cell)).pool(place.database);
      await migratePlace(pool, place, this.#app, applied);
      if (place.tenantId !== null && place.slug === null) {
        await exec(this.#parts.control, setWarmVersion, [place.tenantId, this.#app.version]);
      }
      this.#done += 1;
    } catch (failure) {
      // Erased while the run went on: there is nothing left to migrate.
      const isGone = await this.#isGone(place).catch(() => false);
      if (isGone) this.#done += 1;
      else this.#fail(place, failure as Error);
    }
    this.#onProgress?.({
      wave: this.#wave,
      total: this.#total,
      done: this.#done,
      failed: this.#failed,
      current: describePlace(place),
    });
    if (performance.now() - this.#savedMs > SAVE_EVERY_MS) await this.#save();
  }

  async #isGone({ tenantId }: PlaceRef): Promise<boolean> {
    if (tenantId === null || tenantId === TEMPLATE_TENANT) return false;
    return !(await one(this.#parts.control, hasPlace, [tenantId])).has_place;
  }

  #fail(place: PlaceRef, failure: Error): void {
    this.#failed += 1;
    if (this.#errors.length < ERRORS_KEPT_MAX) {
      this.#errors.push({ place: describePlace(place), message: failure.message });
    }
    if (this.#failed > (this.#row.options.errorBudget ?? 0)) this.#isStopped = true;
  }

  async #save(): Promise<void> {
    this.#savedMs = performance.now();
    const saved = await one(this.#parts.control, updateRun, [
      this.#row.id,
      this.#wave,
      this.#total,
      this.#done,
      this.#failed,
      JSON.stringify(this.#errors),
    ]);
    if (saved.stop_requested) this.#isStopped = true;
  }

  async #finish(): Promise<void> {
    await this.#save();
    const status = this.#failed > 0 ? "failed" : this.#isStopped ? "stopped" : "done";
    await withTx(this.#parts.control, async (tx) => {
      await exec(tx, finishRun, [this.#row.id, status]);
      await recordEvent(tx, { actor: this.#row.actor }, "app.migration_run_finished", null, {
        id: this.#row.id,
        status,
        done: this.#done,
        failed: this.#failed,
      });
    });
  }
}
