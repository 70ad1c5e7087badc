import { LRUCache } from "lru-cache";
import type { Clock } from "../base/clock.ts";
import { type Rate, type Take, takeOne } from "./gcra.ts";
import { LeasedRate } from "./leased-rate.ts";
import { ASKS_MAX, KEYS_MAX, LEASE_ROUNDS_MAX, STORE_PAUSE_MS, STORE_TIMEOUT_MS } from "./limits.ts";
import type { Lease, LeaseAsk, RateStore } from "./ports.ts";
import { withinMs } from "./within-ms.ts";

/** Who else keeps the limits. */
export interface Company {
  readonly isAlone: boolean;
  readonly processes: number;
}

export interface RateFacts {
  /** alone: in memory; shared: by leases; apart: the store does not answer, each process goes by its share. */
  readonly mode: "alone" | "shared" | "apart";
  /** Statements or scripts that asked for slots. */
  readonly asks: number;
  /** How often the store was lost. */
  readonly losses: number;
}

interface Options {
  readonly store: RateStore;
  readonly company: () => Company;
  readonly clock: Clock;
  readonly onChange: (state: "lost" | "back", cause?: unknown) => void;
}

interface Waiting {
  rounds: number;
  readonly resolve: (take: Take) => void;
}

/** A rate that is asked for, and the requests that wait for the answer. */
interface Asked {
  readonly key: string;
  readonly leased: LeasedRate;
  waiting: Waiting[];
  isOnItsWay: boolean;
}

/**
 * Rates that all processes keep together, exact to the request (docs/decisions/0080-shared-limits.md). Alone they
 * are numbers in memory. In company slots are leased ahead from the store, so that most requests ask nobody. When the
 * store does not answer, each process admits its share of the rate.
 */
export class SharedRates {
  readonly #options: Options;
  /** When the burst is whole again, of what this process admitted by itself, in ms. */
  readonly #own = new LRUCache<string, number>({ max: KEYS_MAX });
  readonly #asked = new LRUCache<string, Asked>({ max: KEYS_MAX });
  #queue: Asked[] = [];
  /** The store's clock is at most this much ahead of performance.now(). */
  #offsetUs = 0;
  #apartUntilMs = 0;
  #isApart = false;
  #asks = 0;
  #losses = 0;

  constructor(options: Options) {
    this.#options = options;
  }

  get facts(): RateFacts {
    const mode = this.#options.company().isAlone ? "alone" : this.#isApart ? "apart" : "shared";
    return { mode, asks: this.#asks, losses: this.#losses };
  }

  /** Takes one; without a promise when nobody has to be asked. */
  take(key: string, rate: Rate): Take | Promise<Take> {
    const { isAlone, processes } = this.#options.company();
    if (isAlone) return this.#takeOwn(key, rate);
    if (this.#isApart && performance.now() < this.#apartUntilMs)
      return this.#takeOwn(key, shareOf(rate, processes));
    const asked = this.#askedOf(key, rate);
    const nowUs = this.#nowUs();
    const take = asked.leased.take(nowUs);
    if (take) {
      if (!asked.isOnItsWay && asked.leased.isRunningOut(nowUs)) this.#enqueue(asked);
      return take;
    }
    return new Promise((resolve) => {
      asked.waiting.push({ rounds: 0, resolve });
      if (!asked.isOnItsWay) this.#enqueue(asked);
    });
  }

  /** Gives what was counted here to all: this process is not alone any more, or the store is back. */
  async handOver(divisor: number): Promise<void> {
    const nowMs = this.#options.clock.now().getTime();
    const counted = [...this.#own.entries()].filter(([, fullAtMs]) => fullAtMs > nowMs);
    this.#own.clear();
    try {
      // A request took so many times as long of a share as it takes of the whole.
      const asks = counted.map(([key, fullAtMs]) => ({
        ...{ key, costUs: 1, depthUs: 1e15, need: 0, want: 0 },
        backlogUs: ((fullAtMs - nowMs) * 1_000) / divisor,
      }));
      for (let from = 0; from < asks.length; from += ASKS_MAX) {
        await this.#lease(asks.slice(from, from + ASKS_MAX));
      }
    } catch (failure) {
      // Counted on here, with what came meanwhile.
      for (const [key, fullAtMs] of counted) {
        this.#own.set(key, fullAtMs + Math.max(0, (this.#own.get(key) ?? 0) - nowMs));
      }
      throw failure;
    }
  }

  #takeOwn(key: string, rate: Rate): Take {
    const nowMs = this.#options.clock.now().getTime();
    const known = this.#own.get(key) ?? this.#ownOf(key, nowMs);
    const take = takeOne(rate, known, nowMs);
    this.#own.set(key, take.fullAtMs);
    return take;
  }

  /** What is known of the rate from when it was shared. */
  #ownOf(key: string, nowMs: number): number | undefined {
    const known = this.#asked.get(key);
    return known && nowMs + (known.leased.fullAtUs - this.#nowUs()) / 1_000;
  }

  #askedOf(key: string, rate: Rate): Asked {
    const known = this.#asked.get(key);
    if (known) {
      known.leased.changeTo(rate);
      return known;
    }
    const asked: Asked = { key, leased: new LeasedRate(rate), waiting: [], isOnItsWay: false };
    this.#asked.set(key, asked);
    return asked;
  }

  /** All that is asked for within one turn goes out together. */
  #enqueue(asked: Asked): void {
    asked.isOnItsWay = true;
    if (this.#queue.push(asked) === 1) setImmediate(() => void this.#flush());
  }

  async #flush(): Promise<void> {
    const batch = new Map<string, Asked>();
    const later: Asked[] = [];
    for (const asked of this.#queue) {
      if (batch.size < ASKS_MAX && !batch.has(asked.key)) batch.set(asked.key, asked);
      else later.push(asked);
    }
    this.#queue = later;
    if (later.length > 0) setImmediate(() => void this.#flush());
    const all = [...batch.values()];
    const waiting = all.map((asked) => asked.waiting);
    const asks = all.map((asked) => {
      const need = asked.waiting.length;
      asked.waiting = [];
      return { key: asked.key, ...asked.leased.ask(need), backlogUs: this.#backlogUs(asked.key) };
    });
    try {
      if (this.#isApart && performance.now() < this.#apartUntilMs) throw new Error("The store is away.");
      if (this.#isApart) await this.handOver(this.#options.company().processes);
      const leases = await this.#lease(asks);
      for (const [i, asked] of all.entries()) this.#settle(asked, leases[i] as Lease, waiting[i] ?? []); // one each
    } catch (cause) {
      this.#lose(cause);
      for (const [i, asked] of all.entries()) this.#goApart(asked, waiting[i] ?? []);
    }
  }

  /** What was counted alone and is not handed over yet goes along with the first ask. */
  #backlogUs(key: string): number {
    const fullAtMs = this.#own.get(key);
    if (fullAtMs === undefined || this.#isApart) return 0;
    this.#own.delete(key);
    return Math.max(0, (fullAtMs - this.#options.clock.now().getTime()) * 1_000);
  }

  async #lease(asks: readonly LeaseAsk[]): Promise<readonly Lease[]> {
    const sentUs = performance.now() * 1_000;
    this.#asks += 1;
    const leases = await withinMs(this.#options.store.lease(asks), STORE_TIMEOUT_MS);
    const last = leases.at(-1);
    if (last) this.#offsetUs = last.nowUs - sentUs;
    // An answer to what was asked before the loss does not end it.
    if (this.#isApart && performance.now() >= this.#apartUntilMs) {
      this.#isApart = false;
      this.#options.onChange("back");
    }
    return leases;
  }

  #settle(asked: Asked, lease: Lease, waiting: readonly Waiting[]): void {
    const { leased } = asked;
    leased.add(lease);
    asked.isOnItsWay = false;
    const left: Waiting[] = [];
    // Those that were asked for are admitted at the moment of the answer's making; later ones at theirs.
    for (const each of waiting) {
      const take = leased.take(lease.nowUs);
      if (take) each.resolve(take);
      else if (++each.rounds < LEASE_ROUNDS_MAX) left.push(each);
      else each.resolve(leased.refusal(lease.nowUs));
    }
    const nowUs = this.#nowUs();
    for (const each of asked.waiting) {
      const take = leased.take(nowUs);
      if (take) each.resolve(take);
      else left.push(each);
    }
    asked.waiting = left;
    if (left.length > 0) this.#enqueue(asked);
  }

  #goApart(asked: Asked, waiting: readonly Waiting[]): void {
    asked.isOnItsWay = false;
    const rate = shareOf(asked.leased.rate, this.#options.company().processes);
    const all = [...waiting, ...asked.waiting];
    asked.waiting = [];
    for (const each of all) each.resolve(this.#takeOwn(asked.key, rate));
  }

  #lose(cause: unknown): void {
    if (this.#isApart && performance.now() < this.#apartUntilMs) return;
    this.#apartUntilMs = performance.now() + STORE_PAUSE_MS;
    if (this.#isApart) return;
    this.#isApart = true;
    this.#losses += 1;
    this.#options.onChange("lost", cause);
  }

  #nowUs(): number {
    return performance.now() * 1_000 + this.#offsetUs;
  }
}

function shareOf({ burst, perSecond }: Rate, processes: number): Rate {
  return { burst: Math.max(1, Math.floor(burst / processes)), perSecond: perSecond / processes };
}
