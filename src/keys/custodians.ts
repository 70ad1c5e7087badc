import { setTimeout as sleep } from "node:timers/promises";
import { isTenancyError } from "../base/errors.ts";
import { keyError } from "./errors.ts";
import { CUSTODIAN_TIMEOUT_MS } from "./limits.ts";
import { type Custodian, CustodianRefusal } from "./ports.ts";
import { type KeyScope, scopeName } from "./scope.ts";
import type { TenantCustodians } from "./tenant-custodians.ts";

/** The custodians that this process can ask. */
export class Custodians {
  /** Wraps what is new. */
  readonly root: Custodian;
  /** Roots of before: they unwrap what has not been wrapped anew yet. */
  readonly former: readonly Custodian[];

  readonly #tenants: TenantCustodians | undefined;

  constructor(root: Custodian, former: readonly Custodian[] = [], tenants?: TenantCustodians) {
    this.root = root;
    this.former = former;
    this.#tenants = tenants;
  }

  /** Who wraps new keys of the scope: the tenant's own custodian, else the root. */
  async of(scope: KeyScope): Promise<Custodian> {
    if (scope === "platform" || !this.#tenants) return this.root;
    return (await this.#tenants.current(scope.tenantId)) ?? this.root;
  }

  async #named(id: string, scope: KeyScope): Promise<Custodian | undefined> {
    const known = [this.root, ...this.former].find((custodian) => custodian.id === id);
    if (known || scope === "platform") return known;
    return this.#tenants?.named(scope.tenantId, id);
  }

  /** @throws key.refused, key.unreachable */
  async wrap(
    custodian: Custodian,
    scope: KeyScope,
    context: readonly string[],
    key: Buffer,
  ): Promise<Buffer> {
    return this.ask(custodian.id, scope, () => custodian.wrap(context, key));
  }

  /**
   * Asks exactly the custodian that wrapped the key; there is no other way in, so a key that a customer withdrew opens
   * nothing.
   *
   * @throws key.refused, key.unreachable, key.custodian_unknown
   */
  async unwrap(
    custodianId: string,
    scope: KeyScope,
    context: readonly string[],
    wrapped: Buffer,
  ): Promise<Buffer> {
    const custodian = await this.#named(custodianId, scope);
    if (!custodian) {
      throw keyError("key.custodian_unknown", { scope: scopeName(scope), custodian: custodianId });
    }
    const key = await this.ask(custodianId, scope, () => custodian.unwrap(context, wrapped));
    if (key.length !== 32) throw keyError("key.refused", { scope: scopeName(scope), custodian: custodianId });
    return key;
  }

  /** One call, with a deadline; what fails is told as one of ours. @throws key.refused, key.unreachable */
  async ask(custodian: string, scope: KeyScope, work: () => Promise<Buffer>): Promise<Buffer> {
    const deadline = new AbortController();
    try {
      const late = sleep(CUSTODIAN_TIMEOUT_MS, undefined, { signal: deadline.signal, ref: false }).then(
        () => {
          throw new Error("No answer in time");
        },
      );
      late.catch(() => undefined);
      return await Promise.race([work(), late]);
    } catch (cause) {
      if (isTenancyError(cause)) throw cause;
      const code = cause instanceof CustodianRefusal ? "key.refused" : "key.unreachable";
      throw keyError(code, { scope: scopeName(scope), custodian }, { cause });
    } finally {
      deadline.abort();
    }
  }
}
