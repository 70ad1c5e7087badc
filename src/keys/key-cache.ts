/**
 * A bounded memory whose entries die at a time of their own; the least used one goes first. Nothing lives longer than
 * it was put for: a key that is taken away outside is gone here within that time.
 */
export class KeyCache<T extends { readonly expiresAtMs: number }> {
  readonly #entries = new Map<string, T>();
  readonly #entriesMax: number;

  constructor(entriesMax: number) {
    this.#entriesMax = entriesMax;
  }

  get(id: string, nowMs: number): T | undefined {
    const entry = this.#entries.get(id);
    if (entry === undefined) return undefined;
    this.#entries.delete(id);
    if (entry.expiresAtMs <= nowMs) return undefined;
    this.#entries.set(id, entry);
    return entry;
  }

  put(id: string, entry: T): void {
    this.#entries.delete(id);
    this.#entries.set(id, entry);
    if (this.#entries.size > this.#entriesMax) {
      const [oldest] = this.#entries.keys();
      if (oldest !== undefined) this.#entries.delete(oldest);
    }
  }

  /** Forgets what `isGone` says yes to. */
  drop(isGone: (entry: T) => boolean): void {
    for (const [id, entry] of this.#entries) if (isGone(entry)) this.#entries.delete(id);
  }

  get size(): number {
    return this.#entries.size;
  }
}
