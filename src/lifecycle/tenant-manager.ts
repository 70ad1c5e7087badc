import type { Actor } from "../audit/record.ts";
import { one } from "../db/sql.ts";
import { withTx } from "../db/tx.ts";
import { bringToHead } from "../fleet/place-head.ts";
import { isolationError } from "../isolation/errors.ts";
import { installSeat } from "../isolation/seat.ts";
import { inspectWalls, type Wall } from "../isolation/walls.ts";
import {
  addDomain,
  changeTenant,
  getTenant,
  listTenantPage,
  removeDomain,
  type TenantFilter,
  type TenantPatch,
} from "../tenants/catalog.ts";
import { tenantError } from "../tenants/errors.ts";
import { lockTenant } from "../tenants/store.ts";
import { type IsolationLevel, isServing, type TenantRecord, type TenantStatus } from "../tenants/tenant.ts";
import { cancelDeletion, eraseTenant, requestDeletion, resumeTenant, suspendTenant } from "./change-state.ts";
import { createTenant, type NewTenant } from "./create-tenant.ts";
import type { LifecycleParts } from "./parts.ts";
import { createPlace, dropPlace } from "./provision.ts";
import type { Workflows } from "./workflow.ts";

export interface TenantManagerOptions {
  readonly parts: LifecycleParts;
  readonly workflows: Workflows;
  readonly defaultLevel: IsolationLevel;
  readonly by: Actor;
}

/** Creates tenants and leads them through their life. */
export class TenantManager {
  readonly #options: TenantManagerOptions;

  constructor(options: TenantManagerOptions) {
    this.#options = options;
  }

  /** The same manager, acting as somebody else: what it does is recorded under that name. */
  as(by: Actor): TenantManager {
    return new TenantManager({ ...this.#options, by });
  }

  /** Creates a tenant that is ready and already safe. Throws tenant.input_invalid with every fault, tenant.slug_taken, ... */
  async create(input: NewTenant, options: { wait?: boolean } = {}): Promise<Tenant> {
    const { parts, workflows, defaultLevel, by } = this.#options;
    const record = await createTenant(parts, workflows, input, { defaultLevel, by, ...options });
    return new Tenant(this, this.#options, record);
  }

  /** By id, slug or domain. Throws tenant.not_found. */
  async get(name: string): Promise<Tenant> {
    return new Tenant(this, this.#options, await getTenant(this.#options.parts.control, name));
  }

  async list(filter: Partial<TenantFilter> = {}): Promise<TenantRecord[]> {
    return listTenantPage(this.#options.parts.control, { limit: 50, ...filter });
  }

  async update(name: string, patch: TenantPatch): Promise<TenantRecord> {
    return changeTenant(this.#options.parts.control, await this.#id(name), patch, this.#options.by);
  }

  async suspend(name: string, reason: string): Promise<TenantRecord> {
    return suspendTenant(this.#options.parts, await this.#id(name), reason, this.#options.by);
  }

  async resume(name: string): Promise<TenantRecord> {
    return resumeTenant(this.#options.parts, await this.#id(name), this.#options.by);
  }

  /** Closes it at once and erases it after the grace period (30 days unless told). `confirm` is its slug. */
  async delete(name: string, input: { confirm: string; graceDays?: number }): Promise<TenantRecord> {
    return requestDeletion(this.#options.parts, await this.#id(name), input, this.#options.by);
  }

  /** Takes a deletion back during the grace period. */
  async restore(name: string): Promise<TenantRecord> {
    return cancelDeletion(this.#options.parts, await this.#id(name), this.#options.by);
  }

  /** Erases a tenant whose grace period is over, and proves that nothing is left. */
  async erase(name: string): Promise<TenantRecord> {
    const { parts, workflows, by } = this.#options;
    return eraseTenant(parts, workflows, await this.#id(name), by);
  }

  async addDomain(name: string, input: { domain: string; isPrimary?: boolean }): Promise<TenantRecord> {
    return addDomain(this.#options.parts.control, await this.#id(name), input, this.#options.by);
  }

  async removeDomain(name: string, domain: string): Promise<TenantRecord> {
    return removeDomain(this.#options.parts.control, await this.#id(name), domain, this.#options.by);
  }

  async #id(name: string): Promise<string> {
    return (await getTenant(this.#options.parts.control, name)).id;
  }
}

/** One tenant, as it was when asked for. */
export class Tenant {
  readonly #manager: TenantManager;
  readonly #options: TenantManagerOptions;
  readonly record: TenantRecord;

  constructor(manager: TenantManager, options: TenantManagerOptions, record: TenantRecord) {
    this.#manager = manager;
    this.#options = options;
    this.record = record;
  }

  get id(): string {
    return this.record.id;
  }

  get slug(): string | null {
    return this.record.slug;
  }

  get name(): string {
    return this.record.name;
  }

  get status(): string {
    return this.record.status;
  }

  /** Checks every wall of this tenant; throws isolation.wall_down when one does not hold. Idempotent. */
  async setupSecurityPolicies(): Promise<Wall[]> {
    const { parts } = this.#options;
    const walls = await inspectWalls(parts, await getTenant(parts.control, this.id));
    const fallen = walls.filter((wall) => !wall.holds);
    if (fallen.length > 0) {
      throw isolationError("isolation.wall_down", {
        tenantId: this.id,
        walls: fallen.map((wall) => `${wall.key}: ${wall.detail}`).join("; "),
      });
    }
    return walls;
  }

  /**
   * Makes the place, app tables and seat of an open tenant where they are missing. Idempotent. Throws
   * tenant.wrong_state: a closed tenant's seat is its fence, and comes back by `resume` or `restore` alone.
   */
  async initializeDataIsolation(): Promise<void> {
    const { parts } = this.#options;
    const tenant = await getTenant(parts.control, this.id);
    assertOpen(tenant, tenant.status);
    const at = { cell: tenant.placement.cell, level: tenant.placement.level, tenantId: tenant.id };
    await createPlace(parts, at);
    await bringToHead(parts.cells, await parts.appSchema(), at);
    // Under the lock that every change of state takes: a suspension that came meanwhile keeps its fence.
    await withTx(parts.control, async (tx) => {
      const { status } = await one(tx, lockTenant, [tenant.id]);
      if (status === "erasing" || status === "erased") await dropPlace(parts, at);
      assertOpen(tenant, status);
      const { placement } = await getTenant(tx, tenant.id);
      await installSeat(await parts.placePool(at), parts.rootKey, tenant.id, placement.epoch);
    });
  }

  /** The tenant as it is now. */
  reload(): Promise<Tenant> {
    return this.#manager.get(this.id);
  }

  suspend(reason: string): Promise<TenantRecord> {
    return this.#manager.suspend(this.id, reason);
  }

  resume(): Promise<TenantRecord> {
    return this.#manager.resume(this.id);
  }

  delete(input: { confirm: string; graceDays?: number }): Promise<TenantRecord> {
    return this.#manager.delete(this.id, input);
  }

  toJSON(): TenantRecord {
    return this.record;
  }
}

function assertOpen(tenant: TenantRecord, status: TenantStatus): void {
  if (isServing(status)) return;
  throw tenantError("tenant.wrong_state", {
    tenant: tenant.slug ?? tenant.id,
    status,
    verb: "prepared",
    cure: "Resume or restore it first: that lays its seat anew.",
  });
}
