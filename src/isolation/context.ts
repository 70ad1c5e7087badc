import { Kysely, type RawBuilder, type SqlBool, sql } from "kysely";
import type pg from "pg";
import type { QueryResult } from "pg";
import type { AppModel } from "../adopt/model.ts";
import type { RowFilter } from "../db/row-filter.ts";
import type { AppDatabase, AppRepositories } from "./app-tables.ts";
import type { TenantCache } from "./cache.ts";
import { isolationError } from "./errors.ts";
import type { Executor } from "./executor.ts";
import type { AssertOpen, TenantAnalytics } from "./facets.ts";
import { type Outside, type Seal, TenantDialect } from "./kysely-dialect.ts";
import { TenantPgPool } from "./pg-client.ts";
import { Repository } from "./repository.ts";
import type { ScopedQueryConfig } from "./scope.ts";
import { SealedAccess } from "./sealed-access.ts";
import { SealedColumns, type SealedColumnsOptions } from "./sealed-columns.ts";
import { sealQuery } from "./sealed-query.ts";
import { Session } from "./session.ts";
import type { TenantStorage } from "./storage.ts";
import { filterSql, type TableShape, tableShape, toProperty } from "./table-shape.ts";
import { type Runner, runSavepoint, runTransaction, type TransactionOptions } from "./transaction.ts";

/** What each context offers besides the database, bound to one tenant. */
export interface ContextFacets {
  readonly cache: TenantCache;
  readonly storage: TenantStorage;
  readonly analytics: TenantAnalytics;
}

export interface ContextParts {
  readonly executor: Executor;
  readonly tables: ReadonlyMap<string, TableShape>;
  /** `Transaction` with the tables of the app schema. */
  readonly transactionClass: typeof Transaction;
  readonly facets: (tenantId: string, assertOpen: AssertOpen) => ContextFacets;
  readonly sealing: SealedColumnsOptions;
}

/** A transaction as apps see it: tables of the app schema are its properties. */
export type AppTransaction = Transaction & AppRepositories;

const STREAM_ROWS = 500;
const FETCH = `fetch forward ${STREAM_ROWS} from tenancy_stream`;

/** What a transaction offers: the same tables, on one connection. */
export class Transaction implements Runner {
  readonly #session: Session;
  readonly #parts: ContextParts;
  readonly #tenantId: string;
  readonly #repositories = new Map<string, Repository>();
  #db: Kysely<AppDatabase> | undefined;
  #isEnded = false;

  constructor(tenantId: string, session: Session, parts: ContextParts) {
    this.#tenantId = tenantId;
    this.#session = session;
    this.#parts = parts;
  }

  get db(): Kysely<AppDatabase> {
    this.#assertOpen();
    this.#db ??= new Kysely<AppDatabase>({
      dialect: new TenantDialect(this, null, sealOf(this.#tenantId, this.#parts)),
    });
    return this.#db;
  }

  async query(config: ScopedQueryConfig): Promise<QueryResult> {
    this.#assertOpen();
    return this.#session.query(config);
  }

  /** A savepoint: this part can fail alone. */
  async transaction<T>(work: (tx: this) => Promise<T>): Promise<T> {
    this.#assertOpen();
    return runSavepoint(this.#session, () => work(this));
  }

  table(name: string): Repository {
    this.#assertOpen();
    return repository(this, this.#tenantId, this.#parts, this.#repositories, name);
  }

  /** As `ctx.permitted`. */
  permitted(table: string, filter: RowFilter, alias?: string): RawBuilder<SqlBool> {
    this.#assertOpen();
    return permittedIn(this.#parts.tables, table, filter, {
      tenantId: this.#tenantId,
      ...(alias === undefined ? {} : { alias }),
    });
  }

  end(): void {
    this.#isEnded = true;
  }

  #assertOpen(): void {
    if (this.#isEnded) throw isolationError("context.ended", { tenantId: this.#tenantId });
  }
}

/** The one door to a tenant's data. Ends with `close` (or `await using`); then it refuses everything. */
export class TenantContext implements Runner {
  readonly tenantId: string;
  readonly #parts: ContextParts;
  readonly #repositories = new Map<string, Repository>();
  #db: Kysely<AppDatabase> | undefined;
  #pg: TenantPgPool | undefined;
  #facets: ContextFacets | undefined;
  readonly #sessions = new Set<Session>();
  #isEnded = false;

  constructor(tenantId: string, parts: ContextParts) {
    this.tenantId = tenantId;
    this.#parts = parts;
  }

  /** Kysely on this tenant. */
  get db(): Kysely<AppDatabase> {
    this.#assertOpen();
    this.#db ??= new Kysely<AppDatabase>({
      dialect: new TenantDialect(this, this.#outside(), sealOf(this.tenantId, this.#parts)),
    });
    return this.#db;
  }

  /** A pool with the interface of node-postgres, for ORMs and raw SQL. */
  get pg(): pg.Pool {
    this.#assertOpen();
    this.#pg ??= new TenantPgPool(this, () => this.#openSession());
    // Its public methods are all there; the overloads and private fields of @types/pg are not written out again.
    return this.#pg as unknown as pg.Pool;
  }

  /** Values of sealed columns as they lie in the tables, for SQL of one's own. */
  get sealed(): SealedAccess {
    this.#assertOpen();
    return new SealedAccess(this.#parts.tables, new SealedColumns(this.tenantId, this.#parts.sealing));
  }

  get cache(): TenantCache {
    return this.#facet().cache;
  }

  get storage(): TenantStorage {
    return this.#facet().storage;
  }

  get analytics(): TenantAnalytics {
    return this.#facet().analytics;
  }

  /** One statement, as the tenant. */
  query(config: ScopedQueryConfig, signal?: AbortSignal): Promise<QueryResult> {
    if (this.#isEnded) return Promise.reject(this.#ended());
    return this.#parts.executor.run(this.tenantId, config, signal);
  }

  /** Runs `work` in one transaction; repeated after a serialization failure, a deadlock or a move. */
  transaction<T>(work: (tx: AppTransaction) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    if (this.#isEnded) return Promise.reject(this.#ended());
    const open = (signal?: AbortSignal) => this.#openSession(signal);
    return runTransaction(this.#parts.executor, open, options, async (session) => {
      const tx = new this.#parts.transactionClass(this.tenantId, session, this.#parts);
      try {
        // Its tables are properties that the class cannot declare.
        return await work(tx as AppTransaction);
      } finally {
        tx.end();
      }
    });
  }

  /**
   * Rows of a large result, fetched 500 at a time: memory stays bounded. The plan's statement timeout counts for each
   * fetch, not for the reader. (A cursor of the protocol has one timeout for all its rows.)
   */
  stream<R = Record<string, unknown>>(
    text: string,
    values: readonly unknown[] = [],
    signal?: AbortSignal,
  ): AsyncGenerator<R> {
    return this.#stream<R>({ text, values }, signal);
  }

  async *#stream<R>(query: ScopedQueryConfig, signal?: AbortSignal): AsyncGenerator<R> {
    const session = await this.#openSession(signal);
    const abort = () => session.cancel();
    signal?.addEventListener("abort", abort, { once: true });
    let isDone = false;
    try {
      await session.begin("begin read only");
      // All rows are wanted, so a plan that is quick to its first ones may be the wrong one.
      await session.query({ text: "set local cursor_tuple_fraction = 1" });
      const inner = this.#parts.executor.rewrite(query.text);
      await session.query({ ...query, text: `declare tenancy_stream no scroll cursor for ${inner}` });
      for (;;) {
        const { rows } = await session.query({ text: FETCH });
        for (const row of rows as R[]) {
          yield row;
          session.touch();
        }
        signal?.throwIfAborted();
        if (rows.length < STREAM_ROWS) break;
      }
      await session.query({ text: "commit" });
      isDone = true;
    } catch (failure) {
      signal?.throwIfAborted();
      throw failure;
    } finally {
      signal?.removeEventListener("abort", abort);
      session.release(!isDone);
    }
  }

  /** The repository of a table; `ctx.tracks` is `ctx.table("tracks")`. */
  table(name: string): Repository {
    this.#assertOpen();
    return repository(this, this.tenantId, this.#parts, this.#repositories, name);
  }

  /**
   * The rows of a table that somebody may act on, as a condition of Kysely.
   *
   * @param alias What the query calls the table, where it is not its name.
   * @example
   * ctx.db.selectFrom("tracks").where(ctx.permitted("tracks", await admission.permitted("data.read"))).selectAll();
   */
  permitted(table: string, filter: RowFilter, alias?: string): RawBuilder<SqlBool> {
    this.#assertOpen();
    return permittedIn(this.#parts.tables, table, filter, {
      tenantId: this.tenantId,
      ...(alias === undefined ? {} : { alias }),
    });
  }

  /** Ends the context, and with it every connection that it still holds: what runs on one is cancelled. */
  close(): void {
    this.#isEnded = true;
    for (const session of this.#sessions) session.abandon();
    this.#sessions.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  async #openSession(signal?: AbortSignal): Promise<Session> {
    this.#assertOpen();
    const session = await Session.open(this.#parts.executor, this.tenantId, signal);
    if (this.#isEnded) {
      session.release();
      throw this.#ended();
    }
    this.#sessions.add(session);
    session.onRelease = () => this.#sessions.delete(session);
    return session;
  }

  #outside(): Outside {
    return {
      openSession: () => this.#openSession(),
      stream: (query) => this.#stream(query),
    };
  }

  #facet(): ContextFacets {
    this.#assertOpen();
    this.#facets ??= this.#parts.facets(this.tenantId, () => this.#assertOpen());
    return this.#facets;
  }

  #assertOpen(): void {
    if (this.#isEnded) throw this.#ended();
  }

  #ended() {
    return isolationError("context.ended", { tenantId: this.tenantId });
  }
}

/** Kysely's way to sealed columns. */
function sealOf(tenantId: string, { tables, sealing, executor }: ContextParts): Seal {
  // Most apps have none, and their queries pass as they are.
  if (![...tables.values()].some(({ sealed }) => sealed)) return async () => undefined;
  const seals = new SealedColumns(tenantId, sealing);
  return (query, runner) =>
    sealQuery(query, { tables, seals, runner }, (text) => executor.refuseSealed(text));
}

type HasTables = abstract new (...args: never[]) => { table(name: string): Repository };

/**
 * A subclass with a property for each table: `ctx.tracks`, `tx.tracks`. Own members win; `table(name)` reaches every
 * table. (Not a proxy: getters on a prototype cost nothing per context, and V8 refuses `await using` on a proxy.)
 */
export function withTables<C extends HasTables>(base: C, tables: ReadonlyMap<string, TableShape>): C {
  // A mixin of a class whose constructor stays as it is; TypeScript asks for any[] there.
  const Base = base as unknown as new (...args: unknown[]) => { table(name: string): Repository };
  class WithTables extends Base {}
  for (const name of tables.keys()) {
    if (name in base.prototype) continue;
    Object.defineProperty(WithTables.prototype, name, {
      get(this: { table(name: string): Repository }) {
        return this.table(name);
      },
    });
  }
  return WithTables as unknown as C;
}

/** Table shapes by name and by property name, from the app schema. */
export function tableShapes(model: AppModel): Map<string, TableShape> {
  const shapes = new Map<string, TableShape>();
  for (const table of Object.values(model.tables)) {
    const shape = tableShape(model, table);
    const key = table.schema === "public" ? table.name : `${table.schema}.${table.name}`;
    shapes.set(key, shape);
    if (!shapes.has(toProperty(key))) shapes.set(toProperty(key), shape);
  }
  return shapes;
}

function repository(
  runner: Runner,
  tenantId: string,
  { tables, sealing }: ContextParts,
  known: Map<string, Repository>,
  name: string,
): Repository {
  const existing = known.get(name);
  if (existing) return existing;
  const shape = shapeOf(tables, name);
  const seals = shape.sealed && new SealedColumns(tenantId, sealing);
  const made = new Repository(runner, shape, tenantId, seals);
  known.set(name, made);
  return made;
}

function permittedIn(
  tables: ReadonlyMap<string, TableShape>,
  name: string,
  filter: RowFilter,
  at: { readonly tenantId: string; readonly alias?: string },
): RawBuilder<SqlBool> {
  const shape = shapeOf(tables, name);
  const { strings, values } = filterSql(filter, shape, { alias: shape.name, ...at });
  // What a template literal would call it with.
  return sql<SqlBool>(Object.assign([...strings], { raw: [...strings] }), ...values);
}

function shapeOf(tables: ReadonlyMap<string, TableShape>, name: string): TableShape {
  const shape = tables.get(name);
  if (shape) return shape;
  throw isolationError("context.unknown_table", {
    table: name,
    tables: [...new Set([...tables.values()].map((t) => t.name))].join(", "),
  });
}
