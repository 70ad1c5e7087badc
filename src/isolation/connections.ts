import type { Cells } from "../tenants/cells.ts";
import type { Place } from "./directory.ts";
import { isolationError } from "./errors.ts";
import { PlaceConnections } from "./place-connections.ts";
import { placeName, searchPathOf } from "./place-names.ts";
import { mendLoginRole } from "./roles.ts";

export interface ConnectionLimits {
  /** Shared connections per cell. */
  readonly expressMax: number;
  /** Connections per cell that one tenant has alone for a while. */
  readonly privateMax: number;
  /** The same two for a tenant with its own database. */
  readonly ownExpressMax: number;
  readonly ownPrivateMax: number;
  /** All connections of this process to tenants' databases. */
  readonly totalMax: number;
  /** Longest wait for a connection. */
  readonly waitMsMax: number;
  /** A tenant's own database is let go after this time without use. */
  readonly idleMsMax: number;
}

export const DEFAULT_CONNECTION_LIMITS: ConnectionLimits = {
  expressMax: 3,
  privateMax: 8,
  ownExpressMax: 1,
  ownPrivateMax: 2,
  totalMax: 60,
  waitMsMax: 10_000,
  idleMsMax: 30_000,
};

const ROOM_POLL_MS = 10;

/** Every connection of this process to tenants, bounded: own databases come and go, least recently used first. */
export class Connections {
  readonly #cells: Cells;
  readonly #role: string;
  readonly #limits: ConnectionLimits;
  readonly #open = new Map<string, PlaceConnections>();
  readonly #opening = new Map<string, Promise<PlaceConnections>>();
  readonly #budgets = new Map<string, number>();
  readonly #mending = new Map<string, Promise<boolean>>();
  readonly #sweep: NodeJS.Timeout;

  /** @param role Login role for table and schema level; a tenant's own database has a role of its own. */
  constructor(options: { cells: Cells; role: string; limits?: Partial<ConnectionLimits> }) {
    this.#cells = options.cells;
    this.#role = options.role;
    this.#limits = { ...DEFAULT_CONNECTION_LIMITS, ...options.limits };
    this.#sweep = setInterval(() => this.#closeIdle(), this.#limits.idleMsMax / 2);
    this.#sweep.unref();
  }

  peek(place: Place): PlaceConnections | undefined {
    return this.#open.get(keyOf(place));
  }

  async get(place: Place): Promise<PlaceConnections> {
    const key = keyOf(place);
    const open = this.#open.get(key) ?? this.#opening.get(key);
    if (open) return open;
    const opening = this.#start(place, key).finally(() => this.#opening.delete(key));
    this.#opening.set(key, opening);
    return opening;
  }

  /**
   * Gives the login role of a place its password and settings again. A role may change its own, and SQL that an app's
   * function builds at run time can do that where no gate sees it. True when something was amiss.
   */
  mendRole(place: Place): Promise<boolean> {
    const key = keyOf(place);
    const running = this.#mending.get(key);
    if (running) return running;
    const mending = this.#mend(place).finally(() => this.#mending.delete(key));
    this.#mending.set(key, mending);
    return mending;
  }

  /** Cancels the work of a tenant that was suspended or moved. */
  cancelTenant(tenantId: string): void {
    for (const connections of this.#open.values()) connections.cancelTenant(tenantId);
  }

  /** Tenants that have a statement or a transaction under way. */
  runningTenants(): Set<string> {
    return new Set([...this.#open.values()].flatMap((connections) => connections.runningTenants()));
  }

  /** Lets go of a tenant's own database, so that it can be dropped. */
  async forget(cell: string, database: string): Promise<void> {
    const key = `${cell}/${database}`;
    const connections = this.#open.get(key);
    this.#open.delete(key);
    this.#budgets.delete(key);
    await connections?.close();
  }

  async close(): Promise<void> {
    clearInterval(this.#sweep);
    const all = [...this.#open.values()];
    this.#open.clear();
    await Promise.allSettled(all.map((connections) => connections.close()));
  }

  async #mend({ cell, database, level, tenantId }: Place): Promise<boolean> {
    const admin = await this.#cells.admin(cell);
    const role = level === "database" ? placeName(tenantId) : this.#role;
    const connection = await this.#cells.appConnection(cell, database, role);
    return mendLoginRole(admin.pool(database), connection, { database, searchPath: searchPathOf("public") });
  }

  async #start(place: Place, key: string): Promise<PlaceConnections> {
    const isOwn = place.level === "database";
    const expressMax = this.#cells.isPooled
      ? 0
      : isOwn
        ? this.#limits.ownExpressMax
        : this.#limits.expressMax;
    const privateMax = isOwn ? this.#limits.ownPrivateMax : this.#limits.privateMax;
    await this.#makeRoom(expressMax + privateMax);
    const role = isOwn ? placeName(place.tenantId) : this.#role;
    const connections = new PlaceConnections({
      connection: await this.#cells.appConnection(place.cell, place.database, role),
      expressMax,
      privateMax,
      tenantMax: isOwn ? privateMax : tenantShare(privateMax),
      isPooled: this.#cells.isPooled,
      waitMsMax: this.#limits.waitMsMax,
    });
    connections.lastUsedMs = performance.now();
    this.#open.set(key, connections);
    this.#budgets.set(key, expressMax + privateMax);
    return connections;
  }

  async #makeRoom(needed: number): Promise<void> {
    const deadlineMs = performance.now() + this.#limits.waitMsMax;
    while (this.#spent() + needed > this.#limits.totalMax) {
      const oldest = this.#oldestIdle();
      if (oldest) {
        await this.#drop(oldest);
        continue;
      }
      if (performance.now() > deadlineMs)
        throw isolationError("isolation.connection_limit", { max: this.#limits.totalMax });
      await new Promise((resolve) => setTimeout(resolve, ROOM_POLL_MS));
    }
  }

  #spent(): number {
    let sum = 0;
    for (const budget of this.#budgets.values()) sum += budget;
    return sum;
  }

  #oldestIdle(): string | undefined {
    let oldest: string | undefined;
    let sinceMs = Number.POSITIVE_INFINITY;
    for (const [key, connections] of this.#open) {
      if (connections.isBusy || connections.lastUsedMs >= sinceMs) continue;
      oldest = key;
      sinceMs = connections.lastUsedMs;
    }
    return oldest;
  }

  #closeIdle(): void {
    const beforeMs = performance.now() - this.#limits.idleMsMax;
    for (const [key, connections] of this.#open) {
      if (!connections.isBusy && connections.lastUsedMs < beforeMs) void this.#drop(key);
    }
  }

  async #drop(key: string): Promise<void> {
    const connections = this.#open.get(key);
    this.#open.delete(key);
    this.#budgets.delete(key);
    await connections?.close();
  }
}

/** One tenant leaves a quarter to the others. Of three or fewer nothing can be left: work within work needs two. */
function tenantShare(privateMax: number): number {
  return privateMax < 4 ? privateMax : privateMax - Math.ceil(privateMax / 4);
}

function keyOf(place: Place): string {
  return `${place.cell}/${place.database}`;
}
