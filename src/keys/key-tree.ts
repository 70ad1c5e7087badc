import { createSecretKey, type KeyObject, randomBytes } from "node:crypto";
import type pg from "pg";
import type { Clock } from "../base/clock.ts";
import { uuidv7 } from "../base/ids.ts";
import { exec, maybe } from "../db/sql.ts";
import type { Custodians } from "./custodians.ts";
import { fromUuid } from "./envelope.ts";
import { keyError } from "./errors.ts";
import { KeyCache } from "./key-cache.ts";
import { MAKE_TRIES_MAX } from "./limits.ts";
import { aesKeyUnwrap, aesKeyWrap, hkdf } from "./primitives.ts";
import { encodeContext, type KeyScope, scopeName, scopeTenantId, toScope } from "./scope.ts";
import * as store from "./store.ts";

export interface WrappingKey {
  readonly id: string;
  readonly scope: KeyScope;
  readonly generation: number;
  readonly key: KeyObject;
  readonly expiresAtMs: number;
}

export interface DataKey {
  readonly id: string;
  readonly idBytes: Buffer;
  readonly scope: KeyScope;
  readonly purpose: string;
  readonly epoch: number;
  readonly key: KeyObject;
  /** Never later than that of the key above it: all that an unwrapping gave dies with it. */
  readonly expiresAtMs: number;
}

export interface KeyTreeOptions {
  /** The control database, by connections of its own: keys are asked for inside other transactions. */
  readonly pool: pg.Pool;
  readonly custodians: Custodians;
  readonly clock: Clock;
  readonly keyAgeMs: number;
  readonly keysMax: number;
}

/** Wrapping keys and data keys: made when first asked for, once for all processes, and remembered unwrapped for a while. */
export class KeyTree {
  readonly #options: KeyTreeOptions;
  readonly #wrappingKeys: KeyCache<WrappingKey>;
  readonly #dataKeys: KeyCache<DataKey>;
  readonly #currents: KeyCache<DataKey>;
  /** Loads under way, shared by all who ask. */
  readonly #loads = new Map<string, Promise<unknown>>();
  /** Grows whenever something is forgotten: a load that began before must not be remembered after. */
  #forgets = 0;

  constructor(options: KeyTreeOptions) {
    this.#options = options;
    this.#wrappingKeys = new KeyCache(options.keysMax);
    this.#dataKeys = new KeyCache(options.keysMax);
    this.#currents = new KeyCache(options.keysMax);
  }

  /** The key that seals now. @throws key.destroyed, key.refused, key.unreachable */
  async current(scope: KeyScope, purpose: string): Promise<DataKey> {
    const name = `${scopeName(scope)}/${purpose}`;
    const known = this.#currents.get(name, this.#nowMs());
    if (known) return known;
    return this.#once(`current ${name}`, this.#currents, name, () => this.#loadCurrent(scope, purpose));
  }

  /** The key that a value names; undefined when there is no such key. @throws like `current` */
  async byId(id: string): Promise<DataKey | undefined> {
    const known = this.#dataKeys.get(id, this.#nowMs());
    if (known) return known;
    return this.#once(`data ${id}`, this.#dataKeys, id, async () => {
      const row = await maybe(this.#options.pool, store.findDataKey, [id]);
      return row && this.#unwrapDataKey(row);
    });
  }

  /** The wrapping key that new keys are wrapped under. @throws like `current` */
  async wrappingKey(scope: KeyScope): Promise<WrappingKey> {
    const { pool, custodians, clock } = this.#options;
    const tenantId = scopeTenantId(scope);
    for (;;) {
      const row = await maybe(pool, store.findNewestWrappingKey, [tenantId]);
      if (row) return this.#unwrapWrappingKey(row);
      const id = uuidv7();
      const key = randomBytes(32);
      const custodian = await custodians.of(scope);
      const wrapped = await custodians.wrap(custodian, scope, wrappingContext(scope, id, 1), key);
      key.fill(0);
      await exec(pool, store.insertWrappingKey, [id, tenantId, custodian.id, wrapped, clock.now()]);
    }
  }

  /** The key above a data key. @throws like `current` */
  wrappingKeyOf(row: store.DataKeyRow): Promise<WrappingKey> {
    return this.#unwrapWrappingKey({ ...row, id: row.wrapping_key_id, wrapped: row.wrapping_key });
  }

  async #unwrapWrappingKey(row: Omit<store.WrappingKeyRow, "status">): Promise<WrappingKey> {
    const known = this.#wrappingKeys.get(row.id, this.#nowMs());
    const scope = toScope(row.tenant_id);
    const { wrapped } = row;
    if (wrapped === null) throw keyError("key.destroyed", { scope: scopeName(scope) });
    if (known) return known;
    const loaded = await this.#once(`wrapping ${row.id}`, this.#wrappingKeys, row.id, async () => {
      const { custodians, keyAgeMs } = this.#options;
      const expiresAtMs = this.#nowMs() + keyAgeMs;
      const context = wrappingContext(scope, row.id, row.generation);
      const key = toKeyObject(await custodians.unwrap(row.custodian, scope, context, wrapped));
      return { id: row.id, scope, generation: row.generation, key, expiresAtMs };
    });
    return loaded as WrappingKey; // the load above always gives one
  }

  /** Forgets the unwrapped keys of a tenant (null: the platform's); of all, unnamed. */
  forget(tenantId?: string | null): void {
    this.#forgets += 1;
    const isGone = ({ scope }: { scope: KeyScope }) =>
      tenantId === undefined || scopeTenantId(scope) === tenantId;
    for (const cache of [this.#wrappingKeys, this.#dataKeys, this.#currents]) cache.drop(isGone);
  }

  async #loadCurrent(scope: KeyScope, purpose: string): Promise<DataKey> {
    const { pool, clock } = this.#options;
    for (let attempt = 0; attempt < MAKE_TRIES_MAX; attempt++) {
      const row = await maybe(pool, store.findCurrentDataKey, [scopeTenantId(scope), purpose]);
      if (row) return this.#unwrapDataKey(row);
      const above = await this.wrappingKey(scope);
      const id = uuidv7();
      const key = randomBytes(32);
      const wrapped = wrapDataKey(above.key, dataContext(scope, purpose, 1, id), key);
      key.fill(0);
      await exec(pool, store.insertDataKey, [id, purpose, above.id, wrapped, clock.now()]);
    }
    throw new Error(`No key for ${purpose} of ${scopeName(scope)} after ${MAKE_TRIES_MAX} tries.`);
  }

  async #unwrapDataKey(row: store.DataKeyRow): Promise<DataKey> {
    const scope = toScope(row.tenant_id);
    if (row.wrapped === null) throw keyError("key.destroyed", { scope: scopeName(scope) });
    const above = await this.wrappingKeyOf(row);
    const context = dataContext(scope, row.purpose, row.epoch, row.id);
    const key = unwrapDataKey(above.key, context, row.wrapped);
    if (!key) throw keyError("sealed.unreadable", { scope: scopeName(scope) });
    return {
      id: row.id,
      idBytes: fromUuid(row.id),
      scope,
      purpose: row.purpose,
      epoch: row.epoch,
      key: toKeyObject(key),
      expiresAtMs: above.expiresAtMs,
    };
  }

  async #once<T extends { readonly expiresAtMs: number }, U extends T | undefined>(
    load: string,
    cache: KeyCache<T>,
    id: string,
    work: () => Promise<U>,
  ): Promise<U> {
    const running = this.#loads.get(load);
    if (running) return running as Promise<U>; // a load's name says its type
    const forgetsBefore = this.#forgets;
    const started = work();
    this.#loads.set(load, started);
    try {
      const entry = await started;
      if (entry && this.#forgets === forgetsBefore) cache.put(id, entry);
      return entry;
    } finally {
      this.#loads.delete(load);
    }
  }

  #nowMs(): number {
    return this.#options.clock.now().getTime();
  }
}

const NO_SALT = Buffer.alloc(0);

export function wrappingContext(scope: KeyScope, id: string, generation: number): string[] {
  return ["tenancy wrapping key", scopeName(scope), id, String(generation)];
}

export function dataContext(scope: KeyScope, purpose: string, epoch: number, id: string): string[] {
  return ["tenancy data key", scopeName(scope), purpose, String(epoch), id];
}

/** Under a key derived for the row that it stands in: a wrapping put into another row does not unwrap. */
export function wrapDataKey(above: KeyObject | Buffer, context: readonly string[], key: Buffer): Buffer {
  return aesKeyWrap(hkdf(above, NO_SALT, encodeContext(context), 32), key);
}

export function unwrapDataKey(
  above: KeyObject,
  context: readonly string[],
  wrapped: Buffer,
): Buffer | undefined {
  const key = aesKeyUnwrap(hkdf(above, NO_SALT, encodeContext(context), 32), wrapped);
  return key?.length === 32 ? key : undefined;
}

function toKeyObject(key: Buffer): KeyObject {
  const object = createSecretKey(key);
  key.fill(0);
  return object;
}
