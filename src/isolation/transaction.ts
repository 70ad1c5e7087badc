import type { QueryResult } from "pg";
import type { Executor } from "./executor.ts";
import type { ScopedQueryConfig } from "./scope.ts";
import { Session } from "./session.ts";

export interface TransactionOptions {
  /** Default: read committed. */
  readonly isolation?: "read committed" | "repeatable read" | "serializable";
  readonly readOnly?: boolean;
  /** How often the work is repeated after a serialization failure, a deadlock or a move. Default 3. */
  readonly retries?: number;
  /** Cancels the running statement and rolls back. */
  readonly signal?: AbortSignal;
}

/** Where statements of a context go: one by one, or into a transaction. */
export interface Runner {
  query(config: ScopedQueryConfig, signal?: AbortSignal): Promise<QueryResult>;
}

const RETRYABLE = new Set(["40001", "40P01"]);
const RETRIES = 3;
const BACKOFF_MS = 10;

/** Runs `work` in one transaction of the tenant. It may run again, so it must have no other effect than its SQL. */
export async function runTransaction<T>(
  executor: Executor,
  tenantId: string,
  options: TransactionOptions,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const begin = beginText(options);
  for (let attempt = 0; ; attempt++) {
    const session = await Session.open(executor, tenantId, options.signal);
    const abort = () => session.cancel();
    options.signal?.addEventListener("abort", abort, { once: true });
    let isBroken = false;
    try {
      await session.begin(begin);
      const result = await work(session);
      options.signal?.throwIfAborted();
      await session.query({ text: "commit" });
      return result;
    } catch (failure) {
      isBroken = await rollback(session);
      options.signal?.throwIfAborted();
      const code = (failure as { code?: string }).code ?? "";
      if (attempt >= (options.retries ?? RETRIES)) throw failure;
      if (!RETRYABLE.has(code) && !(await executor.hasMoved(tenantId, session.place, failure))) throw failure;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * BACKOFF_MS * 2 ** attempt));
    } finally {
      options.signal?.removeEventListener("abort", abort);
      session.release(isBroken);
    }
  }
}

/** A part of a transaction that can fail alone. */
export async function runSavepoint<T>(session: Session, work: () => Promise<T>): Promise<T> {
  const name = `tenancy_${session.nextSavepoint()}`;
  await session.query({ text: `savepoint ${name}` });
  try {
    const result = await work();
    await session.query({ text: `release savepoint ${name}` });
    return result;
  } catch (failure) {
    await session.query({ text: `rollback to savepoint ${name}` });
    await session.query({ text: `release savepoint ${name}` });
    throw failure;
  }
}

function beginText(options: TransactionOptions): string {
  const modes = [
    ...(options.isolation ? [`isolation level ${options.isolation}`] : []),
    ...(options.readOnly ? ["read only"] : []),
  ];
  return ["begin", modes.join(", ")].join(" ").trim();
}

async function rollback(session: Session): Promise<boolean> {
  try {
    if (session.isInTransaction) await session.query({ text: "rollback" });
    return session.isInTransaction;
  } catch {
    return true;
  }
}
