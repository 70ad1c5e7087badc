import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  type TransactionSettings,
} from "kysely";
import type { ScopedQueryConfig } from "./scope.ts";
import type { SealedQuery } from "./sealed-query.ts";
import type { Session } from "./session.ts";
import { commit, type Runner } from "./transaction.ts";

interface Handle extends DatabaseConnection {
  session?: Session;
}

/** What a context has, and a transaction has not. */
export interface Outside {
  openSession(): Promise<Session>;
  stream(query: ScopedQueryConfig): AsyncIterable<unknown>;
}

/** What a query is led through on its way to the database: sealed columns are not the database's business. */
export type Seal = (query: CompiledQuery, runner: Runner) => Promise<SealedQuery | undefined>;

/** Kysely on a context: statements one by one through the lanes, transactions on a session of their own. */
export class TenantDialect implements Dialect {
  readonly #runner: Runner;
  readonly #outside: Outside | null;
  readonly #seal: Seal;

  /** @param outside null inside a transaction, where Kysely must not start another. */
  constructor(runner: Runner, outside: Outside | null, seal: Seal) {
    this.#runner = runner;
    this.#outside = outside;
    this.#seal = seal;
  }

  createAdapter() {
    return new PostgresAdapter();
  }

  createQueryCompiler() {
    return new PostgresQueryCompiler();
  }

  createIntrospector(db: ConstructorParameters<typeof PostgresIntrospector>[0]) {
    return new PostgresIntrospector(db);
  }

  createDriver(): Driver {
    return new TenantDriver(this.#runner, this.#outside, this.#seal);
  }
}

class TenantDriver implements Driver {
  readonly #runner: Runner;
  readonly #outside: Outside | null;
  readonly #seal: Seal;

  constructor(runner: Runner, outside: Outside | null, seal: Seal) {
    this.#runner = runner;
    this.#outside = outside;
    this.#seal = seal;
  }

  async init(): Promise<void> {}
  async destroy(): Promise<void> {}

  async acquireConnection(): Promise<Handle> {
    const handle: Handle = {
      executeQuery: async <R>(query: CompiledQuery): Promise<QueryResult<R>> => {
        const target = handle.session ?? this.#runner;
        const sealed = await this.#seal(query, target);
        const result = await target.query(textOf(query, sealed));
        await sealed?.open(result.rows);
        const isChange = result.command !== "SELECT" && result.rowCount !== null;
        return {
          rows: result.rows as R[],
          ...(isChange ? { numAffectedRows: BigInt(result.rowCount ?? 0) } : {}),
        };
      },
      streamQuery: <R>(query: CompiledQuery) => {
        if (handle.session || !this.#outside) throw new Error("Use stream() outside of a transaction.");
        return oneByOne<R>(query, this.#outside, this.#seal(query, this.#runner));
      },
    };
    return handle;
  }

  async beginTransaction(handle: Handle, settings: TransactionSettings): Promise<void> {
    if (!this.#outside) throw new Error("Use tx.transaction() for a savepoint inside a transaction.");
    const modes = [
      ...(settings.isolationLevel ? [`isolation level ${settings.isolationLevel}`] : []),
      ...(settings.accessMode ? [settings.accessMode] : []),
    ];
    const session = await this.#outside.openSession();
    handle.session = session;
    try {
      await session.begin(`begin ${modes.join(", ")}`.trim());
    } catch (failure) {
      handle.session = undefined;
      session.release();
      throw failure;
    }
  }

  async commitTransaction(handle: Handle): Promise<void> {
    await endSession(handle, "commit");
  }

  async rollbackTransaction(handle: Handle): Promise<void> {
    await endSession(handle, "rollback");
  }

  async savepoint(handle: Handle, name: string): Promise<void> {
    await handle.executeQuery(CompiledQuery.raw(`savepoint "${name.replaceAll('"', '""')}"`));
  }

  async rollbackToSavepoint(handle: Handle, name: string): Promise<void> {
    await handle.executeQuery(CompiledQuery.raw(`rollback to savepoint "${name.replaceAll('"', '""')}"`));
  }

  async releaseSavepoint(handle: Handle, name: string): Promise<void> {
    await handle.executeQuery(CompiledQuery.raw(`release savepoint "${name.replaceAll('"', '""')}"`));
  }

  async releaseConnection(handle: Handle): Promise<void> {
    handle.session?.release(true);
    handle.session = undefined;
  }
}

async function endSession(handle: Handle, text: "commit" | "rollback"): Promise<void> {
  const { session } = handle;
  if (!session) return;
  try {
    await (text === "commit" ? commit(session) : session.query({ text }));
    handle.session = undefined;
    session.release();
  } catch (failure) {
    handle.session = undefined;
    session.release(true);
    throw failure;
  }
}

function textOf(query: CompiledQuery, sealed: SealedQuery | undefined): ScopedQueryConfig {
  if (!sealed) return { text: query.sql, values: query.parameters };
  return { text: sealed.sql, values: sealed.parameters, knowsSealed: true };
}

async function* oneByOne<R>(
  query: CompiledQuery,
  outside: Outside,
  sealing: Promise<SealedQuery | undefined>,
): AsyncGenerator<QueryResult<R>> {
  const sealed = await sealing;
  for await (const row of outside.stream(textOf(query, sealed))) {
    await sealed?.open([row as Record<string, unknown>]);
    yield { rows: [row as R] };
  }
}
