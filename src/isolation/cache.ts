import { decodeValue, encodeValue } from "./cache-value.ts";
import { isolationError } from "./errors.ts";

/**
 * The cache of one tenant at one placement epoch. Nothing in it is required: without it every read is a miss. Values
 * are copies, so that nobody changes what another reads.
 */
export interface TenantCache {
  get<T = unknown>(key: string): Promise<T | undefined>;
  /** @throws `cache.bad_key`, `cache.bad_value`, `cache.too_large`, `cache.bad_ttl` */
  set(key: string, value: unknown, options?: CacheOptions): Promise<void>;
  delete(key: string): Promise<void>;
  /**
   * The cached value, else what `load` returns, which is then cached. Callers of one process that miss together
   * wait for one load. `undefined` is not cached.
   *
   * @example const plan = await ctx.cache.getOrSet("plan", () => loadPlan(), { ttl: 60 });
   */
  getOrSet<T>(key: string, load: () => Promise<T> | T, options?: CacheOptions): Promise<T>;
  /** Drops all that this tenant has cached. */
  clear(): Promise<void>;
  /**
   * Adds to a counter and returns it; a `ttl` starts with the counter.
   *
   * @throws `cache.unavailable` when nothing can count: a caller that enforces a limit must know.
   */
  increment(key: string, by?: number, options?: CacheOptions): Promise<number>;
}

export interface CacheOptions {
  /** Seconds; at most 30 days. Default: one day, so that what an old epoch left behind goes away by itself. */
  readonly ttl?: number;
}

/** Whose cache: entries of another epoch cannot be reached. */
export interface CachePlace {
  readonly tenantId: string;
  readonly epoch: number;
}

/** The platform's side of a cache. */
export interface CacheStore {
  bind(place: CachePlace): TenantCache;
  /** Removes all that the tenant has; returns how much that was. Repeatable. */
  eraseTenant(tenantId: string): Promise<CacheCounts>;
  /**
   * Lets go of what this process holds of a tenant that was closed or moved, or of everybody (null) when notifications
   * were lost. Nobody else could do it here, and an erased tenant's values would stay.
   */
  letGo(tenantId: string | null): void;
  /** What is left of the tenant: the proof of its erasure. */
  countTenantKeys(tenantId: string): Promise<CacheCounts>;
  close(): Promise<void>;
}

export interface CacheCounts {
  readonly keys: number;
  /** Logins on the cache server. */
  readonly users: number;
}

/** Redis takes more, but a key is compared and sent with each call. */
export const KEY_BYTES_MAX = 1024;
/** A larger value belongs into storage: on its way it holds up all who share the connection. */
export const VALUE_BYTES_MAX = 2 * 1024 * 1024;
const TTL_SECONDS_MAX = 30 * 86_400;
const TTL_SECONDS_DEFAULT = 86_400;
/** How long a caller waits for another caller's load before it loads by itself. */
const FLIGHT_WAIT_MS = 10_000;

/** What a store must do; `BoundCache` adds checks, encoding and shared loads. */
export interface CacheBackend {
  /** `mark` names the state that was read; a later write with it is dropped after a clear. */
  read(place: CachePlace, key: string): Promise<{ bytes: Buffer | undefined; mark: unknown }>;
  write(place: CachePlace, key: string, bytes: Buffer, ttlMs: number, mark?: unknown): Promise<void>;
  remove(place: CachePlace, key: string): Promise<void>;
  /** Undefined when the key holds no whole number, or leaves 2^53. */
  add(place: CachePlace, key: string, by: number, ttlMs: number): Promise<number | undefined>;
  clear(place: CachePlace): Promise<void>;
}

/** Loads under way in this process, by tenant, epoch and key. */
export type Flights = Map<string, Promise<Buffer | undefined>>;

export class BoundCache implements TenantCache {
  readonly #backend: CacheBackend;
  readonly #place: CachePlace;
  readonly #flights: Flights;

  constructor(backend: CacheBackend, place: CachePlace, flights: Flights) {
    this.#backend = backend;
    this.#place = place;
    this.#flights = flights;
  }

  async get<T = unknown>(key: string): Promise<T | undefined> {
    checkKey(key);
    const { bytes } = await this.#backend.read(this.#place, key);
    // The caller says what it has put there.
    return bytes && (decodeValue(bytes) as T | undefined);
  }

  async set(key: string, value: unknown, options?: CacheOptions): Promise<void> {
    checkKey(key);
    const ttlMs = toTtlMs(options);
    const bytes = encodeValue(value);
    if (bytes.length > VALUE_BYTES_MAX) {
      throw isolationError("cache.too_large", { bytes: bytes.length, max: VALUE_BYTES_MAX });
    }
    await this.#backend.write(this.#place, key, bytes, ttlMs);
  }

  async delete(key: string): Promise<void> {
    checkKey(key);
    await this.#backend.remove(this.#place, key);
  }

  async getOrSet<T>(key: string, load: () => Promise<T> | T, options?: CacheOptions): Promise<T> {
    checkKey(key);
    const ttlMs = toTtlMs(options);
    const { bytes, mark } = await this.#backend.read(this.#place, key);
    const cached = bytes && decodeValue(bytes);
    if (cached !== undefined) return cached as T;
    const flightKey = `${this.#place.tenantId}:${this.#place.epoch}:${key}`;
    const others = this.#flights.get(flightKey);
    const loaded = others && (await settledWithin(others, FLIGHT_WAIT_MS));
    if (loaded !== undefined) return decodeValue(loaded) as T;
    return this.#load(flightKey, key, load, ttlMs, mark);
  }

  async #load<T>(
    flightKey: string,
    key: string,
    load: () => Promise<T> | T,
    ttlMs: number,
    mark: unknown,
  ): Promise<T> {
    let value!: T;
    const flight = (async () => {
      value = await load();
      if (value === undefined) return undefined;
      const bytes = encodeValue(value);
      return bytes.length > VALUE_BYTES_MAX ? undefined : bytes;
    })();
    flight.catch(() => undefined);
    this.#flights.set(flightKey, flight);
    try {
      const bytes = await flight;
      if (bytes === undefined) return value;
      await this.#backend.write(this.#place, key, bytes, ttlMs, mark);
      // The first caller gets what the next will get, not an instance of its own.
      return decodeValue(bytes) as T;
    } finally {
      if (this.#flights.get(flightKey) === flight) this.#flights.delete(flightKey);
    }
  }

  async clear(): Promise<void> {
    await this.#backend.clear(this.#place);
  }

  async increment(key: string, by = 1, options?: CacheOptions): Promise<number> {
    checkKey(key);
    const ttlMs = toTtlMs(options);
    const value = Number.isSafeInteger(by) ? await this.#backend.add(this.#place, key, by, ttlMs) : undefined;
    if (value === undefined) throw isolationError("cache.not_a_counter", { key: key.slice(0, 100), by });
    return value;
  }
}

function checkKey(key: unknown): asserts key is string {
  const max = KEY_BYTES_MAX;
  if (typeof key !== "string")
    throw isolationError("cache.bad_key", { max, got: `a value of type ${typeof key}` });
  if (key === "") throw isolationError("cache.bad_key", { max, got: "an empty text" });
  // Half a character would be sent as U+FFFD, and two keys would be one.
  if (!key.isWellFormed()) throw isolationError("cache.bad_key", { max, got: "half a character" });
  const bytes = Buffer.byteLength(key);
  if (bytes > max) throw isolationError("cache.bad_key", { max, got: `${bytes} bytes` });
}

function toTtlMs(options: CacheOptions | undefined): number {
  const ttl = options?.ttl ?? TTL_SECONDS_DEFAULT;
  const ttlMs = typeof ttl === "number" ? Math.round(ttl * 1000) : Number.NaN;
  if (ttlMs >= 1 && ttlMs <= TTL_SECONDS_MAX * 1000) return ttlMs;
  throw isolationError("cache.bad_ttl", { max: TTL_SECONDS_MAX, got: String(ttl) });
}

/** What the promise gives in time; undefined when it fails or is late. */
async function settledWithin<T>(promise: Promise<T>, waitMs: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, waitMs, undefined);
  });
  try {
    return await Promise.race([promise.catch(() => undefined), late]);
  } finally {
    clearTimeout(timer);
  }
}
