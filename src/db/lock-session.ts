import type pg from "pg";

/**
 * The advisory locks that this process holds in one database, all on one connection. One connection each would fill
 * the pool with locks whose work then waits for a connection: a dozen tenants created at once stood still for good.
 */
export class LockSession {
  readonly #pool: pg.Pool;
  /** A session may take its own lock again, so that callers of one process exclude each other here. */
  readonly #held = new Set<string>();
  #client: Promise<pg.PoolClient> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  /** False when somebody holds it, here or in another process. */
  async take(name: string): Promise<boolean> {
    if (this.#held.has(name)) return false;
    this.#held.add(name);
    try {
      const isTaken = await this.#ask(
        "select pg_try_advisory_lock(hashtextextended($1::text, 7)) as is_done",
        name,
      );
      if (!isTaken) this.#leave(name);
      return isTaken;
    } catch (failure) {
      this.#leave(name);
      throw failure;
    }
  }

  /** When the connection was lost, so was the lock. */
  async give(name: string): Promise<void> {
    await this.#ask("select pg_advisory_unlock(hashtextextended($1::text, 7)) as is_done", name).catch(
      () => false,
    );
    this.#leave(name);
  }

  #ask(text: string, name: string): Promise<boolean> {
    const asking = this.#last.then(async () => {
      this.#client ??= this.#pool.connect();
      const opening = this.#client;
      try {
        const client = await opening;
        const { rows } = await client.query<{ is_done: boolean }>({ text, values: [name] });
        return rows[0]?.is_done ?? false;
      } catch (failure) {
        // All that it held is free again; the next lock starts on another connection.
        if (this.#client === opening) this.#client = undefined;
        opening.then(
          (client) => client.release(failure as Error),
          () => undefined,
        );
        throw failure;
      }
    });
    this.#last = asking.catch(() => undefined);
    return asking;
  }

  /** The last one gives the connection back. */
  #leave(name: string): void {
    this.#held.delete(name);
    if (this.#held.size > 0) return;
    const client = this.#client;
    this.#client = undefined;
    client?.then(
      (held) => held.release(),
      () => undefined,
    );
  }
}
