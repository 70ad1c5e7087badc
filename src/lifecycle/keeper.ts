import { many, query } from "../db/sql.ts";
import { removeSeats } from "../isolation/seat.ts";
import { eraseDue } from "./change-state.ts";
import type { Duty } from "./duty.ts";
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
  readonly #sweeps: readonly Duty[];
  readonly #keys: readonly Duty[];
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
    /** Settle what crashed processes left half written, and clear away what is over; each five minutes. */
    sweeps: readonly Duty[];
    /** Replace keys that are due, and finish what broke off; each minute. */
    keys: readonly Duty[];
    /** Takes up a fleet migration whose process died. */
    resumeRun: () => Promise<void>;
    onError: (error: Error) => void;
  }) {
    this.#parts = options.parts;
    this.#workflows = options.workflows;
    this.#warm = options.warm;
    this.#sweeps = options.sweeps;
    this.#keys = options.keys;
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

  /** All that it does, whether or not it is due. */
  get duties(): readonly Duty[] {
    return [...this.#always(), ...this.#sweeps, ...this.#keys];
  }

  /** One pass over all duties that are due; a failing one does not keep the others from theirs. */
  async run(): Promise<void> {
    const nowMs = performance.now();
    const isSweepDue = nowMs - this.#sweptMs >= SWEEP_MS;
    const areKeysDue = nowMs - this.#keptKeysMs >= KEYS_MS;
    if (isSweepDue) this.#sweptMs = nowMs;
    if (areKeysDue) this.#keptKeysMs = nowMs;
    const due = [...this.#always(), ...(isSweepDue ? this.#sweeps : []), ...(areKeysDue ? this.#keys : [])];
    for (const duty of due) {
      if (this.#isClosed) return;
      try {
        await duty.run();
      } catch (failure) {
        if (!this.#isClosed) this.#onError(failure as Error);
      }
    }
  }

  #always(): Duty[] {
    return [
      {
        name: "resume-workflows",
        actions: ["tenant.provisioned", "tenant.erased"],
        run: () => this.#workflows.runDue(),
      },
      {
        name: "erase-due-tenants",
        actions: ["tenant.erased"],
        run: () => eraseDue(this.#parts, this.#workflows),
      },
      {
        name: "reconcile-seats",
        actions: null,
        unrecorded: "Seats follow the status of their tenant, and the change of that is on record.",
        run: () => reconcileSeats(this.#parts),
      },
      {
        name: "resume-migration-run",
        actions: ["app.migration_run_finished"],
        run: () => this.#resumeRun(),
      },
      {
        name: "refill-warm-pool",
        actions: null,
        unrecorded: "A place without a tenant holds nothing of anybody.",
        run: () => refillWarmPool(this.#parts, this.#warm),
      },
    ];
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
