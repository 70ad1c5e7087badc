import type pg from "pg";
import type { QueryResult, Submittable } from "pg";
import { BeginQuery } from "./begin-query.ts";
import type { Place } from "./directory.ts";
import { isolationError } from "./errors.ts";
import type { Executor } from "./executor.ts";
import type { PlaceConnections } from "./place-connections.ts";
import { submitScoped } from "./place-connections.ts";
import { type Lease, transactionStatus } from "./private-lane.ts";
import { BoundedQuery } from "./result-bound.ts";
import type { ScopedQueryConfig } from "./scope.ts";
import { assertStreamable, firstWord } from "./statement-gate.ts";

const SEAT_DEAD = "TE001";
const CANCELLED = "57014";

const MODE =
  "(?:isolation\\s+level\\s+(?:serializable|repeatable\\s+read|read\\s+(?:un)?committed)|read\\s+(?:only|write)|(?:not\\s+)?deferrable)";
const SET_TRANSACTION = new RegExp(`^\\s*set\\s+transaction\\s+(${MODE}(?:[\\s,]+${MODE})*)\\s*;?\\s*$`, "i");

/** A connection that a tenant has alone: for transactions, cursors, and clients of the `pg` interface. */
export class Session {
  readonly #executor: Executor;
  readonly #place: Place;
  readonly #connections: PlaceConnections;
  readonly #lease: Lease;
  readonly #untrack: () => void;
  #savepoints = 0;
  #last: Promise<unknown> = Promise.resolve();
  #running = 0;
  #isCancelled = false;
  #stopCancelling: (() => void) | undefined;
  #isReleased = false;
  #isAbandoned = false;
  #isStreaming = false;
  /** Nothing has been sent in this transaction but its beginning. */
  #isFresh = false;
  /** Runs while a transaction waits for its next statement. */
  #idle: NodeJS.Timeout | undefined;
  #isExpired = false;
  /** A cancel of ours may still be on its way, so nobody else gets the connection. */
  #isStained = false;
  /** Told when the connection is given back. */
  onRelease: (() => void) | undefined;

  private constructor(executor: Executor, place: Place, connections: PlaceConnections, lease: Lease) {
    this.#executor = executor;
    this.#place = place;
    this.#connections = connections;
    this.#lease = lease;
    this.#untrack = connections.track(place.tenantId, () => this.cancel());
  }

  static async open(executor: Executor, tenantId: string, signal?: AbortSignal): Promise<Session> {
    const { place, connections } = await executor.open(tenantId);
    try {
      return new Session(executor, place, connections, await connections.lease(place.scope, signal));
    } catch (failure) {
      const mayTryAgain =
        (await executor.unlock(tenantId, failure)) || (await executor.hasMoved(tenantId, place, failure));
      if (!mayTryAgain) throw failure;
    }
    const now = await executor.open(tenantId);
    return new Session(
      executor,
      now.place,
      now.connections,
      await now.connections.lease(now.place.scope, signal),
    );
  }

  get place(): Place {
    return this.#place;
  }

  get isInTransaction(): boolean {
    return transactionStatus(this.#lease.client) !== "I";
  }

  begin(begin = "begin"): Promise<QueryResult> {
    return this.query({ text: begin });
  }

  /** One statement; BEGIN and START TRANSACTION open a transaction inside the tenant. */
  async query(config: ScopedQueryConfig): Promise<QueryResult> {
    try {
      const prepared = this.#executor.prepare(config);
      return await this.#inTurn(() => this.#send(prepared));
    } catch (failure) {
      throw await this.#explain(failure);
    }
  }

  /**
   * One after the other: what a statement needs depends on the transaction that the one before it leaves, and callers
   * need not await BEGIN or COMMIT. An idle session sends at once, so that a release right after comes behind it.
   */
  #inTurn(work: () => Promise<QueryResult>): Promise<QueryResult> {
    this.#endIdle();
    const turn = this.#running === 0 ? work() : this.#last.then(work);
    this.#running += 1;
    const end = () => {
      this.#running -= 1;
      if (this.#running === 0) this.#watchIdle();
    };
    this.#last = turn.then(end, end);
    return turn;
  }

  /** Within a transaction the scope is set already; outside of one, each statement carries it. */
  async #send(prepared: ScopedQueryConfig): Promise<QueryResult> {
    this.#assertHeld();
    const word = firstWord(prepared.text);
    if (!this.isInTransaction) {
      if (this.#isCancelled) throw this.#closed();
      if (word === "begin" || word === "start") return this.#begin(prepared.text);
      const { isPooled } = this.#connections;
      return this.#inTime((stop) => submitScoped(this.#lease, this.#place.scope, prepared, isPooled, stop));
    }
    // A repeatable-read transaction sees the seat in its old snapshot, so the database would go on serving it.
    if (this.#isCancelled && word !== "rollback" && word !== "abort") throw this.#closed();
    const modes = this.#isFresh && word === "set" ? SET_TRANSACTION.exec(prepared.text)?.[1] : undefined;
    if (modes !== undefined) return this.#beginAgain(modes);
    this.#isFresh = false;
    if (this.#connections.isPooled && (word === "commit" || word === "end")) await this.#wipe();
    const extended = {
      text: prepared.text,
      values: prepared.values as unknown[],
      types: prepared.types,
      rowMode: prepared.rowMode,
      // The extended protocol takes one statement: text that smuggles in a second one is refused.
      queryMode: "extended",
    };
    return this.#inTime((stop) => this.#run(extended as pg.QueryConfig, stop));
  }

  /** For cursors and copies of node-postgres' own add-ons; only within a transaction, where the scope is set. */
  submit<T extends Submittable>(submittable: T): T {
    this.#assertHeld();
    if (this.#isCancelled) throw this.#closed();
    assertStreamable(submittable);
    if (!this.isInTransaction) {
      throw isolationError("isolation.statement_refused", {
        found: "a cursor or stream outside a transaction",
      });
    }
    this.#isStreaming = true;
    this.#isFresh = false;
    return this.#lease.client.query(submittable);
  }

  /** The reader of a stream has taken a row: its transaction is not idle. */
  touch(): void {
    this.#idle?.refresh();
  }

  /** Number for a savepoint's name, unique within the session. */
  nextSavepoint(): number {
    this.#savepoints += 1;
    return this.#savepoints;
  }

  /** Gives the connection up, whatever runs on it. */
  abandon(): void {
    if (this.#isReleased) return;
    this.#isAbandoned = true;
    if (this.isInTransaction || this.#running > 0) this.cancel();
    this.release(true);
  }

  cancel(): void {
    this.#isCancelled = true;
    this.#stopCancelling ??= this.#connections.cancel(this.#lease);
    // Between two statements, or two reads of a cursor, the server does nothing that could be cancelled; its locks go.
    const isIdle = this.#running === 0 && this.isInTransaction;
    if (isIdle || this.#isStreaming) void this.#lease.client.end().catch(() => undefined);
  }

  #run(config: pg.QueryConfig, onTooLarge: () => void): Promise<QueryResult> {
    return new Promise((resolve, reject) => {
      const answer = (failure: Error | null, result?: QueryResult) =>
        failure ? reject(failure) : resolve(result as QueryResult);
      // BoundedQuery extends node-postgres' Query; its type hides `submit`.
      this.#lease.client.query(new BoundedQuery(config, answer, onTooLarge) as unknown as Submittable);
    });
  }

  /** The plan's time for a statement, kept here as well: `set statement_timeout` is open to any SQL. */
  async #inTime(work: (stop: () => void) => Promise<QueryResult>): Promise<QueryResult> {
    let stopCancelling: (() => void) | undefined;
    const stop = () => {
      this.#isStained = true;
      stopCancelling ??= this.#connections.cancel(this.#lease);
    };
    const end = this.#connections.watchTime(this.#place.scope, stop);
    try {
      return await work(stop);
    } finally {
      end();
      stopCancelling?.();
    }
  }

  /** A transaction that waits too long for its own next statement is rolled back, and its connection freed. */
  #watchIdle(): void {
    if (this.#isReleased || this.#isStreaming || !this.isInTransaction) return;
    this.#idle = setTimeout(() => {
      this.#isExpired = true;
      this.release(true);
    }, this.#place.scope.idleTimeoutMs);
    this.#idle.unref();
  }

  #endIdle(): void {
    clearTimeout(this.#idle);
    this.#idle = undefined;
  }

  /** Sets the scope and checks the seat in the message that begins the transaction. */
  #begin(text: string): Promise<QueryResult> {
    return new Promise((resolve, reject) => {
      const query = new BeginQuery(this.#place.scope, text, (failure, result) => {
        this.#isFresh = !failure;
        if (failure) reject(failure);
        else resolve(result as QueryResult);
      });
      // BeginQuery extends node-postgres' Query; its type hides `submit`.
      this.#lease.client.query(query as unknown as Submittable);
    });
  }

  /** ORMs set the isolation level by a statement of its own; PostgreSQL takes it only before the seat is checked. */
  async #beginAgain(modes: string): Promise<QueryResult> {
    await this.#lease.client.query("rollback");
    this.#assertHeld();
    return { ...(await this.#begin(`begin ${modes}`)), command: "SET" };
  }

  #assertHeld(): void {
    const { tenantId, scope } = this.#place;
    if (this.#isExpired) throw isolationError("context.idle", { tenantId, idleMs: scope.idleTimeoutMs });
    if (this.#isReleased) throw isolationError("context.ended", { tenantId });
  }

  /** Why a statement failed, if it was not its own fault: the context ended, the tenant is closed, or moved. */
  async #explain(failure: unknown): Promise<unknown> {
    const { tenantId } = this.#place;
    if (this.#isAbandoned) return isolationError("context.ended", { tenantId }, { cause: failure });
    const { code } = failure as { code?: string };
    if (code !== SEAT_DEAD && !(code === CANCELLED && this.#isCancelled)) return failure;
    try {
      await this.#executor.directory.load(tenantId);
    } catch (refusal) {
      return refusal;
    }
    return code === SEAT_DEAD
      ? isolationError("isolation.seat_refused", { tenantId }, { cause: failure })
      : failure;
  }

  /**
   * Behind a pooler this connection goes to anybody at the end of the transaction; settings of the session end here.
   * In a failed transaction the wipe is refused, and its settings go with it.
   */
  async #wipe(): Promise<void> {
    for (const text of ["close all", "reset all"]) {
      await this.#lease.client.query(text).catch(() => undefined);
    }
    // Given back meanwhile, the connection may be another tenant's by now.
    this.#assertHeld();
  }

  /** With the code of a dead seat: whoever repeats work then asks the catalogue where the tenant is, or why not. */
  #closed(): Error {
    return Object.assign(new Error("The tenant was closed or moved during this transaction"), {
      code: SEAT_DEAD,
    });
  }

  release(isBroken = false): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#endIdle();
    this.#untrack();
    this.onRelease?.();
    this.#stopCancelling?.();
    // A cancel on its way must not hit the next tenant's statement.
    this.#lease.release(isBroken || this.#isCancelled || this.#isStained);
  }
}
