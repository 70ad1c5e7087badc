import pg, { type QueryResult } from "pg";
import { isTenancyError } from "../base/errors.ts";
import { cancelBackend } from "./cancel.ts";
import { FairQueue } from "./fair-queue.ts";
import { openClient, prepareScopes } from "./open-client.ts";
import { type Scope, ScopedQuery, type ScopedQueryConfig } from "./scope.ts";
import type { Statement, StatementBook } from "./statement-book.ts";

/** Statements in flight on one connection; more wait in the fair queue. */
const DEPTH_MAX = 16;
/** A statement that holds others up longer than this is cancelled and repeated on a private connection. */
const BLOCKING_MS_MAX = 40;
const WATCH_MS = 20;
/** Prepared names on one connection before it is replaced: bounds the memory of its backend. */
const NAMES_MAX = 2_000;

interface Flight {
  readonly scope: Scope;
  readonly statement: Statement;
  readonly config: ScopedQueryConfig;
  readonly resolve: (result: QueryResult) => void;
  readonly reject: (error: Error) => void;
  isCancelled: boolean;
}

interface Track {
  readonly client: pg.Client;
  /** Connected, and its scope statements prepared: nothing is sent before. */
  isReady: boolean;
  readonly flights: Flight[];
  readonly names: Set<string>;
  headSinceMs: number;
  /** Head at the last watch: only one that stood there twice is slow. Once can be this process, busy elsewhere. */
  watched: Flight | undefined;
  /** Cancels on their way to the server. */
  cancels: number;
  isCorked: boolean;
  isClosing: boolean;
}

export interface ExpressLaneOptions {
  readonly connection: pg.ClientConfig;
  readonly connectionsMax: number;
  readonly book: StatementBook;
  /** Where a statement goes that turned out not to belong here. */
  readonly runPrivately: (
    scope: Scope,
    statement: Statement,
    config: ScopedQueryConfig,
  ) => Promise<QueryResult>;
}

/**
 * A few connections shared by all tenants of a place: messages of many requests are in flight on each, one behind
 * the other. Each message carries its own scope, so neighbours on a connection never see each other's.
 */
export class ExpressLane {
  readonly #options: ExpressLaneOptions;
  readonly #tracks: Track[] = [];
  readonly #waiting = new FairQueue<Flight>();
  #watch: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: ExpressLaneOptions) {
    this.#options = options;
  }

  run(scope: Scope, statement: Statement, config: ScopedQueryConfig): Promise<QueryResult> {
    return new Promise((resolve, reject) => {
      const flight: Flight = { scope, statement, config, resolve, reject, isCancelled: false };
      const track = this.#waiting.size === 0 ? this.#pick(scope) : undefined;
      if (track) this.#send(track, flight);
      else this.#waiting.push(scope.tenantId, flight);
    });
  }

  /**
   * Stops what a tenant runs or waits for here. Statements of others on the same connection are rolled back with it
   * and repeated elsewhere.
   */
  cancelTenant(tenantId: string): void {
    for (const track of this.#tracks) {
      if (!track.flights.some((flight) => flight.scope.tenantId === tenantId)) continue;
      // Its own are repeated too: the seat refuses them there.
      void this.#cancel(track);
    }
  }

  get connections(): number {
    return this.#tracks.length;
  }

  get isBusy(): boolean {
    return this.#waiting.size > 0 || this.#tracks.some((track) => track.flights.length > 0);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#watch);
    await Promise.allSettled(this.#tracks.splice(0).map((track) => track.client.end()));
  }

  /** The tenant's own connection if it has room (its plans are warm there), else the least loaded one. */
  #pick(scope: Scope): Track | undefined {
    if (
      this.#tracks.length < this.#options.connectionsMax &&
      this.#tracks.every((t) => t.flights.length > 0)
    ) {
      this.#open();
    }
    const count = this.#tracks.length;
    if (scope.affinity !== null && count > 0) {
      const own = this.#tracks[scope.affinity % count];
      if (own && hasRoom(own)) return own;
    }
    return this.#leastLoaded();
  }

  #open(): void {
    const client = new pg.Client({ ...this.#options.connection, pipeline: true } as pg.ClientConfig);
    const track: Track = {
      client,
      isReady: false,
      flights: [],
      names: new Set(),
      headSinceMs: 0,
      watched: undefined,
      cancels: 0,
      isCorked: false,
      isClosing: false,
    };
    client.on("error", (error) => this.#lose(track, error));
    client.on("end", () => this.#lose(track, new Error("Connection terminated")));
    this.#tracks.push(track);
    openClient(client)
      .then(() => prepareScopes(client))
      .then(
        () => {
          track.isReady = true;
          this.#drain();
        },
        (error: Error) => this.#lose(track, error),
      );
  }

  #send(track: Track, flight: Flight): void {
    if (track.flights.length === 0) track.headSinceMs = performance.now();
    track.flights.push(flight);
    flight.isCancelled = track.cancels > 0;
    this.#startWatch();
    const { scope, statement, config } = flight;
    const name = scope.affinity === null ? statement.name : `${statement.name}_${scope.key}`;
    track.names.add(name);
    const query = new ScopedQuery(scope, config, name, (error, result) =>
      this.#land(track, flight, error, result),
    );
    this.#cork(track);
    track.client.query(query as unknown as pg.Submittable);
    if (track.names.size >= NAMES_MAX) this.#retire(track);
  }

  /** All messages of one turn of the event loop leave in one write. */
  #cork(track: Track): void {
    if (track.isCorked) return;
    // `connection` is node-postgres' own wire object; @types/pg does not show it.
    const stream = (
      track.client as unknown as {
        connection: { stream: NodeJS.WritableStream & { cork(): void; uncork(): void } };
      }
    ).connection.stream;
    track.isCorked = true;
    stream.cork();
    setImmediate(() => {
      track.isCorked = false;
      stream.uncork();
    });
  }

  #land(track: Track, flight: Flight, error: Error | null, result: QueryResult | undefined): void {
    const nowMs = performance.now();
    if (track.flights[0] === flight) track.flights.shift();
    else {
      const at = track.flights.indexOf(flight);
      if (at >= 0) track.flights.splice(at, 1);
    }
    const elapsedMs = nowMs - track.headSinceMs;
    track.headSinceMs = nowMs;
    const { scope, statement, config } = flight;
    if (error && mustRepeat(error, flight)) {
      if (flight.isCancelled) this.#options.book.recordBlocking(statement, nowMs);
      else this.#options.book.forget(statement);
      // Prepared statements are gone, the scope's own perhaps among them: this connection is of no more use.
      if ((error as { code?: string }).code === "26000") this.#retire(track);
      this.#options.runPrivately(scope, statement, config).then(flight.resolve, flight.reject);
    } else if (error) {
      flight.reject(error);
    } else {
      this.#options.book.recordRun(statement, elapsedMs);
      flight.resolve(result as QueryResult);
    }
    if (track.isClosing && track.flights.length === 0) void track.client.end();
    this.#drain();
  }

  #drain(): void {
    while (this.#waiting.size > 0) {
      const track = this.#leastLoaded();
      if (!track) {
        if (
          !this.#isClosed &&
          this.#tracks.length < this.#options.connectionsMax &&
          this.#tracks.every((t) => t.isReady)
        ) {
          this.#open();
        }
        return;
      }
      const flight = this.#waiting.shift();
      if (flight) this.#send(track, flight);
    }
  }

  #leastLoaded(): Track | undefined {
    let best: Track | undefined;
    for (const track of this.#tracks) {
      if (hasRoom(track) && (!best || track.flights.length < best.flights.length)) best = track;
    }
    return best;
  }

  #retire(track: Track): void {
    track.isClosing = true;
    const at = this.#tracks.indexOf(track);
    if (at >= 0) this.#tracks.splice(at, 1);
    if (track.flights.length === 0) void track.client.end();
  }

  #lose(track: Track, error: Error): void {
    const at = this.#tracks.indexOf(track);
    if (at >= 0) this.#tracks.splice(at, 1);
    if (track.isClosing && track.flights.length === 0) return;
    track.isClosing = true;
    // What is wrong with the first one's answer says nothing of the others'.
    const lost = isTenancyError(error) ? new Error("Connection terminated") : error;
    for (const [at, flight] of track.flights.splice(0).entries()) flight.reject(at === 0 ? error : lost);
    void track.client.end().catch(() => undefined);
    if (this.#tracks.length === 0 && !this.#isClosed) {
      // Nobody would wake them: those who wait learn of the failure now and may try again.
      for (let flight = this.#waiting.shift(); flight; flight = this.#waiting.shift()) flight.reject(error);
    }
  }

  /**
   * Cancels what a connection runs. A late cancel can hit the statement behind, also one that was sent meanwhile: it
   * was rolled back too, and is repeated all the same.
   */
  async #cancel(track: Track): Promise<void> {
    const mark = () => {
      for (const flight of track.flights) flight.isCancelled = true;
    };
    track.cancels += 1;
    mark();
    await cancelBackend(track.client, this.#options.connection);
    mark();
    track.cancels -= 1;
  }

  #startWatch(): void {
    if (this.#watch || this.#isClosed) return;
    this.#watch = setTimeout(() => {
      this.#watch = undefined;
      let isActive = false;
      const nowMs = performance.now();
      for (const track of this.#tracks) {
        const head = track.flights[0];
        const isSeenAgain = head === track.watched;
        track.watched = head;
        if (!head) continue;
        isActive = true;
        const isSlow = isSeenAgain && nowMs - track.headSinceMs > BLOCKING_MS_MAX;
        if (isSlow && track.flights.length > 1 && !head.isCancelled) {
          void this.#cancel(track);
        }
      }
      if (isActive) this.#startWatch();
    }, WATCH_MS);
    this.#watch.unref();
  }
}

function hasRoom(track: Track): boolean {
  return track.isReady && track.flights.length < DEPTH_MAX;
}

/** These errors say that the statement did not run (or was rolled back whole), so that it may run again. */
function mustRepeat(error: Error, flight: Flight): boolean {
  const { code, routine } = error as Error & { code?: string; routine?: string };
  if (code === "57014") return flight.isCancelled;
  if (code === "26000") return true;
  return code === "0A000" && routine === "RevalidateCachedQuery";
}
