import type { QueryResult } from "pg";
import { isolationError } from "./errors.ts";
import type { Executor } from "./executor.ts";
import type { ScopedQueryConfig } from "./scope.ts";
import type { Session } from "./session.ts";

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
  open: (signal?: AbortSignal) => Promise<Session>,
  options: TransactionOptions,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const begin = beginText(options);
  for (let attempt = 0; ; attempt++) {
    const session = await open(options.signal);
    const abort = () => session.cancel();
    options.signal?.addEventListener("abort", abort, { once: true });
    let isBroken = false;
    try {
      await session.begin(begin);
      const result = await work(session);
      options.signal?.throwIfAborted();
      await commit(session);
      return result;
    } catch (failure) {
      isBroken = await rollback(session);
      options.signal?.throwIfAborted();
      if (attempt >= (options.retries ?? RETRIES)) throw failure;
      if (!(await mayRepeat(executor, session, failure))) throw failure;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * BACKOFF_MS * 2 ** attempt));
    } finally {
      options.signal?.removeEventListener("abort", abort);
      session.release(isBroken);
    }
  }
}

/**
 * PostgreSQL answers the commit of a failed transaction with ROLLBACK and no error: work that caught the error of a
 * statement would seem to be done. Throws context.transaction_failed.
 */
export async function commit(session: Session): Promise<void> {
  const { command } = await session.query({ text: "commit" });
  if (command === "ROLLBACK") {
    throw isolationError("context.transaction_failed", { tenantId: session.place.tenantId });
  }
}

async function mayRepeat(executor: Executor, session: Session, failure: unknown): Promise<boolean> {
  const { code, cause } = failure as { code?: string; cause?: unknown };
  if (RETRYABLE.has(code ?? "")) return true;
  const reason = code === "isolation.seat_refused" ? cause : failure;
  return executor.hasMoved(session.place.tenantId, session.place, reason);
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
