import type pg from "pg";
import type { QueryResult, Submittable } from "pg";
import { BeginQuery } from "./begin-query.ts";
import type { Place } from "./directory.ts";
import type { Executor } from "./executor.ts";
import type { PlaceConnections } from "./place-connections.ts";
import { submitScoped } from "./place-connections.ts";
import { type Lease, transactionStatus } from "./private-lane.ts";
import type { ScopedQueryConfig } from "./scope.ts";

/** A connection that a tenant has alone: for transactions, cursors, and clients of the `pg` interface. */
export class Session {
  readonly #executor: Executor;
  readonly #place: Place;
  readonly #connections: PlaceConnections;
  readonly #lease: Lease;
  readonly #untrack: () => void;
  #savepoints = 0;
  #isCancelled = false;
  #isReleased = false;

  private constructor(executor: Executor, place: Place, connections: PlaceConnections, lease: Lease) {
    this.#executor = executor;
    this.#place = place;
    this.#connections = connections;
    this.#lease = lease;
    this.#untrack = connections.track(place.tenantId, () => this.cancel());
  }

  static async open(executor: Executor, tenantId: string, signal?: AbortSignal): Promise<Session> {
    const { place, connections } = await executor.open(tenantId);
    return new Session(executor, place, connections, await connections.lease(place.scope, signal));
  }

  get place(): Place {
    return this.#place;
  }

  get isInTransaction(): boolean {
    return transactionStatus(this.#lease.client) !== "I";
  }

  /** Starts a transaction inside the tenant. `begin` is BEGIN or START TRANSACTION with its modes. */
  begin(begin = "begin"): Promise<QueryResult> {
    return new Promise((resolve, reject) => {
      const query = new BeginQuery(this.#place.scope, begin, (failure, result) =>
        failure ? reject(failure) : resolve(result as QueryResult),
      );
      // BeginQuery extends node-postgres' Query; its type hides `submit`.
      this.#lease.client.query(query as unknown as Submittable);
    });
  }

  /** Within a transaction the scope is set already; outside of one, each statement carries it. */
  query(config: ScopedQueryConfig): Promise<QueryResult> {
    const prepared = this.#executor.prepare(config);
    if (!this.isInTransaction) return submitScoped(this.#lease, this.#place.scope, prepared);
    const extended = {
      text: prepared.text,
      values: prepared.values as unknown[],
      types: prepared.types,
      rowMode: prepared.rowMode,
      // The extended protocol takes one statement: text that smuggles in a second one is refused.
      queryMode: "extended",
    };
    return this.#lease.client.query(extended as pg.QueryConfig);
  }

  /** For cursors and copies of node-postgres' own add-ons; only within a transaction, where the scope is set. */
  submit<T extends Submittable>(submittable: T): T {
    return this.#lease.client.query(submittable);
  }

  /** Number for a savepoint's name, unique within the session. */
  nextSavepoint(): number {
    this.#savepoints += 1;
    return this.#savepoints;
  }

  cancel(): void {
    this.#isCancelled = true;
    void this.#connections.cancel(this.#lease);
  }

  release(isBroken = false): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#untrack();
    // A cancel on its way must not hit the next tenant's statement.
    this.#lease.release(isBroken || this.#isCancelled);
  }
}
