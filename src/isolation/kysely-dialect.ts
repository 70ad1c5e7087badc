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
import type { Session } from "./session.ts";
import { commit, type Runner } from "./transaction.ts";

interface Handle extends DatabaseConnection {
  session?: Session;
}

/** What a context has, and a transaction has not. */
export interface Outside {
  openSession(): Promise<Session>;
  stream(text: string, values: readonly unknown[]): AsyncIterable<unknown>;
}

/** Kysely on a context: statements one by one through the lanes, transactions on a session of their own. */
export class TenantDialect implements Dialect {
  readonly #runner: Runner;
  readonly #outside: Outside | null;

  /** @param outside null inside a transaction, where Kysely must not start another. */
  constructor(runner: Runner, outside: Outside | null) {
    this.#runner = runner;
    this.#outside = outside;
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
    return new TenantDriver(this.#runner, this.#outside);
  }
}

class TenantDriver implements Driver {
  readonly #runner: Runner;
  readonly #outside: Outside | null;

  constructor(runner: Runner, outside: Outside | null) {
    this.#runner = runner;
    this.#outside = outside;
  }

  async init(): Promise<void> {}
  async destroy(): Promise<void> {}

  async acquireConnection(): Promise<Handle> {
    const handle: Handle = {
      executeQuery: async <R>(query: CompiledQuery): Promise<QueryResult<R>> => {
        const target = handle.session ?? this.#runner;
        const result = await target.query({ text: query.sql, values: query.parameters });
        const isChange = result.command !== "SELECT" && result.rowCount !== null;
        return {
          rows: result.rows as R[],
          ...(isChange ? { numAffectedRows: BigInt(result.rowCount ?? 0) } : {}),
        };
      },
      streamQuery: <R>(query: CompiledQuery) => {
        if (handle.session || !this.#outside) throw new Error("Use stream() outside of a transaction.");
        return oneByOne<R>(this.#outside.stream(query.sql, query.parameters));
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

async function* oneByOne<R>(rows: AsyncIterable<unknown>): AsyncGenerator<QueryResult<R>> {
  for await (const row of rows) yield { rows: [row as R] };
}
