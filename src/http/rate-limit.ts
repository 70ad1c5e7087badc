import { LRUCache } from "lru-cache";
import type { Clock } from "../base/clock.ts";
import { type Rate, type Take, takeOne } from "../gate/gcra.ts";
import { BUCKETS_MAX } from "./limits.ts";

export type { Rate } from "../gate/gcra.ts";

/** Rates by key, in this process. */
export class RateLimit {
  readonly #rate: Rate;
  readonly #clock: Clock;
  readonly #states = new LRUCache<string, number>({ max: BUCKETS_MAX });

  constructor(rate: Rate, clock: Clock) {
    this.#rate = rate;
    this.#clock = clock;
  }

  /** Takes one; returns 0, or the seconds to wait for the next. */
  take(key: string): number {
    return this.spend(key).waitS;
  }

  /** Takes one, at the rate of this limiter or at one of the key's own. */
  spend(key: string, rate: Rate = this.#rate): Take {
    const take = takeOne(rate, this.#states.get(key), this.#clock.now().getTime());
    this.#states.set(key, take.fullAtMs);
    return take;
  }
}

/** One line of the RateLimit headers (draft-ietf-httpapi-ratelimit-headers-10). */
export interface Told {
  readonly name: string;
  readonly rate: Rate;
  readonly take: Take;
}

export function rateLimitHeaders(told: readonly Told[]): Record<string, string> {
  const windowS = ({ burst, perSecond }: Rate) => Math.max(1, Math.round(burst / perSecond));
  return {
    "ratelimit-policy": told
      .map(({ name, rate }) => `"${name}";q=${rate.burst};w=${windowS(rate)}`)
      .join(", "),
    ratelimit: told.map(({ name, take }) => `"${name}";r=${take.remaining};t=${take.resetS}`).join(", "),
  };
}
