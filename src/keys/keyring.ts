import type pg from "pg";
import { type Clock, systemClock } from "../base/clock.ts";
import type { Custodians } from "./custodians.ts";
import { keyIdOf, openEnvelope, sealEnvelope } from "./envelope.ts";
import { keyError } from "./errors.ts";
import { type DataKey, KeyTree } from "./key-tree.ts";
import { KEY_AGE_MS, KEYS_REMEMBERED_MAX } from "./limits.ts";
import { hkdf, hmac } from "./primitives.ts";
import type { KeyPurpose } from "./purposes.ts";
import { encodeContext, type KeyScope, scopeName } from "./scope.ts";

export interface KeyringOptions {
  /** The control database, by connections of its own: values are sealed inside other transactions. */
  readonly pool: pg.Pool;
  readonly custodians: Custodians;
  readonly clock?: Clock;
  /** How long an unwrapped key is used before its custodian is asked again. Default 60 s. */
  readonly keyAgeMs?: number;
  /** Unwrapped keys in memory, of each kind. Default 50,000. */
  readonly keysMax?: number;
}

const NO_SALT = Buffer.alloc(0);

/**
 * Seals values with the keys of their tenant, and opens them. Keys are made at the first use; any number of processes
 * may do so at once.
 *
 * @example
 * const sealed = await keyring.seal({ tenantId }, "credentials", ["user_totp", userId], seed);
 * const seed = await keyring.open({ tenantId }, ["user_totp", userId], sealed);
 */
export class Keyring {
  /** For the rotation. */
  readonly tree: KeyTree;
  /** How long this process uses a key after its custodian gave it. */
  readonly keyAgeMs: number;

  constructor(options: KeyringOptions) {
    this.keyAgeMs = options.keyAgeMs ?? KEY_AGE_MS;
    this.tree = new KeyTree({
      pool: options.pool,
      custodians: options.custodians,
      clock: options.clock ?? systemClock,
      keyAgeMs: this.keyAgeMs,
      keysMax: options.keysMax ?? KEYS_REMEMBERED_MAX,
    });
  }

  /**
   * Seals a value: 84 bytes longer than it was. `context` says where it stands, such as table, column and id of the
   * row; whoever opens it must say the same, so a value that is moved elsewhere does not open.
   *
   * @throws key.destroyed, key.refused, key.unreachable
   */
  async seal(
    scope: KeyScope,
    purpose: KeyPurpose,
    context: readonly string[],
    plain: Uint8Array,
  ): Promise<Buffer> {
    const key = await this.tree.current(scope, purpose);
    return sealEnvelope(key.idBytes, key.key, bind(key, context), plain);
  }

  /**
   * Opens what `seal` made, under whichever epoch. With `purpose`, a value of another purpose is refused even if scope
   * and context are the same.
   *
   * @throws sealed.unreadable, key.destroyed, key.refused, key.unreachable
   */
  async open(
    scope: KeyScope,
    context: readonly string[],
    envelope: Uint8Array,
    purpose?: KeyPurpose,
  ): Promise<Buffer> {
    const id = keyIdOf(envelope);
    const key = id === undefined ? undefined : await this.tree.byId(id);
    // Another's key is answered like none, before its context is even looked at.
    const isOurs = key && scopeName(key.scope) === scopeName(scope) && (!purpose || key.purpose === purpose);
    const plain = isOurs ? openEnvelope(asBuffer(envelope), key.key, bind(key, context)) : undefined;
    if (!plain) throw keyError("sealed.unreadable", { scope: scopeName(scope) });
    return plain;
  }

  /**
   * What stands under an old key, under the current one: opened and sealed in one breath, so that a value is never
   * sealed twice over.
   *
   * @throws sealed.unreadable, key.destroyed, key.refused, key.unreachable
   */
  async reseal(
    scope: KeyScope,
    purpose: KeyPurpose,
    context: readonly string[],
    envelope: Uint8Array,
  ): Promise<Buffer> {
    return this.seal(scope, purpose, context, await this.open(scope, context, envelope, purpose));
  }

  /**
   * A keyed fingerprint of 32 bytes by which a sealed value is found again: equal for equal values of one field of one
   * tenant, and telling nothing without the key. Bring the value to its normal form first.
   *
   * @throws key.destroyed, key.refused, key.unreachable
   */
  async blindIndex(scope: KeyScope, field: string, value: string | Uint8Array): Promise<Buffer> {
    const { key } = await this.tree.current(scope, "index");
    const fieldKey = hkdf(key, NO_SALT, encodeContext(["tenancy blind index", field]), 32);
    return hmac(fieldKey, typeof value === "string" ? Buffer.from(value, "utf8") : asBuffer(value));
  }

  /** Forgets the unwrapped keys of a tenant (null: the platform's), or of all: told that something changed. */
  forget(tenantId?: string | null): void {
    this.tree.forget(tenantId);
  }
}

/** Whose key, what for, and where: all of it is bound to the value. */
function bind(key: DataKey, context: readonly string[]): Buffer {
  return encodeContext([scopeName(key.scope), key.purpose, ...context]);
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
