import pg from "pg";
import { connectionConfig } from "./url.ts";

const POOL_MAX = 8;
/** So many databases may keep connections for their next use; at others a connection closes when it is given back. */
const KEPT_MAX = 40;
const IDLE_MS = 10_000;

/**
 * Admin pools of one cluster, by database, opened when asked for. Only our own SQL runs on them (catalogue, DDL);
 * no request's SQL ever does.
 */
export class AdminPools {
  readonly #url: string;
  readonly #keptMax: number;
  readonly #pools = new Map<string, pg.Pool>();
  readonly #connected = new Set<pg.Pool>();

  constructor(url: string, options: { readonly keptMax?: number } = {}) {
    this.#url = url;
    this.#keptMax = options.keptMax ?? KEPT_MAX;
  }

  get url(): string {
    return this.#url;
  }

  /** The pool of a database; the control database when unnamed. */
  pool(database?: string): pg.Pool {
    const config = connectionConfig(this.#url, {
      ...(database === undefined ? {} : { database }),
      applicationName: "tenancy-admin",
      searchPath: "pg_catalog",
    });
    const key = config.database ?? "";
    const known = this.#pools.get(key);
    if (known) return known;
    const pool = new pg.Pool({ ...config, max: POOL_MAX, idleTimeoutMillis: IDLE_MS, allowExitOnIdle: true });
    // A pool is never ended here to make room: whoever asked for it may be about to use it.
    Object.defineProperty(pool.options, "maxUses", {
      get: () => (this.#connected.size > this.#keptMax ? 1 : Infinity),
    });
    // A broken connection shows at its next query, or not at all; unheard, the event would end the process.
    pool.on("error", () => undefined);
    pool.on("connect", (client) => {
      this.#connected.add(pool);
      client.on("error", () => undefined);
    });
    pool.on("remove", () => pool.totalCount === 0 && this.#connected.delete(pool));
    this.#pools.set(key, pool);
    return pool;
  }

  /** Closes a database's pool, so that the database can be dropped or used as a template. */
  async forget(database: string): Promise<void> {
    const pool = this.#pools.get(database);
    this.#pools.delete(database);
    await pool?.end();
  }

  async close(): Promise<void> {
    const pools = [...this.#pools.values()];
    this.#pools.clear();
    await Promise.allSettled(pools.map((pool) => pool.end()));
  }
}
