import { pipeline, type Readable, Transform } from "node:stream";
import { quoteLiteral } from "../db/sql.ts";
import type { CacheStore, TenantCache } from "./cache.ts";
import type { Directory, Place } from "./directory.ts";
import type { Executor } from "./executor.ts";
import type { ObjectStorage, TenantStorage } from "./storage.ts";
import { type TableShape, tableName } from "./table-shape.ts";

export interface TenantMetrics {
  readonly tables: readonly { readonly name: string; readonly rows: number }[];
  readonly totalRows: number;
  readonly storageBytes: number;
  readonly storageObjects: number;
}

export interface TenantAnalytics {
  /** What the tenant has at this moment, counted as the tenant. */
  getMetrics(): Promise<TenantMetrics>;
}

/** Asked before each call: throws when the context has ended. */
export type AssertOpen = () => void;

/**
 * `ctx.cache`: each call asks where the tenant is now, so that a suspended tenant is refused here too, and entries of
 * the epoch before a move are out of reach.
 */
export function tenantCache(
  directory: Directory,
  store: CacheStore,
  tenantId: string,
  assertOpen: AssertOpen,
): TenantCache {
  const bound = new WeakMap<Place, TenantCache>();
  const here = async () => {
    assertOpen();
    const place = await directory.get(tenantId);
    const known = bound.get(place) ?? store.bind({ tenantId, epoch: place.epoch });
    bound.set(place, known);
    return known;
  };
  return {
    get: async <T>(key: string) => (await here()).get<T>(key),
    set: async (key, value, options) => (await here()).set(key, value, options),
    delete: async (key) => (await here()).delete(key),
    getOrSet: async (key, load, options) => (await here()).getOrSet(key, load, options),
    clear: async () => (await here()).clear(),
    increment: async (key, by, options) => (await here()).increment(key, by, options),
  };
}

/**
 * `ctx.storage`: the same, with the byte limit that the tenant has now. Streams ask again with each chunk, so that an
 * upload or a download that is under way ends when the tenant is suspended.
 */
export function tenantStorage(
  directory: Directory,
  store: ObjectStorage,
  tenantId: string,
  assertOpen: AssertOpen,
): TenantStorage {
  const here = async () => {
    assertOpen();
    const { storageBytesMax } = await directory.get(tenantId);
    return store.bind({ tenantId, storageBytesMax });
  };
  const assertUsable = async () => {
    assertOpen();
    await assertServed(directory, tenantId);
  };
  return {
    put: async (path, body, options) => {
      const isWhole = typeof body === "string" || body instanceof Uint8Array;
      return (await here()).put(path, isWhole ? body : asking(body, assertUsable), options);
    },
    get: async (path, range) => {
      const source = await (await here()).get(path, range);
      // A download may outlive its context (the answer is still being sent), but not the tenant's being served.
      return whileServed(directory, tenantId, source);
    },
    getBytes: async (path) => (await here()).getBytes(path),
    stat: async (path) => (await here()).stat(path),
    exists: async (path) => (await here()).exists(path),
    list: async (prefix, options) => (await here()).list(prefix, options),
    remove: async (path) => (await here()).remove(path),
    copy: async (from, to) => (await here()).copy(from, to),
    signedUrl: async (path, options) => (await here()).signedUrl(path, options),
    usage: async () => (await here()).usage(),
  };
}

/**
 * The chunks of a body, as long as `ask` does not throw; it is asked again at the end. Whoever gives a stalled one up
 * destroys its source: a generator that waits for a chunk cannot be ended from outside.
 */
export function asking<T>(source: AsyncIterable<T>, ask: () => Promise<void>) {
  return {
    async *[Symbol.asyncIterator](): AsyncGenerator<T> {
      for await (const chunk of source) {
        await ask();
        yield chunk;
      }
      await ask();
    },
    destroy: () => void (source as Partial<Readable>).destroy?.(),
  };
}

async function assertServed(directory: Directory, tenantId: string): Promise<void> {
  if (!directory.peek(tenantId)) await directory.get(tenantId);
}

/**
 * What is read of a tenant's file, as long as the tenant is served. It closes with its source, and its source with
 * it, whether anybody reads or not.
 */
export function whileServed(directory: Directory, tenantId: string, source: Readable): Readable {
  const gate = new Transform({
    transform: (chunk, _encoding, done) =>
      void assertServed(directory, tenantId).then(() => done(null, chunk), done),
  });
  return pipeline(source, gate, () => undefined);
}

/** `ctx.analytics`: rows are counted in one statement, under the tenant's own seat. */
export function tenantAnalytics(
  executor: Executor,
  tables: ReadonlyMap<string, TableShape>,
  storage: TenantStorage,
  tenantId: string,
  assertOpen: AssertOpen,
): TenantAnalytics {
  return {
    getMetrics: async () => {
      assertOpen();
      const shapes = [...new Set(tables.values())];
      const counts = shapes.map(
        (shape) =>
          `select ${quoteLiteral(shape.name)} as name, count(*)::float8 as rows from ${tableName(shape)}`,
      );
      const found =
        counts.length === 0 ? [] : (await executor.run(tenantId, { text: counts.join(" union all ") })).rows;
      const usage = await storage.usage();
      // The columns are those of the text above.
      const rows = found as { name: string; rows: number }[];
      return {
        tables: rows,
        totalRows: rows.reduce((sum, table) => sum + table.rows, 0),
        storageBytes: usage.usedBytes,
        storageObjects: usage.objects,
      };
    },
  };
}
