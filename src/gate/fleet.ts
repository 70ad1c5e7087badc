import { ALL_SHARES, ALONE_AFTER_MS, BEAT_MS, JOIN_POLL_MS, TRUST_HOLD_MS } from "./limits.ts";
import type { Holders } from "./share-store.ts";

const KEY = "processes";

/**
 * How many processes keep the limits. One that is alone keeps them in its memory and asks nobody; it notices another one
 * within BEAT_MS, hands over what it counted, and only then the other one begins. Being alone ends by itself when
 * the database was not heard of for TRUST_HOLD_MS.
 */
export class Fleet {
  readonly #holders: Holders;
  readonly #handOver: () => Promise<void>;
  readonly #onBeat: () => Promise<void>;
  readonly #onError: (error: Error) => void;
  #processes = 1;
  #isAlone = false;
  #heardMs = Number.NEGATIVE_INFINITY;
  #aloneSinceMs = Number.POSITIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #beating: Promise<void> | undefined;

  /** @param options.handOver Gives to all what this process counted while it was alone. */
  constructor(options: {
    readonly holders: Holders;
    readonly handOver: () => Promise<void>;
    readonly onBeat: () => Promise<void>;
    readonly onError: (error: Error) => void;
  }) {
    this.#holders = options.holders;
    this.#handOver = options.handOver;
    this.#onBeat = options.onBeat;
    this.#onError = options.onError;
  }

  /** Processes that keep the limits, this one included, as last heard. */
  get processes(): number {
    return this.#processes;
  }

  get isAlone(): boolean {
    return this.#isAlone && performance.now() - this.#heardMs < TRUST_HOLD_MS;
  }

  /** Waits until the process that was alone has noticed this one: at most HOLD_MS, should it have died. */
  async join(): Promise<void> {
    for (let isFirst = true; ; isFirst = false) {
      const { granted, others } = await this.#hold(isFirst ? ALL_SHARES : 1);
      if (granted === ALL_SHARES) this.#isAlone = true;
      if (isFirst && others > 0) continue;
      if (granted > 0) break;
      await new Promise((resolve) => setTimeout(resolve, JOIN_POLL_MS));
    }
    this.#rest();
  }

  async leave(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#beating;
    clearTimeout(this.#timer);
    this.#isAlone = false;
    await this.#holders.letGo();
  }

  async #hold(want: number): Promise<{ granted: number; others: number }> {
    const sentMs = performance.now();
    const hold = (await this.#holders.hold([{ key: KEY, want, most: ALL_SHARES }])).get(KEY);
    if (!hold) throw new Error("The processes are not counted.");
    this.#heardMs = sentMs;
    this.#processes = hold.others + 1;
    return hold;
  }

  #rest(): void {
    this.#timer = setTimeout(() => {
      this.#beating = this.#beat()
        .catch((error: Error) => this.#onError(error))
        .finally(() => this.#rest());
    }, BEAT_MS);
    this.#timer.unref();
  }

  async #beat(): Promise<void> {
    const wasAlone = this.#isAlone;
    const isLeft = performance.now() - this.#aloneSinceMs > ALONE_AFTER_MS;
    const { granted, others } = await this.#hold(wasAlone || isLeft ? ALL_SHARES : 1);
    if (others > 0) this.#aloneSinceMs = Number.POSITIVE_INFINITY;
    else this.#aloneSinceMs = Math.min(this.#aloneSinceMs, performance.now());
    // Beats may have failed for so long that others began without us: then all is theirs, and nothing is handed over.
    this.#isAlone = granted === ALL_SHARES && others === 0;
    if (wasAlone && !this.#isAlone) {
      await this.#handOver();
      await this.#hold(1);
    }
    await this.#onBeat();
  }
}
