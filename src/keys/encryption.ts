import type pg from "pg";
import type { Clock } from "../base/clock.ts";
import { many, one } from "../db/sql.ts";
import { type Tx, withAdvisoryLock } from "../db/tx.ts";
import { changeCustodian, forgetFormerCustodians, type NewCustodian } from "./change-custodian.ts";
import type { Custodians } from "./custodians.ts";
import type { Keyring } from "./keyring.ts";
import { DUE_BATCH } from "./limits.ts";
import type { CustodianCredentials } from "./open-custodian.ts";
import { replaceRoot } from "./root-change.ts";
import { type RecordKeyEvent, type Rotated, type RotationParts, rewrapKeys, rotateKeys } from "./rotation.ts";
import {
  type KeySumsRow,
  type KeyViewRow,
  listDue,
  listKeys,
  listUnfinished,
  sumKeys,
} from "./rotation-store.ts";
import { type KeyScope, scopeName, scopeTenantId, toScope } from "./scope.ts";
import type { SealedPlace } from "./sealed-place.ts";
import { countKeys, destroyKeys } from "./shred.ts";
import { countValues, type Swept, sweepValues } from "./sweep.ts";

/** Who acts; the composition root joins it with the audit trail. */
export interface KeyActor {
  readonly actor: string;
  readonly requestId?: string;
}

export interface EncryptionOptions {
  readonly pool: pg.Pool;
  readonly keyring: Keyring;
  readonly custodians: Custodians;
  readonly clock: Clock;
  readonly rotationDays: number;
  /** Credentials of the platform for custodians outside. */
  readonly env?: CustodianCredentials;
  /** Everywhere that sealed values lie and can be sealed anew. */
  readonly places: readonly SealedPlace[];
  readonly record: (
    tx: Tx,
    by: KeyActor,
    ...event: Parameters<RecordKeyEvent> extends [Tx, ...infer E] ? E : never
  ) => Promise<void>;
  /** How long after a rotation another process may still seal under the key before. Default: twice a key's age. */
  readonly drainMs?: number;
}

/** A key as people see it; never the key itself. */
export interface KeyView {
  readonly id: string;
  /** Null: the key that wraps the others. */
  readonly purpose: string | null;
  /** Its generation, or its epoch. */
  readonly number: number;
  /** Who keeps it; null for a key that the one above keeps. */
  readonly custodian: string | null;
  readonly status: "current" | "superseded" | "retired" | "destroyed";
  readonly createdAt: Date;
  readonly supersededAt: Date | null;
  /** When it was retired or destroyed. */
  readonly endedAt: Date | null;
  /** Values sealed under it, counted now; null where they are not counted: caches forget by themselves. */
  readonly values: number | null;
}

const DAY_MS = 86_400_000;
const KEEPER: KeyActor = { actor: "system:keys" };

/** The life of keys: replaced by the calendar or when asked, counted, and shown. */
export class Encryption {
  readonly #options: EncryptionOptions;

  constructor(options: EncryptionOptions) {
    this.#options = options;
  }

  /**
   * Replaces the keys of a tenant and leads its values to the new ones, as far as they are counted.
   *
   * @throws key.destroyed, key.refused, key.unreachable
   */
  async rotate(scope: KeyScope, by: KeyActor): Promise<Rotated> {
    const rotated = await this.startRotation(scope, by);
    await this.finish(scope);
    return rotated;
  }

  /** New keys from now on; `finish`, or the background, leads the values to them. */
  startRotation(scope: KeyScope, by: KeyActor): Promise<Rotated> {
    return rotateKeys(this.#parts(), scope, this.#recordAs(by));
  }

  /** Takes up what is left of a rotation: wraps keys anew, seals values anew, retires what is empty. Repeatable. */
  async finish(scope: KeyScope, signal?: AbortSignal): Promise<Swept | null> {
    const { pool, places } = this.#options;
    const locked = await withAdvisoryLock(pool, `keys:${scopeName(scope)}`, async () => {
      await rewrapKeys(this.#parts(), scope);
      const record = this.#recordAs(KEEPER);
      return sweepValues({ pool, places, drainMs: this.#drainMs, record }, scope, signal);
    });
    return locked.isHeld ? locked.result : null;
  }

  /** Leads the keys of all tenants to the root custodian of now; see `replaceRoot`. */
  replaceRoot(by: KeyActor): Promise<number> {
    const { pool, custodians } = this.#options;
    return replaceRoot({ pool, custodians, record: this.#recordAs(by) });
  }

  /** Everything that is due: the background duty of each server. One tenant's failure does not keep the others waiting. */
  async keepHouse(signal?: AbortSignal): Promise<void> {
    const { pool, custodians, places } = this.#options;
    const failures: unknown[] = [];
    const attempt = (work: () => Promise<unknown>) => work().catch((error) => void failures.push(error));
    const record = this.#recordAs(KEEPER);
    await attempt(() => replaceRoot({ pool, custodians, record }, signal));
    for (const { tenant_id } of await many(pool, listDue, [this.#dueDate(), DUE_BATCH])) {
      if (!signal?.aborted) await attempt(() => this.rotate(toScope(tenant_id), KEEPER));
    }
    const purposes = [...new Set(places.map(({ purpose }) => purpose))];
    for (const { tenant_id } of await many(pool, listUnfinished, [purposes, this.#drainMs, DUE_BATCH])) {
      if (!signal?.aborted) await attempt(() => this.finish(toScope(tenant_id), signal));
    }
    if (failures.length > 0) throw failures[0];
  }

  /** The keys of a tenant, with how many values stand under each. */
  async keys(scope: KeyScope): Promise<KeyView[]> {
    const { pool, places } = this.#options;
    const tenantId = scopeTenantId(scope);
    const views: KeyView[] = [];
    for (const row of await many(pool, listKeys, [tenantId])) {
      const here = places.filter(({ purpose }) => purpose === row.purpose);
      views.push(toView(row, here.length === 0 ? null : await countValues(here, tenantId, [row.id])));
    }
    return views;
  }

  /** When the oldest current key is replaced by itself; undefined without one. */
  nextRotation(keys: readonly KeyView[]): Date | undefined {
    const drawn = keys.filter(({ status, purpose }) => status === "current" && purpose !== "index");
    if (drawn.length === 0) return undefined;
    const oldestMs = Math.min(...drawn.map(({ createdAt }) => createdAt.getTime()));
    return new Date(oldestMs + this.#options.rotationDays * DAY_MS);
  }

  /**
   * Puts a tenant's keys under a custodian of its own, or back under the root; see `changeCustodian`. Returns when the
   * old wrapping is gone.
   */
  async changeCustodian(tenantId: string, to: NewCustodian, by: KeyActor): Promise<Rotated> {
    const { keyring, env = {} } = this.#options;
    const parts = { ...this.#parts(), keyring, env };
    const rotated = await changeCustodian(parts, tenantId, to, this.#recordAs(by));
    await rewrapKeys(parts, { tenantId });
    await forgetFormerCustodians(parts, tenantId);
    return rotated;
  }

  /** Destroys all keys of a tenant for good; see `destroyKeys`. */
  destroy(tenantId: string, by: KeyActor): Promise<number> {
    const { pool, keyring } = this.#options;
    return destroyKeys({ pool, tree: keyring.tree, record: this.#recordAs(by) }, tenantId);
  }

  /** Keys of the tenant that could still open something. */
  countLive(tenantId: string): Promise<number> {
    return countKeys(this.#options.pool, tenantId);
  }

  /** The state of all keys, in numbers. */
  async sums(): Promise<KeySumsRow & { custodian: string; rotationDays: number }> {
    const { pool, custodians, rotationDays } = this.#options;
    const row = await one(pool, sumKeys, [this.#dueDate(), custodians.root.id]);
    return { ...row, custodian: custodians.root.id, rotationDays };
  }

  get #drainMs(): number {
    return this.#options.drainMs ?? 2 * this.#options.keyring.keyAgeMs;
  }

  #dueDate(): Date {
    const { clock, rotationDays } = this.#options;
    return new Date(clock.now().getTime() - rotationDays * DAY_MS);
  }

  #parts(): RotationParts {
    const { pool, keyring, custodians, clock } = this.#options;
    return { pool, tree: keyring.tree, custodians, clock };
  }

  #recordAs(by: KeyActor): RecordKeyEvent {
    return (tx, ...event) => this.#options.record(tx, by, ...event);
  }
}

function toView(row: KeyViewRow, values: number | null): KeyView {
  return {
    id: row.id,
    purpose: row.purpose,
    number: row.number,
    custodian: row.custodian,
    status: row.status,
    createdAt: row.created_at,
    supersededAt: row.superseded_at,
    endedAt: row.ended_at,
    values,
  };
}
