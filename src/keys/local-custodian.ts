import type { RootKey } from "./derive.ts";
import { type Custodian, CustodianRefusal } from "./ports.ts";
import { aesKeyUnwrap, aesKeyWrap, hkdf } from "./primitives.ts";
import { encodeContext } from "./scope.ts";

const NO_SALT = Buffer.alloc(0);

/**
 * The root key of the installation as custodian. Each key is wrapped under a key of its own, derived from the root and
 * the context, so that a wrapping put into another row does not unwrap.
 */
export class LocalCustodian implements Custodian {
  readonly id: string;
  readonly #root: Buffer;

  constructor(rootKey: RootKey) {
    this.#root = rootKey.derive("custodian");
    this.id = `local:${rootKey.derive("custodian-id").subarray(0, 8).toString("hex")}`;
  }

  async wrap(context: readonly string[], key: Buffer): Promise<Buffer> {
    return aesKeyWrap(this.#keyFor(context), key);
  }

  async unwrap(context: readonly string[], wrapped: Buffer): Promise<Buffer> {
    const key = aesKeyUnwrap(this.#keyFor(context), wrapped);
    if (!key) throw new CustodianRefusal("The wrapping does not match the root key and its place.");
    return key;
  }

  #keyFor(context: readonly string[]): Buffer {
    // HKDF's info is limited to 1024 bytes; contexts of keys are short lists of ids.
    return hkdf(this.#root, NO_SALT, encodeContext(context), 32);
  }
}
