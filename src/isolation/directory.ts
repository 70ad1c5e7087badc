import { LRUCache } from "lru-cache";
import type pg from "pg";
import { isTenancyError } from "../base/errors.ts";
import type { Listener } from "../db/listener.ts";
import { maybe } from "../db/sql.ts";
import type { RootKey } from "../keys/derive.ts";
import { tenantError } from "../tenants/errors.ts";
import { findPlacement, type PlacementRow } from "../tenants/store.ts";
import { type IsolationLevel, isServing, type TenantStatus } from "../tenants/tenant.ts";
import { searchPathOf } from "./place-names.ts";
import { makeScope, type Scope } from "./scope.ts";
import { seatContext } from "./seat.ts";

/** Where a tenant is now and how to act there. */
export interface Place {
  readonly tenantId: string;
  readonly status: TenantStatus;
  readonly cell: string;
  readonly level: IsolationLevel;
  readonly database: string;
  readonly schema: string;
  readonly epoch: number;
  readonly scope: Scope;
  readonly storageBytesMax: number | null;
  readonly features: readonly string[];
}

const PLACES_MAX = 50_000;
const BYTES_PER_GB = 1_000_000_000;

/**
 * What this process knows of placements. A change arrives by NOTIFY; should one be lost, the seat of the old epoch
 * is dead and the database refuses it, so stale knowledge costs one retry, never a wrong row.
 */
export class Directory {
  readonly #control: pg.Pool;
  readonly #rootKey: RootKey;
  readonly #maxStorageGb: number | null;
  readonly #places = new LRUCache<string, Place>({ max: PLACES_MAX });
  readonly #loading = new Map<string, Promise<Place>>();
  readonly #listeners = new Set<(tenantId: string) => void>();
  readonly #noticed = new Set<(tenantId: string | null) => void>();
  /** Tenants that are being looked up after a notification; true when another one came meanwhile. */
  readonly #heard = new Map<string, boolean>();
  #generation = 0;
  #running: () => Iterable<string> = () => [];

  /** @param options.maxStorageGb Where neither the plan nor the tenant sets a limit. */
  constructor(options: {
    control: pg.Pool;
    listener: Listener;
    rootKey: RootKey;
    maxStorageGb?: number | undefined;
  }) {
    this.#control = options.control;
    this.#rootKey = options.rootKey;
    this.#maxStorageGb = options.maxStorageGb ?? null;
    options.listener.on(
      "tenancy_tenant_changed",
      (tenantId) => this.#hear(tenantId),
      () => this.#forgetAll(),
    );
  }

  /** Called with the id of each tenant that was closed or moved, here or anywhere: what it runs must stop. */
  onChange(listener: (tenantId: string) => void): void {
    this.#listeners.add(listener);
  }

  /** Tenants that something runs for in this process: after a gap they are looked up again, whoever asks for them. */
  watch(running: () => Iterable<string>): void {
    this.#running = running;
  }

  /** Called at each notification, with the tenant it names, or null after a gap: for caches of names and domains. */
  onNotice(listener: (tenantId: string | null) => void): void {
    this.#noticed.add(listener);
  }

  /** The place of a serving tenant, if known: the hot path asks this first, without a promise. */
  peek(tenantId: string): Place | undefined {
    return this.#places.get(tenantId);
  }

  /** The place of a serving tenant. Throws tenant.not_found, tenant.suspended, ... */
  async get(tenantId: string): Promise<Place> {
    return this.#places.get(tenantId) ?? (await this.load(tenantId));
  }

  /** Asks the catalogue again. */
  load(tenantId: string): Promise<Place> {
    const running = this.#loading.get(tenantId);
    if (running) return running;
    const generation = this.#generation;
    const loading = this.#fetch(tenantId).then(
      (place) => {
        this.#loading.delete(tenantId);
        // A change that came while we asked may be newer than the answer.
        if (generation === this.#generation) this.#places.set(tenantId, place);
        return place;
      },
      (error) => {
        this.#loading.delete(tenantId);
        this.#places.delete(tenantId);
        throw error;
      },
    );
    this.#loading.set(tenantId, loading);
    return loading;
  }

  forget(tenantId: string): void {
    this.#generation += 1;
    this.#loading.delete(tenantId);
    this.#places.delete(tenantId);
  }

  /**
   * A notification is a hint and no more: any SQL can send one. So the catalogue is asked whether the tenant really
   * was closed or moved before its work is stopped, once at a time however many come.
   */
  #hear(tenantId: string): void {
    for (const listener of this.#noticed) listener(tenantId);
    const isAsking = this.#heard.has(tenantId);
    this.#heard.set(tenantId, isAsking);
    if (isAsking) return;
    const before = this.#places.get(tenantId);
    this.#generation += 1;
    this.#loading.delete(tenantId);
    // Forgotten meanwhile, but at work: any SQL could stop it, were it not looked up too.
    const isAtWork = before !== undefined || [...this.#running()].includes(tenantId);
    const asking = isAtWork
      ? this.load(tenantId).then((now) => before !== undefined && now.epoch !== before.epoch, isRefusal)
      : Promise.resolve(true);
    void asking.then((isStopped) => {
      if (isStopped) for (const listener of this.#listeners) listener(tenantId);
      const isStale = this.#heard.get(tenantId);
      this.#heard.delete(tenantId);
      if (isStale) this.#hear(tenantId);
    });
  }

  async #fetch(tenantId: string): Promise<Place> {
    const row = await maybe(this.#control, findPlacement, [tenantId]);
    if (!row || row.status === "erased") throw tenantError("tenant.not_found", { tenant: tenantId });
    if (!isServing(row.status)) throw refuse(row);
    return {
      tenantId,
      status: row.status,
      cell: row.cell,
      level: row.level,
      database: row.database_name,
      schema: row.schema_name,
      epoch: Number(row.epoch),
      storageBytesMax: toBytes(row.max_storage_gb ?? this.#maxStorageGb),
      features: row.features,
      scope: makeScope({
        tenantId,
        context: seatContext(this.#rootKey, tenantId, Number(row.epoch)),
        searchPath: searchPathOf(row.schema_name),
        statementTimeoutMs: row.statement_timeout_ms,
        idleTimeoutMs: row.idle_timeout_ms,
        hasOwnPlans: row.level === "schema",
      }),
    };
  }

  /** Notifications were lost: what runs is looked up again, since nobody may ask for its tenant before it ends. */
  #forgetAll(): void {
    this.#generation += 1;
    const running = [...this.#running()].map((tenantId) => [tenantId, this.#places.get(tenantId)] as const);
    this.#places.clear();
    for (const listener of this.#noticed) listener(null);
    for (const [tenantId, before] of running) {
      void this.load(tenantId)
        .then((now) => before !== undefined && now.epoch !== before.epoch, isRefusal)
        .then((isStopped) => {
          if (isStopped) for (const listener of this.#listeners) listener(tenantId);
        });
    }
  }
}

function toBytes(gb: number | null): number | null {
  return gb === null ? null : Math.floor(gb * BYTES_PER_GB);
}

/** The tenant is not served; any other failure to ask says nothing about it. */
function isRefusal(failure: unknown): boolean {
  return isTenancyError(failure);
}

function refuse(row: PlacementRow) {
  switch (row.status) {
    case "suspended":
      return tenantError("tenant.suspended", { tenant: row.id });
    case "provisioning":
      return tenantError("tenant.not_ready", { tenant: row.id });
    default:
      return tenantError("tenant.closed", { tenant: row.id, status: row.status });
  }
}
