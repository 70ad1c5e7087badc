import { LRUCache } from "lru-cache";
import { type Clock, systemClock } from "../base/clock.ts";
import {
  BoundCache,
  type CacheBackend,
  type CacheCounts,
  type CachePlace,
  type CacheStore,
  type Flights,
  type TenantCache,
} from "./cache.ts";

export interface MemoryCacheOptions {
  /** Of one tenant. Default 16 MiB. */
  readonly tenantBytesMax?: number;
  /** Of all. Default 256 MiB. */
  readonly totalBytesMax?: number;
  readonly clock?: Clock;
}

interface Shelf {
  readonly epoch: number;
  generation: number;
  readonly entries: LRUCache<string, Buffer>;
}

/** An entry's share of maps and lists, and a shelf's: measured on Node 24, rounded up. */
const ENTRY_BYTES = 200;
const SHELF_BYTES = 4_096;

/**
 * The cache of one process. Each tenant has a shelf of its own, so who floods it evicts itself; when all together
 * are too much, only those give way that hold more than their equal share.
 */
export class MemoryCache implements CacheStore, CacheBackend {
  readonly #tenantBytesMax: number;
  readonly #totalBytesMax: number;
  readonly #now: () => number;
  readonly #shelves = new Map<string, Shelf>();
  readonly #flights: Flights = new Map();
  #usedBytes = 0;
  #generation = 0;

  constructor(options: MemoryCacheOptions = {}) {
    const {
      tenantBytesMax = 16 * 1024 * 1024,
      totalBytesMax = 256 * 1024 * 1024,
      clock = systemClock,
    } = options;
    this.#tenantBytesMax = Math.min(tenantBytesMax, totalBytesMax);
    this.#totalBytesMax = totalBytesMax;
    this.#now = () => clock.now().getTime();
  }

  bind(place: CachePlace): TenantCache {
    return new BoundCache(this, place, this.#flights);
  }

  /** Bytes held, and by how many tenants. */
  get usage(): { bytes: number; tenants: number } {
    return { bytes: this.#usedBytes, tenants: this.#shelves.size };
  }

  usageOf(tenantId: string): number {
    return this.#shelves.get(tenantId)?.entries.calculatedSize ?? 0;
  }

  async read(place: CachePlace, key: string): Promise<{ bytes: Buffer | undefined; mark: unknown }> {
    const shelf = this.#shelf(place);
    if (!shelf) return { bytes: undefined, mark: -1 };
    return { bytes: this.#measured(shelf, () => shelf.entries.get(key)), mark: shelf.generation };
  }

  async write(place: CachePlace, key: string, bytes: Buffer, ttlMs: number, mark?: unknown): Promise<void> {
    const shelf = this.#shelf(place);
    if (!shelf || (mark !== undefined && mark !== shelf.generation)) return;
    this.#put(shelf, key, bytes, ttlMs);
  }

  async remove(place: CachePlace, key: string): Promise<void> {
    const shelf = this.#shelf(place);
    if (shelf) this.#measured(shelf, () => shelf.entries.delete(key));
  }

  async add(place: CachePlace, key: string, by: number, ttlMs: number): Promise<number | undefined> {
    const shelf = this.#shelf(place);
    // A context of an old epoch counts for itself, and nothing remembers.
    if (!shelf) return by;
    const bytes = this.#measured(shelf, () => shelf.entries.get(key));
    const text = bytes?.toString() ?? "0";
    const value = /^-?(0|[1-9]\d*)$/.test(text) ? Number(text) + by : Number.NaN;
    if (!Number.isSafeInteger(value)) return undefined;
    const restMs = bytes && Math.max(1, shelf.entries.getRemainingTTL(key));
    this.#put(shelf, key, Buffer.from(String(value)), restMs ?? ttlMs);
    return value;
  }

  async clear(place: CachePlace): Promise<void> {
    const shelf = this.#shelf(place);
    if (!shelf) return;
    this.#measured(shelf, () => shelf.entries.clear());
    shelf.generation = ++this.#generation;
  }

  async eraseTenant(tenantId: string): Promise<CacheCounts> {
    const counts = await this.countTenantKeys(tenantId);
    this.#drop(tenantId);
    return counts;
  }

  async countTenantKeys(tenantId: string): Promise<CacheCounts> {
    const shelf = this.#shelves.get(tenantId);
    if (shelf) this.#measured(shelf, () => shelf.entries.purgeStale());
    return { keys: shelf?.entries.size ?? 0, users: 0 };
  }

  letGo(tenantId: string | null): void {
    if (tenantId === null) {
      this.#shelves.clear();
      this.#usedBytes = 0;
    } else this.#drop(tenantId);
  }

  async close(): Promise<void> {
    this.letGo(null);
  }

  /** The tenant's shelf at this epoch. A newer epoch clears it; for an older one there is none. */
  #shelf(place: CachePlace): Shelf | undefined {
    const known = this.#shelves.get(place.tenantId);
    if (known && known.epoch >= place.epoch) return known.epoch === place.epoch ? known : undefined;
    this.#drop(place.tenantId);
    const shelf: Shelf = {
      epoch: place.epoch,
      generation: ++this.#generation,
      entries: new LRUCache({
        maxSize: this.#tenantBytesMax,
        sizeCalculation: (bytes, key) => bytes.length + 2 * key.length + ENTRY_BYTES,
        ttlResolution: 0,
        perf: { now: this.#now },
      }),
    };
    this.#shelves.set(place.tenantId, shelf);
    this.#usedBytes += SHELF_BYTES;
    return shelf;
  }

  #drop(tenantId: string): void {
    const shelf = this.#shelves.get(tenantId);
    if (!shelf) return;
    this.#usedBytes -= shelf.entries.calculatedSize + SHELF_BYTES;
    this.#shelves.delete(tenantId);
  }

  #put(shelf: Shelf, key: string, bytes: Buffer, ttlMs: number): void {
    this.#measured(shelf, () => shelf.entries.set(key, bytes, { ttl: ttlMs }));
    while (this.#usedBytes > this.#totalBytesMax && this.#makeRoom(shelf));
  }

  #measured<T>(shelf: Shelf, work: () => T): T {
    const before = shelf.entries.calculatedSize;
    const result = work();
    this.#usedBytes += shelf.entries.calculatedSize - before;
    return result;
  }

  /** False when nothing is left to evict. */
  #makeRoom(writer: Shelf): boolean {
    const shareBytes = this.#totalBytesMax / this.#shelves.size - SHELF_BYTES;
    if (writer.entries.calculatedSize > Math.max(0, shareBytes)) {
      this.#measured(writer, () => writer.entries.pop());
      return true;
    }
    const [tenantId, largest] = this.#largest() ?? [];
    if (tenantId === undefined || largest === undefined) return false;
    if (largest.entries.size === 0) {
      this.#drop(tenantId);
      return this.#shelves.size > 0;
    }
    // Several at once, as finding the largest looks at all; never below its share.
    const targetBytes = Math.max(shareBytes, largest.entries.calculatedSize * 0.9);
    this.#measured(largest, () => {
      largest.entries.purgeStale();
      do largest.entries.pop();
      while (largest.entries.calculatedSize > targetBytes);
    });
    return true;
  }

  #largest(): [string, Shelf] | undefined {
    let found: [string, Shelf] | undefined;
    for (const entry of this.#shelves) {
      if (!found || entry[1].entries.calculatedSize > found[1].entries.calculatedSize) found = entry;
    }
    return found;
  }
}
