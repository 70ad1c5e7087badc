import { EventEmitter } from "node:events";
import pg, { type QueryResult, type Submittable } from "pg";
import { isolationError } from "./errors.ts";
import type { ScopedQueryConfig } from "./scope.ts";
import type { Session } from "./session.ts";
import type { Runner } from "./transaction.ts";

type Callback = (error: Error | undefined, result?: QueryResult) => void;
type Connected = (
  error: Error | undefined,
  client?: TenantPgClient,
  release?: (error?: Error | boolean) => void,
) => void;
type QueryInput = string | (pg.QueryConfig & { rowMode?: "array" });

/**
 * A pool with the interface of node-postgres, bound to one tenant: what an ORM or hand-written code expects of
 * `pg.Pool`. `query` runs one statement; `connect` lends a client of the tenant's own, for transactions.
 */
export class TenantPgPool extends EventEmitter {
  readonly #runner: Runner;
  readonly #openSession: () => Promise<Session>;
  /** Read by ORMs; a tenant's pool has no settings of its own. */
  readonly options: Readonly<Record<string, unknown>> = {};

  constructor(runner: Runner, openSession: () => Promise<Session>) {
    super();
    this.#runner = runner;
    this.#openSession = openSession;
  }

  readonly totalCount = 0;
  readonly idleCount = 0;
  readonly waitingCount = 0;

  query(
    input: QueryInput,
    values?: unknown[] | Callback,
    callback?: Callback,
  ): Promise<QueryResult> | undefined {
    return answer(this.#runner.query(toConfig(input, values)), values, callback);
  }

  connect(): Promise<TenantPgClient>;
  connect(callback: Connected): void;
  connect(callback?: Connected): Promise<TenantPgClient> | undefined {
    const opening = this.#openSession().then((session) => new TenantPgClient(session));
    if (!callback) return opening;
    opening.then(
      (client) => callback(undefined, client, (error) => client.release(error)),
      (error: Error) => callback(error),
    );
    return undefined;
  }

  /** The context owns the connections; ending the pool ends nothing. */
  async end(callback?: () => void): Promise<void> {
    callback?.();
  }
}

// Prisma's adapter and Drizzle ask `instanceof pg.Pool`. None of its own state is used: every public method is ours.
Object.setPrototypeOf(TenantPgPool.prototype, pg.Pool.prototype);

/** A client with the interface of `pg.PoolClient`, inside one tenant, until `release`. */
export class TenantPgClient extends EventEmitter {
  readonly #session: Session;
  #isReleased = false;

  constructor(session: Session) {
    super();
    this.#session = session;
  }

  query(
    input: QueryInput | Submittable,
    values?: unknown[] | Callback,
    callback?: Callback,
  ): Promise<QueryResult> | Submittable | undefined {
    if (this.#isReleased) {
      return answer(
        Promise.reject(isolationError("context.ended", { tenantId: this.#session.place.tenantId })),
        values,
        callback,
      );
    }
    if (typeof input === "object" && "submit" in input && typeof input.submit === "function") {
      return this.#session.submit(input);
    }
    return answer(this.#session.query(toConfig(input as QueryInput, values)), values, callback);
  }

  async connect(): Promise<void> {}

  release(error?: Error | boolean): void {
    this.#isReleased = true;
    this.#session.release(Boolean(error));
  }

  async end(): Promise<void> {
    this.release();
  }
}

function toConfig(input: QueryInput, values: unknown[] | Callback | undefined): ScopedQueryConfig {
  const config = typeof input === "string" ? { text: input } : (input ?? {});
  return {
    text: config.text,
    values: Array.isArray(values) ? values : config.values,
    ...(config.types ? { types: config.types } : {}),
    ...(config.rowMode ? { rowMode: config.rowMode } : {}),
  };
}

function answer(
  running: Promise<QueryResult>,
  values: unknown[] | Callback | undefined,
  callback: Callback | undefined,
): Promise<QueryResult> | undefined {
  const done = typeof values === "function" ? values : callback;
  if (!done) return running;
  running.then(
    (result) => done(undefined, result),
    (error: Error) => done(error),
  );
  return undefined;
}
