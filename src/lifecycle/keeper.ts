import { many, query } from "../db/sql.ts";
import { removeSeats } from "../isolation/seat.ts";
import { eraseDue } from "./change-state.ts";
import type { LifecycleParts } from "./parts.ts";
import { refillWarmPool, type WarmPoolSize } from "./warm-pool.ts";
import type { Workflows } from "./workflow.ts";

/** Tenants that are closed but whose own database may still hold a seat. */
export const listClosedDatabases = query<{ id: string; cell: string }>(
  "lifecycle.list_closed_databases",
  `select t.id, l.cell from tenancy.tenants t
   join tenancy.placements l on l.tenant_id = t.id
   where l.level = 'database' and t.status in ('suspended', 'deleting')
     and t.updated_at > now() - interval '10 minutes'`,
);

const PASS_MS = 1_000;
/** What is left half written is rare and costs only its bytes. */
const SWEEP_MS = 5 * 60_000;
/** Keys fall due by the day; what a crash left of a rotation opens all the same. */
const KEYS_MS = 60_000;

/**
 * The background work of every server process: what a crashed process left undone is taken up here within a second.
 * Each duty takes a lock of its own, so any number of processes may keep house.
 */
export class Keeper {
  readonly #parts: LifecycleParts;
  readonly #workflows: Workflows;
  readonly #warm: WarmPoolSize;
  readonly #sweep: () => Promise<unknown>;
  readonly #keepKeys: () => Promise<void>;
  readonly #resumeRun: () => Promise<void>;
  readonly #onError: (error: Error) => void;
  #timer: NodeJS.Timeout | undefined;
  #pass: Promise<void> = Promise.resolve();
  #sweptMs = Number.NEGATIVE_INFINITY;
  #keptKeysMs = Number.NEGATIVE_INFINITY;
  #isClosed = false;

  constructor(options: {
    parts: LifecycleParts;
    workflows: Workflows;
    warm: WarmPoolSize;
    /** Settles what crashed processes left half written: files, isolation proofs. */
    sweep: () => Promise<unknown>;
    /** Replaces keys that are due, and finishes rotations that broke off. */
    keepKeys: () => Promise<void>;
    /** Takes up a fleet migration whose process died. */
    resumeRun: () => Promise<void>;
    onError: (error: Error) => void;
  }) {
    this.#parts = options.parts;
    this.#workflows = options.workflows;
    this.#warm = options.warm;
    this.#sweep = options.sweep;
    this.#keepKeys = options.keepKeys;
    this.#resumeRun = options.resumeRun;
    this.#onError = options.onError;
  }

  start(): void {
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => {
      this.#pass = this.run().then(() => this.start());
    }, PASS_MS);
    this.#timer.unref();
  }

  /** One pass over all duties; a failing one does not keep the others from theirs. */
  async run(): Promise<void> {
    const duties = [
      () => this.#workflows.runDue(),
      () => eraseDue(this.#parts, this.#workflows),
      () => reconcileSeats(this.#parts),
      () => this.#resumeRun(),
      () => this.#sweepNowAndThen(),
      () => this.#keepKeysNowAndThen(),
      () => refillWarmPool(this.#parts, this.#warm),
    ];
    for (const duty of duties) {
      if (this.#isClosed) return;
      try {
        await duty();
      } catch (failure) {
        if (!this.#isClosed) this.#onError(failure as Error);
      }
    }
  }

  async #sweepNowAndThen(): Promise<void> {
    if (performance.now() - this.#sweptMs < SWEEP_MS) return;
    this.#sweptMs = performance.now();
    await this.#sweep();
  }

  async #keepKeysNowAndThen(): Promise<void> {
    if (performance.now() - this.#keptKeysMs < KEYS_MS) return;
    this.#keptKeysMs = performance.now();
    await this.#keepKeys();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#pass;
  }
}

/** The status is the truth; a seat that a crash left behind follows it. */
async function reconcileSeats(parts: LifecycleParts): Promise<void> {
  for (const { id, cell } of await many(parts.control, listClosedDatabases)) {
    await removeSeats(await parts.placePool({ cell, level: "database", tenantId: id }), id);
  }
}
