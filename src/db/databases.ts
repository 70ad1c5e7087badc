import pg from "pg";
import { connectionConfig } from "./url.ts";

const POOL_MAX = 8;
const OPEN_MAX = 40;
const IDLE_MS = 10_000;

/**
 * Admin pools of one cluster, by database, opened when asked for. Only our own SQL runs on them (catalogue, DDL);
 * no request's SQL ever does.
 */
export class AdminPools {
  readonly #url: string;
  readonly #pools = new Map<string, pg.Pool>();

  constructor(url: string) {
    this.#url = url;
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
    if (known) {
      this.#pools.delete(key);
      this.#pools.set(key, known);
      return known;
    }
    const pool = new pg.Pool({ ...config, max: POOL_MAX, idleTimeoutMillis: IDLE_MS, allowExitOnIdle: true });
    // A broken connection shows at its next query, or not at all; unheard, the event would end the process.
    pool.on("error", () => undefined);
    pool.on("connect", (client) => client.on("error", () => undefined));
    this.#pools.set(key, pool);
    if (this.#pools.size > OPEN_MAX) this.#closeOldestIdle();
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

  #closeOldestIdle(): void {
    for (const [key, pool] of this.#pools) {
      if (pool.totalCount === pool.idleCount && pool.waitingCount === 0) {
        this.#pools.delete(key);
        void pool.end();
        return;
      }
    }
  }
}
