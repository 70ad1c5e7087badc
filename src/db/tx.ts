import type pg from "pg";
import { LockSession } from "./lock-session.ts";
import type { Queryable } from "./sql.ts";

/** A running transaction. */
export interface Tx extends Queryable {
  readonly isTransaction: true;
  /** Whose connection it has. */
  readonly pool: pg.Pool;
}

/** Serialization failure and deadlock: the transaction was rolled back whole and may run again. */
const RETRYABLE = new Set(["40001", "40P01"]);
const TRIES_MAX = 5;

/** Runs `work` in a transaction; repeats it after a serialization failure or a deadlock, so it must be repeatable. */
export async function withTx<T>(pool: pg.Pool, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const client = await pool.connect();
    let isBroken: Error | undefined;
    try {
      await client.query("begin");
      const result = await work(asTx(client, pool));
      await client.query("commit");
      return result;
    } catch (failure) {
      await client.query("rollback").catch((error: Error) => {
        isBroken = error;
      });
      if (attempt < TRIES_MAX && RETRYABLE.has((failure as { code?: string }).code ?? "")) {
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * attempt));
        continue;
      }
      throw failure;
    } finally {
      client.release(isBroken);
    }
  }
}

function asTx(client: pg.ClientBase, pool: pg.Pool): Tx {
  return { isTransaction: true, pool, query: (config) => client.query(config) };
}

/** One per pool; it goes with the pool. */
const lockSessions = new WeakMap<pg.Pool, LockSession>();

/** A wait that holds while one process works: taken on a connection, gone with it, so a crash frees it at once. */
export async function withAdvisoryLock<T>(
  pool: pg.Pool,
  name: string,
  work: () => Promise<T>,
): Promise<{ isHeld: true; result: T } | { isHeld: false }> {
  const session = lockSessions.get(pool) ?? new LockSession(pool);
  lockSessions.set(pool, session);
  if (!(await session.take(name))) return { isHeld: false };
  try {
    return { isHeld: true, result: await work() };
  } finally {
    await session.give(name);
  }
}
