import type pg from "pg";
import type { Clock } from "../base/clock.ts";
import { uuidv7 } from "../base/ids.ts";
import type { Log } from "../base/log.ts";
import { Fleet } from "./fleet.ts";
import { SWEEP_MS } from "./limits.ts";
import { SharedPermits } from "./permits.ts";
import type { RateStore } from "./ports.ts";
import { type RateFacts, SharedRates } from "./rates.ts";
import { Holders, PostgresRates } from "./share-store.ts";

export interface LimitFacts extends RateFacts {
  /** Processes that keep the limits together. */
  readonly processes: number;
}

/** Limits that all processes of the platform keep together: rates, and how much is under way at one time. */
export class SharedLimits {
  readonly rates: SharedRates;
  readonly permits: SharedPermits;
  readonly #fleet: Fleet;
  readonly #store: RateStore;
  readonly #holders: Holders;
  #joining: Promise<void> | undefined;
  #sweptMs = performance.now();

  /** @param options.redis Keeps the rates; null: PostgreSQL does. Processes and permits are counted in PostgreSQL. */
  constructor(options: {
    readonly pool: pg.Pool;
    readonly redis: RateStore | null;
    readonly clock: Clock;
    readonly log: Log;
  }) {
    const { pool, clock, log } = options;
    this.#holders = new Holders(pool, uuidv7());
    this.#store = options.redis ?? new PostgresRates(pool);
    this.#fleet = new Fleet({
      holders: this.#holders,
      handOver: async () => {
        await this.permits.beat();
        await this.rates.handOver(1);
      },
      onBeat: () => this.#keepHouse(),
      onError: (error) =>
        log.warn("The processes that share limits cannot be counted", { error: error.message }),
    });
    const company = () => this.#fleet;
    this.permits = new SharedPermits({ holders: this.#holders, company });
    this.rates = new SharedRates({
      store: this.#store,
      company,
      clock,
      onChange: (state, cause) =>
        state === "lost"
          ? log.warn("Rates cannot be shared; each process admits its part of them", {
              error: cause instanceof Error ? cause.message : String(cause),
              processes: this.#fleet.processes,
            })
          : log.warn("Rates are shared again"),
    });
  }

  get facts(): LimitFacts {
    return { ...this.rates.facts, processes: this.#fleet.processes };
  }

  /** Begins to keep limits; a process that serves no requests never does. May be called again. */
  open(): Promise<void> {
    this.#joining ??= this.#fleet.join().catch((failure: unknown) => {
      this.#joining = undefined;
      throw failure;
    });
    return this.#joining;
  }

  async close(): Promise<void> {
    if (this.#joining) {
      await this.#joining.catch(() => undefined);
      await this.#fleet.leave().catch(() => undefined);
    }
    this.#store.close();
  }

  async #keepHouse(): Promise<void> {
    await this.permits.beat();
    if (performance.now() - this.#sweptMs < SWEEP_MS) return;
    this.#sweptMs = performance.now();
    await this.#holders.sweep();
  }
}
