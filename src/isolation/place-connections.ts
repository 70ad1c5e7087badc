import type { ClientConfig, QueryResult, Submittable } from "pg";
import { cancelBackend } from "./cancel.ts";
import { isolationError } from "./errors.ts";
import { ExpressLane } from "./express-lane.ts";
import { type Lease, PrivateLane, transactionStatus } from "./private-lane.ts";
import { type Scope, ScopedQuery, type ScopedQueryConfig } from "./scope.ts";
import { type Statement, StatementBook } from "./statement-book.ts";

export interface PlaceConnectionsOptions {
  readonly connection: ClientConfig;
  /** 0 where connections cannot be shared: behind PgBouncer. */
  readonly expressMax: number;
  readonly privateMax: number;
  /** Of these, how many one tenant may have at a time. */
  readonly tenantMax: number;
  /** A pooler in between hands a server connection to the next tenant at the end of each transaction. */
  readonly isPooled: boolean;
  readonly waitMsMax: number;
}

const CANCEL_AGAIN_MS = 200;
/** The database's own timeout comes first, with its own message; this is for those that lifted it. */
const OVERTIME_MS = 500;

/** All connections of this process to one database, as one login role. */
export class PlaceConnections {
  readonly #options: PlaceConnectionsOptions;
  readonly #book = new StatementBook();
  readonly #express: ExpressLane | null;
  readonly #private: PrivateLane;
  readonly #running = new Map<string, Set<() => void>>();
  lastUsedMs = 0;

  constructor(options: PlaceConnectionsOptions) {
    this.#options = options;
    this.#private = new PrivateLane({
      connection: options.connection,
      connectionsMax: options.privateMax,
      tenantMax: options.tenantMax,
      waitMsMax: options.waitMsMax,
      onTimeout: (waitedMs) => isolationError("isolation.busy", { waitedMs: Math.round(waitedMs) }),
    });
    this.#express =
      options.expressMax > 0
        ? new ExpressLane({
            connection: options.connection,
            connectionsMax: options.expressMax,
            book: this.#book,
            runPrivately: (scope, statement, config) => this.#runPrivately(scope, statement, config),
          })
        : null;
  }

  get isBusy(): boolean {
    return this.#private.isBusy || (this.#express?.isBusy ?? false);
  }

  get connections(): number {
    return this.#private.connections + (this.#express?.connections ?? 0);
  }

  /** One statement, one message, one implicit transaction. */
  run(scope: Scope, config: ScopedQueryConfig, signal?: AbortSignal): Promise<QueryResult> {
    const nowMs = performance.now();
    this.lastUsedMs = nowMs;
    const statement = this.#book.open(config.text);
    if (this.#express && !signal && this.#book.isExpress(statement, nowMs)) {
      return this.#express.run(scope, statement, config);
    }
    return this.#runPrivately(scope, statement, config, signal);
  }

  lease(scope: Scope, signal?: AbortSignal): Promise<Lease> {
    this.lastUsedMs = performance.now();
    return this.#lease(scope.tenantId, signal);
  }

  async #lease(tenantId: string, signal?: AbortSignal): Promise<Lease> {
    let isStopped = false;
    const untrack = this.track(tenantId, () => {
      isStopped = true;
    });
    const lease = await this.#private.lease(tenantId, signal).finally(untrack);
    if (!isStopped) return lease;
    lease.release();
    // With the code of a dead seat: the executor asks the catalogue where the tenant is now, or why not.
    throw Object.assign(new Error("The tenant was closed or moved"), { code: "TE001" });
  }

  /**
   * Cancels what runs on a lease, until the returned function is called: a cancel that comes before its statement, or
   * while a pooler has no server for it, is lost.
   */
  cancel(lease: Lease): () => void {
    const send = () => void cancelBackend(lease.client, this.#options.connection);
    send();
    const timer = setInterval(send, CANCEL_AGAIN_MS);
    timer.unref();
    return () => clearInterval(timer);
  }

  /** Cancels what runs on a lease beyond the plan's time, whatever its SQL has set; returns the end of the watch. */
  watchTime(scope: Scope, cancel: () => void): () => void {
    const timer = setTimeout(cancel, scope.statementTimeoutMs + OVERTIME_MS);
    return () => clearTimeout(timer);
  }

  get isPooled(): boolean {
    return this.#options.isPooled;
  }

  /** Cancels all work of a tenant: it was suspended, or it moves. */
  cancelTenant(tenantId: string): void {
    this.#express?.cancelTenant(tenantId);
    for (const cancel of this.#running.get(tenantId) ?? []) cancel();
  }

  runningTenants(): string[] {
    return [...this.#running.keys()];
  }

  /** Registers work that `cancelTenant` must reach; returns its removal. */
  track(tenantId: string, cancel: () => void): () => void {
    const cancels = this.#running.get(tenantId) ?? new Set();
    this.#running.set(tenantId, cancels.add(cancel));
    return () => {
      cancels.delete(cancel);
      if (cancels.size === 0) this.#running.delete(tenantId);
    };
  }

  async close(): Promise<void> {
    await Promise.all([this.#private.close(), this.#express?.close()]);
  }

  async #runPrivately(
    scope: Scope,
    statement: Statement,
    config: ScopedQueryConfig,
    signal?: AbortSignal,
  ): Promise<QueryResult> {
    const lease = await this.#lease(scope.tenantId, signal);
    let stopCancelling: (() => void) | undefined;
    const cancel = () => {
      stopCancelling ??= this.cancel(lease);
    };
    const untrack = this.track(scope.tenantId, cancel);
    signal?.addEventListener("abort", cancel, { once: true });
    const inTime = this.watchTime(scope, cancel);
    const startedMs = performance.now();
    let isBroken = false;
    try {
      const result = await submitScoped(lease, scope, config, this.#options.isPooled, cancel);
      if (transactionStatus(lease.client) !== "I") {
        isBroken = true;
        throw isolationError("isolation.transaction_left_open", {});
      }
      this.#book.recordRun(statement, performance.now() - startedMs);
      signal?.throwIfAborted(); // it ended before the cancel reached it
      return result;
    } catch (failure) {
      if ((failure as { code?: string }).code === undefined) isBroken = true;
      if (signal?.aborted) throw signal.reason;
      throw failure;
    } finally {
      untrack();
      inTime();
      signal?.removeEventListener("abort", cancel);
      stopCancelling?.();
      // A cancel on its way must not hit the next tenant's statement: such a connection is not used again.
      lease.release(isBroken || stopCancelling !== undefined);
    }
  }
}

/**
 * @param onTooLarge Called when the result is dropped for its size.
 * @param isPooled Then the message wipes behind itself; otherwise the connection is wiped when it is given back.
 */
export function submitScoped(
  lease: Lease,
  scope: Scope,
  config: ScopedQueryConfig,
  isPooled: boolean,
  onTooLarge: () => void,
): Promise<QueryResult> {
  return new Promise((resolve, reject) => {
    const answer = (failure: Error | null, result?: QueryResult) =>
      failure ? reject(failure) : resolve(result as QueryResult);
    const query = new ScopedQuery(scope, config, null, answer, isPooled);
    query.onTooLarge = onTooLarge;
    // ScopedQuery extends node-postgres' Query; its type hides `submit`.
    lease.client.query(query as unknown as Submittable);
  });
}
