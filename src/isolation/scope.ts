import type { QueryResult } from "pg";
import pg from "pg";
import { serialize } from "pg-protocol";
import { type Endable, endResult, ResultBudget } from "./result-bound.ts";

/** The settings that put one message inside one tenant's place; immutable, made once per placement epoch. */
export interface Scope {
  readonly tenantId: string;
  /** Names this scope within prepared statement names. */
  readonly key: string;
  /** A number that picks the tenant's own express connection; null where plans do not depend on the tenant. */
  readonly affinity: number | null;
  /** Prepared statement on express connections: `select set_config($1,$2,true), ...` */
  readonly statement: ScopeStatement;
  readonly values: readonly string[];
  /** Of the plan. The process holds them too: a tenant's SQL can lift what the database was told. */
  readonly statementTimeoutMs: number;
  readonly idleTimeoutMs: number;
  /** Bind and Execute of the prepared scope statement, encoded once. */
  readonly expressPrefix: Buffer;
  /**
   * Parse, Bind and Execute of the same as an unnamed statement, and then of a look at the seat: a statement that
   * touches no table would not ask for it, and run on after the tenant was closed.
   */
  readonly privatePrefix: Buffer;
}

export interface ScopeStatement {
  readonly name: string;
  readonly text: string;
  readonly settings: readonly string[];
}

export function scopeStatement(settings: readonly string[]): ScopeStatement {
  const calls = settings.map((name, i) => `pg_catalog.set_config('${name}', $${i + 1}, true)`);
  return { name: `scope_${settings.length}`, text: `select ${calls.join(", ")}`, settings };
}

/** All that differs between tenants, set in one call: who, where, and how long a statement may take. */
export const SCOPE_STATEMENTS = [
  scopeStatement(["tenancy.context", "search_path", "statement_timeout"]),
] as const;

const CHECK_SEAT = "select tenancy.current_tenant()";

export interface ScopeInput {
  readonly tenantId: string;
  /** `tenant:token`, the seat. */
  readonly context: string;
  readonly searchPath: string;
  readonly statementTimeoutMs: number;
  readonly idleTimeoutMs: number;
  /** True at schema level, where one text has another plan in each tenant's schema. */
  readonly hasOwnPlans: boolean;
}

export function makeScope(input: ScopeInput): Scope {
  const statement = SCOPE_STATEMENTS[0];
  const values = [input.context, input.searchPath, String(input.statementTimeoutMs)];
  const execute = serialize.execute({ portal: "", rows: 0 });
  const key = input.tenantId.replaceAll("-", "").slice(-16);
  return {
    tenantId: input.tenantId,
    key,
    affinity: input.hasOwnPlans ? Number.parseInt(key.slice(-6), 16) : null,
    statement,
    values,
    statementTimeoutMs: input.statementTimeoutMs,
    idleTimeoutMs: input.idleTimeoutMs,
    expressPrefix: Buffer.concat([
      serialize.bind({ portal: "", statement: statement.name, values }),
      execute,
    ]),
    privatePrefix: Buffer.concat([
      serialize.parse({ text: statement.text }),
      serialize.bind({ portal: "", statement: "", values }),
      execute,
      serialize.parse({ text: CHECK_SEAT }),
      serialize.bind({ portal: "", statement: "", values: [] }),
      execute,
    ]),
  };
}

export interface ScopedQueryConfig {
  readonly text: string;
  readonly values?: readonly unknown[];
  readonly types?: pg.CustomTypesConfig;
  readonly rowMode?: "array";
  /** The text was written for sealed columns: it names storage where values are sealed. */
  readonly knowsSealed?: boolean;
}

/**
 * Ends a message behind a pooler that hands the server connection to anybody afterwards: settings of the session and
 * cursors that outlive their transaction end with it. A failed statement has left none.
 */
const WIPE = Buffer.concat(
  ["close all", "reset all"].flatMap((text) => [
    serialize.parse({ text }),
    serialize.bind({ portal: "", statement: "", values: [] }),
    serialize.execute({ portal: "", rows: 0 }),
  ]),
);

type Fields = unknown[];

interface WireConnection {
  readonly stream: { write(chunk: Buffer): boolean; cork?(): void; uncork?(): void };
  parsedStatements: Record<string, string | undefined>;
  submittedNamedStatements: Record<string, string | undefined>;
  parse(query: { text: string; name: string | undefined }): void;
  bind(config: { portal: string; statement: string; values: readonly unknown[] }): void;
  describe(message: { type: "P"; name: string }): void;
  execute(message: { portal: string; rows: number }): void;
  sync(): void;
  /** Result columns by prepared statement name, so that it is described once per connection. */
  tenancyFields?: Map<string, Fields | null>;
}

/** What node-postgres makes of result columns: their parsers, and an object with their names. */
interface WireResult {
  fields: Fields;
  _parsers: unknown;
  _prebuiltEmptyResultObject: unknown;
  addFields(fields: Fields): void;
}
type Columns = Pick<WireResult, "fields" | "_parsers" | "_prebuiltEmptyResultObject">;
/** Made once per description, for all who read values as node-postgres does by default. */
const columnsOf = new WeakMap<Fields, Columns>();

// The parts of node-postgres' Query that a subclass needs; @types/pg shows only the public ones.
const BaseQuery = pg.Query as unknown as new (
  config: object | string,
  values: unknown,
  callback: unknown,
) => Endable & {
  name: string | undefined;
  text: string;
  values: unknown[] | undefined;
  callback: ((error: Error | null, result?: QueryResult) => void) | undefined;
  _result: WireResult & Endable["_result"];
  _accumulateRows: unknown;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, connection: unknown): void;
  handleRowDescription(message: { fields: Fields }): void;
  handleReadyForQuery(connection: unknown): void;
  handleError(error: Error, connection: unknown): void;
};

/**
 * One statement within one tenant's scope, as ONE message: [set scope · statement · Sync]. All that stands between
 * two Syncs is one implicit transaction, so the scope ends with it, whether the statement succeeds or fails.
 */
export class ScopedQuery extends BaseQuery {
  readonly scope: Scope;
  readonly #prepared: boolean;
  readonly #isWiped: boolean;
  readonly #hasOwnTypes: boolean;
  /** Statements of the prefix that have not answered yet. */
  #ahead: number;
  #isComplete = false;
  #described = false;
  #connection: WireConnection | undefined;
  readonly #budget = new ResultBudget();
  /** Told when the result is dropped for its size: the server may stop. */
  onTooLarge: (() => void) | undefined;

  constructor(
    scope: Scope,
    config: ScopedQueryConfig,
    preparedName: string | null,
    callback: (error: Error | null, result?: QueryResult) => void,
    isWiped = false,
  ) {
    // node-postgres clones a config object with all its descriptors, which shows at 20,000 statements a second.
    super(
      config.types || config.rowMode
        ? { text: config.text, types: config.types, rowMode: config.rowMode }
        : config.text,
      config.values as unknown[] | undefined,
      callback,
    );
    this.name = preparedName ?? undefined;
    this.scope = scope;
    this.#prepared = preparedName !== null;
    this.#ahead = this.#prepared ? 1 : 2;
    this.#isWiped = isWiped;
    this.#hasOwnTypes = config.types !== undefined;
  }

  requiresPreparation(): boolean {
    return true;
  }

  prepare(connection: WireConnection): void {
    this.#connection = connection;
    connection.stream.write(this.#prepared ? this.scope.expressPrefix : this.scope.privatePrefix);
    const name = this.name;
    const isParsed =
      name !== undefined &&
      (connection.parsedStatements[name] !== undefined ||
        connection.submittedNamedStatements[name] !== undefined);
    if (!isParsed) {
      connection.parse({ text: this.text, name });
      if (name !== undefined) connection.submittedNamedStatements[name] = this.text;
    }
    connection.bind({ portal: "", statement: name ?? "", values: this.values ?? [] });
    const fields = name === undefined ? undefined : connection.tenancyFields?.get(name);
    this.#described = fields !== undefined;
    if (fields === undefined) connection.describe({ type: "P", name: "" });
    else if (fields !== null) {
      this.#takeColumns(fields);
      this._accumulateRows = true;
    }
    connection.execute({ portal: "", rows: 0 });
    if (this.#isWiped) connection.stream.write(WIPE);
    connection.sync();
  }

  #takeColumns(fields: Fields): void {
    const known = this.#hasOwnTypes ? undefined : columnsOf.get(fields);
    if (known) {
      Object.assign(this._result, known);
      return;
    }
    this._result.addFields(fields);
    if (this.#hasOwnTypes) return;
    const { _parsers, _prebuiltEmptyResultObject } = this._result;
    columnsOf.set(fields, { fields, _parsers, _prebuiltEmptyResultObject });
  }

  override handleRowDescription(message: { fields: Fields }): void {
    if (this.name !== undefined && this.#connection) {
      this.#connection.tenancyFields ??= new Map();
      this.#connection.tenancyFields.set(this.name, message.fields);
    }
    super.handleRowDescription(message);
  }

  override handleDataRow(message: { length: number }): void {
    if (this.#ahead > 0) return;
    if (!this._canceledDueToError && !this.#budget.take(message)) {
      endResult(this);
      this.onTooLarge?.();
    }
    super.handleDataRow(message);
  }

  override handleCommandComplete(message: unknown, connection: unknown): void {
    if (this.#ahead > 0) {
      this.#ahead -= 1;
      return;
    }
    if (this.#isComplete) return; // of the wipe
    this.#isComplete = true;
    if (!this.#described && this.name !== undefined && this.#connection) {
      this.#connection.tenancyFields ??= new Map();
      if (!this.#connection.tenancyFields.has(this.name)) this.#connection.tenancyFields.set(this.name, null);
    }
    super.handleCommandComplete(message, connection);
  }
}
