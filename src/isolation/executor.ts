import type { QueryResult } from "pg";
import pgUtils from "pg/lib/utils.js";
import type { Connections } from "./connections.ts";
import type { Directory, Place } from "./directory.ts";
import { isolationError } from "./errors.ts";
import type { PlaceConnections } from "./place-connections.ts";
import type { ScopedQueryConfig } from "./scope.ts";
import { assertAllowed } from "./statement-gate.ts";

/** Rewrites the app's SQL where composite keys ask for it; returns the same string when nothing is to be done. */
export type Rewrite = (text: string) => string;

/**
 * SQLSTATEs of a place that is no longer there: the seat is dead, the database is gone, the role cannot log in.
 * The statement did not run. The catalogue knows where to go.
 */
const MOVED = new Set(["TE001", "3D000", "28000", "28P01", "3F000"]);
const REWRITES_MAX = 5_000;
/** SQLSTATEs of a login role that somebody changed: wrong password, no login, no CONNECT. */
const LOCKED_OUT = new Set(["28P01", "28000", "42501"]);

/** What callers without types may send. */
function assertStatement(config: ScopedQueryConfig): void {
  const { text, values } = (config ?? {}) as { text?: unknown; values?: unknown };
  const faults = [
    ...(typeof text === "string" ? [] : [fault("text", "the text of a statement", text)]),
    ...(values === undefined || values === null || Array.isArray(values)
      ? []
      : [fault("values", "a list of values", values)]),
  ];
  if (faults.length > 0) throw isolationError("context.bad_input", {}, { problems: faults });
}

function fault(path: string, expected: string, got: unknown) {
  const found = got === null ? "null" : typeof got;
  return { path, message: `Expected \`${path}\` to be ${expected}, got ${found}` };
}

/** Runs statements for a tenant where the tenant is. */
export class Executor {
  readonly directory: Directory;
  readonly connections: Connections;
  readonly #rewrite: Rewrite;
  readonly #refuse: (text: string) => void;
  readonly #rewritten = new Map<string, string>();
  /** Texts that `refuse` let pass. */
  readonly #passed = new Set<string>();

  /** @param options.refuse throws for a text that would find nothing, since what it asks for is sealed */
  constructor(options: {
    directory: Directory;
    connections: Connections;
    rewrite: Rewrite;
    refuse: (text: string) => void;
  }) {
    this.#refuse = options.refuse;
    this.directory = options.directory;
    this.connections = options.connections;
    this.#rewrite = options.rewrite;
    this.directory.onChange((tenantId) => this.connections.cancelTenant(tenantId));
    this.directory.watch(() => this.connections.runningTenants());
  }

  run(tenantId: string, config: ScopedQueryConfig, signal?: AbortSignal): Promise<QueryResult> {
    let prepared: ScopedQueryConfig;
    try {
      prepared = this.prepare(config);
    } catch (failure) {
      return Promise.reject(failure);
    }
    const place = this.directory.peek(tenantId);
    const connections = place && this.connections.peek(place);
    const first =
      place && connections
        ? connections.run(place.scope, prepared, signal)
        : this.open(tenantId).then((opened) => opened.connections.run(opened.place.scope, prepared, signal));
    return first.catch((failure) => this.#again(tenantId, place, failure, prepared, signal));
  }

  /** The tenant's place now and the connections to it. */
  async open(tenantId: string): Promise<{ place: Place; connections: PlaceConnections }> {
    const place = await this.directory.get(tenantId);
    return { place, connections: await this.connections.get(place) };
  }

  /** Encodes values and rewrites the text, before anything is sent: a bad value harms no connection. */
  prepare(config: ScopedQueryConfig): ScopedQueryConfig {
    assertStatement(config);
    if (!config.knowsSealed) this.refuseSealed(config.text);
    return { ...config, text: this.rewrite(config.text), values: config.values?.map(pgUtils.prepareValue) };
  }

  rewrite(text: string): string {
    const known = this.#rewritten.get(text);
    if (known !== undefined) return known;
    assertAllowed(text);
    const rewritten = this.#rewrite(text);
    if (this.#rewritten.size >= REWRITES_MAX) this.#rewritten.clear();
    this.#rewritten.set(text, rewritten);
    return rewritten;
  }

  /** Throws context.sealed_column for a text that would find nothing, since what it asks for is sealed. */
  refuseSealed(text: string): void {
    if (this.#passed.has(text)) return;
    this.#refuse(text);
    if (this.#passed.size >= REWRITES_MAX) this.#passed.clear();
    this.#passed.add(text);
  }

  /** After a change of the app schema texts may need another form. */
  forgetRewrites(): void {
    this.#rewritten.clear();
    this.#passed.clear();
  }

  /** True when the tenant is elsewhere by now, so that the refused work may be tried again there. */
  async hasMoved(tenantId: string, before: Place | undefined, failure: unknown): Promise<boolean> {
    if (!MOVED.has((failure as { code?: string }).code ?? "")) return false;
    this.directory.forget(tenantId);
    const now = await this.directory.load(tenantId);
    return before === undefined || now.epoch !== before.epoch;
  }

  /**
   * Lets the login role in again, should a statement have changed it, or its maker have died over it; true when the
   * refused one may run again.
   */
  async unlock(tenantId: string, failure: unknown): Promise<boolean> {
    const { code, message } = failure as { code?: string; message?: string };
    if (!LOCKED_OUT.has(code ?? "")) return false;
    if (code === "42501" && !/for (database|schema tenancy\b)/.test(message ?? "")) return false;
    const place = this.directory.peek(tenantId);
    return place !== undefined && this.connections.mendRole(place);
  }

  async #again(
    tenantId: string,
    before: Place | undefined,
    failure: unknown,
    config: ScopedQueryConfig,
    signal?: AbortSignal,
  ): Promise<QueryResult> {
    const isSeat = (failure as { code?: string }).code === "TE001";
    if (await this.hasMoved(tenantId, before, failure)) {
      const { place, connections } = await this.open(tenantId);
      return connections.run(place.scope, config, signal).catch((error) => {
        throw error.code === "TE001"
          ? isolationError("isolation.seat_refused", { tenantId }, { cause: error })
          : error;
      });
    }
    if (await this.unlock(tenantId, failure)) {
      const { place, connections } = await this.open(tenantId);
      return connections.run(place.scope, config, signal);
    }
    // A cancel that reached us because the tenant was suspended: say so, rather than "canceling statement".
    if ((failure as { code?: string }).code === "57014" && !this.directory.peek(tenantId)) {
      await this.directory.load(tenantId);
    }
    throw isSeat ? isolationError("isolation.seat_refused", { tenantId }, { cause: failure }) : failure;
  }
}
