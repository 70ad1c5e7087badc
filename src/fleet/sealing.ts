import type pg from "pg";
import { recordEvent } from "../audit/record.ts";
import { exec, many, maybe, one } from "../db/sql.ts";
import { withAdvisoryLock, withTx } from "../db/tx.ts";
import { SEALING_STAGES, type SealingStage } from "../isolation/sealed-shape.ts";
import type { AppSchema } from "./app-migrations.ts";
import type { FleetParts } from "./migration-run.ts";
import { type PlainParts, sealPlainValues } from "./seal-plain.ts";
import { appColumnsPlace, countTenantColumns, sealedColumnsOf } from "./sealed-place.ts";
import {
  addLookup,
  addOnly,
  dropLookup,
  findDrained,
  type SealedAt,
  startSealing,
  stepSealing,
  validate,
} from "./sealed-store.ts";
import { type ColumnPlace, SealingCensus } from "./sealing-census.ts";
import { listStages, notifyAppChanged } from "./store.ts";

export interface SealingParts extends FleetParts, PlainParts {
  /** The newest. */
  readonly appSchema: () => Promise<AppSchema>;
  /** Reads it again after a step. */
  readonly reload: () => Promise<AppSchema>;
  /** How long a process may take to hear of a step. Default 60 s. */
  readonly drainMs?: number;
}

/** How far one sealed column has come, in all places. */
export interface ColumnProgress {
  readonly id: string;
  readonly table: string;
  readonly column: string;
  readonly search: boolean;
  readonly subject: string | null;
  readonly stage: SealingStage;
  /** When it came to this stage; null for a column that was sealed from its beginning. */
  readonly since: Date | null;
  readonly places: { readonly sealed: number; readonly total: number };
}

export interface TenantColumnProgress {
  readonly table: string;
  readonly column: string;
  readonly stage: SealingStage;
  readonly sealed: number;
  readonly plain: number;
}

const DRAIN_MS = 60_000;
const LOCK_TIMEOUT_MS = 2_000;
const TRIES_MAX = 6;
/** Rounds in one place before others get their turn. */
const ROUNDS_MAX = 5;
/** A plain value that came in between. */
const CHECK_VIOLATION = "23514";
const THERE_ALREADY = "42710";
const BUSY = new Set(["55P03", "40P01"]);

/** The sealing of the app's columns: shown, counted, and done in the background for those that had rows. */
export class AppSealing {
  readonly #parts: SealingParts;
  readonly #end = new AbortController();

  constructor(parts: SealingParts) {
    this.#parts = parts;
  }

  /** Where the rotation finds the values. */
  get place(): ReturnType<typeof appColumnsPlace> {
    return appColumnsPlace(this.#parts);
  }

  /**
   * Seals columns that had rows before they were declared, without holding the app up. A column goes through its
   * stages one by one; at the end no place has a plain value, nor admits one. Each step can break off anywhere, and is
   * taken up by any process. One column's or tenant's failure does not keep the others waiting.
   */
  async keep(): Promise<void> {
    const { control, appSchema } = this.#parts;
    await withAdvisoryLock(control, "sealed-columns", async () => {
      const app = await appSchema();
      const late = sealedColumnsOf(app).filter(({ column }) => !column.isNew);
      const census = new SealingCensus(this.#parts, app, late);
      const failures: unknown[] = [];
      for (const at of late) {
        if (this.#end.signal.aborted) return;
        const stage = app.stages.get(at.column.id) ?? "declared";
        await this.#keepColumn(census, at, stage).catch((error) => void failures.push(error));
      }
      if (failures.length > 0) throw failures[0];
    });
  }

  async columns(): Promise<ColumnProgress[]> {
    const app = await this.#parts.appSchema();
    const columns = sealedColumnsOf(app);
    const since = new Map((await many(this.#parts.control, listStages)).map((row) => [row.id, row.since]));
    const census = new SealingCensus(this.#parts, app, columns);
    const shown: ColumnProgress[] = [];
    for (const at of columns) {
      const { id, table, column, index, subject, isNew } = at.column;
      const places = await census.places(at);
      shown.push({
        ...{ id, table, column, search: index !== null, subject },
        stage: isNew ? "sealed" : (app.stages.get(id) ?? "declared"),
        since: since.get(id) ?? null,
        places: { sealed: places.filter(({ isDone }) => isDone).length, total: places.length },
      });
    }
    return shown;
  }

  /** What one tenant has in each column, counted now. */
  async tenantColumns(tenantId: string): Promise<TenantColumnProgress[]> {
    const app = await this.#parts.appSchema();
    const stages = new Map(sealedColumnsOf(app).map(({ column }) => [column.id, column.isNew]));
    const counted = await countTenantColumns(this.#parts, tenantId);
    return counted.map(({ id, ...counts }) => ({
      ...counts,
      stage: stages.get(id) ? "sealed" : (app.stages.get(id) ?? "declared"),
    }));
  }

  /** Breaks off what runs in the background, after the batch at hand. */
  close(): void {
    this.#end.abort();
  }

  async #keepColumn(census: SealingCensus, at: SealedAt, stage: SealingStage): Promise<void> {
    switch (stage) {
      case "declared":
        if (await census.hasStorageEverywhere()) await this.#step(at, stage);
        return;
      case "readable":
        return this.#step(at, stage);
      case "sealing":
        if (!(await maybe(this.#parts.control, findDrained, [at.column.id, this.#drainMs]))) return;
        if (await this.#finishPlaces(census, at)) await this.#step(at, stage);
        return;
      case "sealed":
        // Places made since then have had their migrations one after the other, and have nothing to seal.
        await this.#finishPlaces(census, at);
        return;
      default:
        throw new TypeError(`Unknown stage ${String(stage satisfies never)}.`);
    }
  }

  get #drainMs(): number {
    return this.#parts.drainMs ?? DRAIN_MS;
  }

  /** Tells all processes; what they may do next depends on all of them having heard. */
  async #step(at: SealedAt, from: SealingStage): Promise<void> {
    const { id, table, column } = at.column;
    const to = SEALING_STAGES[SEALING_STAGES.indexOf(from) + 1];
    if (to === undefined) return;
    await withTx(this.#parts.control, async (tx) => {
      const changed =
        from === "declared"
          ? await exec(tx, startSealing, [id])
          : await exec(tx, stepSealing, [id, from, to, this.#drainMs]);
      if (changed === 0) return;
      const detail = { id, table, column, stage: to };
      await recordEvent(tx, { actor: "system:sealing" }, "app.column_sealing", null, detail);
      await one(tx, notifyAppChanged);
    });
    await this.#parts.reload();
  }

  /** Seals what is plain in each place, and forbids plain values there. True when all places are done. */
  async #finishPlaces(census: SealingCensus, at: SealedAt): Promise<boolean> {
    let isDone = true;
    let failure: unknown;
    for (const place of await census.places(at)) {
      if (place.isDone) continue;
      if (this.#end.signal.aborted) return false;
      try {
        if (place.isBehind || !(await this.#finishPlace(place))) isDone = false;
      } catch (error) {
        isDone = false;
        failure ??= error;
      }
    }
    if (failure !== undefined) throw failure;
    return isDone;
  }

  async #finishPlace({ pool, at, holding }: ColumnPlace): Promise<boolean> {
    const { only, present, lookup, index } = at.column;
    if (lookup !== null && index !== null && !holding.has(lookup)) {
      // One that is there and does not hold is what a build left that broke off.
      await pool.query(dropLookup(at, lookup));
      await pool.query(addLookup(at, lookup, index));
    }
    for (let round = 0; round < ROUNDS_MAX; round++) {
      if (!(await this.#sealPlain(pool, at))) return false;
      await constrain(pool, addOnly(at));
      // What was written plain between the last look and the constraint; nothing comes after it.
      if (!(await this.#sealPlain(pool, at))) return false;
      if (await holds(pool, at, [only, ...(present === null ? [] : [present])])) return true;
    }
    return false;
  }

  #sealPlain(pool: pg.Pool, at: SealedAt): Promise<boolean> {
    return sealPlainValues(this.#parts, pool, at, this.#end.signal);
  }
}

async function holds(pool: pg.Pool, at: SealedAt, names: readonly string[]): Promise<boolean> {
  try {
    for (const name of names) await pool.query(validate(at, name));
    return true;
  } catch (failure) {
    if ((failure as { code?: string }).code !== CHECK_VIOLATION) throw failure;
    return false;
  }
}

/** Waits briefly for a table that is in use, and tries again, so that the app never queues behind it. */
async function constrain(pool: pg.Pool, text: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await withTx(pool, async (tx) => {
        await tx.query({ text: `set local lock_timeout = ${LOCK_TIMEOUT_MS}` });
        await tx.query({ text });
      });
      return;
    } catch (failure) {
      const { code } = failure as { code?: string };
      if (code === THERE_ALREADY) return;
      if (attempt >= TRIES_MAX || !BUSY.has(code ?? "")) throw failure;
      await new Promise((resolve) => setTimeout(resolve, 100 * attempt * (0.5 + Math.random())));
    }
  }
}
