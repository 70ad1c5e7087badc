import { LRUCache } from "lru-cache";
import type { Clock } from "../base/clock.ts";
import { BUCKETS_MAX } from "./limits.ts";

export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

interface Bucket {
  tokens: number;
  atMs: number;
}

/** Token buckets, one per key, in this process. */
export class RateLimit {
  readonly #rate: Rate;
  readonly #clock: Clock;
  readonly #buckets = new LRUCache<string, Bucket>({ max: BUCKETS_MAX });

  constructor(rate: Rate, clock: Clock) {
    this.#rate = rate;
    this.#clock = clock;
  }

  /** Takes one token; returns 0, or the seconds to wait for the next. */
  take(key: string): number {
    const { burst, perSecond } = this.#rate;
    const nowMs = this.#clock.now().getTime();
    const bucket = this.#buckets.get(key) ?? { tokens: burst, atMs: nowMs };
    const elapsedS = Math.max(0, nowMs - bucket.atMs) / 1_000;
    const tokens = Math.min(burst, bucket.tokens + elapsedS * perSecond);
    const isFree = tokens >= 1;
    this.#buckets.set(key, { tokens: isFree ? tokens - 1 : tokens, atMs: nowMs });
    return isFree ? 0 : Math.ceil((1 - tokens) / perSecond);
  }
}
