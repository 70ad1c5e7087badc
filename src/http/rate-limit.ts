import { LRUCache } from "lru-cache";
import type { Clock } from "../base/clock.ts";
import { gateError } from "../gate/errors.ts";
import { type Rate, type Take, takeOne } from "../gate/gcra.ts";
import { BUCKETS_MAX } from "./limits.ts";

/** Rates by address, in this process: they slow guessing down, which needs no exact number. */
export class RateLimit {
  readonly #rate: Rate;
  readonly #clock: Clock;
  readonly #states = new LRUCache<string, number>({ max: BUCKETS_MAX });

  constructor(rate: Rate, clock: Clock) {
    this.#rate = rate;
    this.#clock = clock;
  }

  /** Takes one. Throws request.too_many. */
  take(key: string): void {
    const { isAdmitted, waitS } = this.#spend(key);
    if (!isAdmitted) throw gateError("request.too_many", { retryAfterS: waitS });
  }

  /** Takes one, if there is one. */
  admits(key: string): boolean {
    return this.#spend(key).isAdmitted;
  }

  #spend(key: string): Take {
    const take = takeOne(this.#rate, this.#states.get(key), this.#clock.now().getTime());
    this.#states.set(key, take.fullAtMs);
    return take;
  }
}
