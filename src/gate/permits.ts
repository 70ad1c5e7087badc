import { PERMITS_AHEAD, REFUSED_MS, TRUST_HOLD_MS } from "./limits.ts";
import type { HoldAsk } from "./ports.ts";
import type { Company } from "./rates.ts";
import type { Holders } from "./share-store.ts";

interface Entry {
  readonly key: string;
  most: number;
  /** Under way in this process. */
  count: number;
  /** What this process may have under way, until `heldUntilMs`. */
  held: number;
  heldUntilMs: number;
  refusedUntilMs: number;
  waiting: ((isAdmitted: boolean) => void)[];
  isAsking: boolean;
}

/**
 * How much is under way at one time, over all processes: requests, streams, sockets. A process holds a part of each
 * limit and asks for more when it needs it; with each beat it gives back what it does not need. What a process that died
 * held is free again after HOLD_MS.
 */
export class SharedPermits {
  readonly #holders: Holders;
  readonly #company: () => Company;
  readonly #entries = new Map<string, Entry>();

  constructor(options: { readonly holders: Holders; readonly company: () => Company }) {
    this.#holders = options.holders;
    this.#company = options.company;
  }

  /** Takes one, or tells that there is none; whoever has one calls `release` once. */
  take(key: string, most: number): boolean | Promise<boolean> {
    const entry = this.#entryOf(key, most);
    if (this.#company().isAlone) return admit(entry, most);
    const nowMs = performance.now();
    if (nowMs < entry.heldUntilMs && entry.count < Math.min(entry.held, most)) return admit(entry, most);
    if (nowMs < entry.refusedUntilMs) return false;
    return new Promise((resolve) => {
      entry.waiting.push(resolve);
      if (!entry.isAsking) void this.#ask(entry);
    });
  }

  release(key: string): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    entry.count -= 1;
    entry.refusedUntilMs = 0;
    // What is held in company goes back with the next beat.
    this.#tidy(entry);
  }

  countOf(key: string): number {
    return this.#entries.get(key)?.count ?? 0;
  }

  /** Holds on to what is under way, and gives the rest back. */
  async beat(): Promise<void> {
    if (this.#company().isAlone) return;
    const asks: HoldAsk[] = [];
    for (const entry of this.#entries.values()) {
      const { key, most, count, held } = entry;
      if (entry.isAsking || (count === 0 && held === 0)) continue;
      const want = count > 0 ? Math.min(most, count + ahead(most)) : null;
      entry.isAsking = true;
      // Given up before others may have it.
      entry.held = Math.min(held, want ?? 0);
      asks.push({ key, most, want });
    }
    if (asks.length === 0) return;
    try {
      await this.#hold(asks);
    } finally {
      // Each for itself: what waits for one limit does not wait for the others.
      await Promise.all(
        asks.map(({ key }) => this.#entries.get(key)).map((entry) => entry && this.#ask(entry)),
      );
    }
  }

  #entryOf(key: string, most: number): Entry {
    const known = this.#entries.get(key);
    if (known) {
      known.most = most;
      return known;
    }
    const entry: Entry = {
      ...{ key, most, count: 0, held: 0, heldUntilMs: 0, refusedUntilMs: 0 },
      ...{ waiting: [], isAsking: false },
    };
    this.#entries.set(key, entry);
    return entry;
  }

  async #ask(entry: Entry): Promise<void> {
    entry.isAsking = true;
    while (entry.waiting.length > 0) {
      const waiting = entry.waiting.splice(0);
      const { key, most, count } = entry;
      let cap = most;
      try {
        await this.#hold([{ key, most, want: Math.min(most, count + waiting.length + ahead(most)) }]);
        cap = Math.min(most, entry.held);
      } catch {
        // Nobody can be asked: each process goes by its share.
        cap = Math.max(1, Math.floor(most / this.#company().processes));
      }
      for (const resolve of waiting) resolve(admit(entry, cap));
      if (entry.count >= cap) entry.refusedUntilMs = performance.now() + REFUSED_MS;
    }
    entry.isAsking = false;
    this.#tidy(entry);
  }

  async #hold(asks: readonly HoldAsk[]): Promise<void> {
    const sentMs = performance.now();
    const holds = await this.#holders.hold(asks);
    for (const { key } of asks) {
      const entry = this.#entries.get(key);
      if (!entry) continue;
      entry.held = holds.get(key)?.granted ?? 0;
      entry.heldUntilMs = sentMs + TRUST_HOLD_MS;
    }
  }

  #tidy(entry: Entry): void {
    if (entry.count === 0 && entry.held === 0 && !entry.isAsking) this.#entries.delete(entry.key);
  }
}

function ahead(most: number): number {
  return Math.ceil(most / PERMITS_AHEAD);
}

function admit(entry: Entry, most: number): boolean {
  if (entry.count >= most) return false;
  entry.count += 1;
  return true;
}
