import type pg from "pg";
import type { Clock } from "../base/clock.ts";
import { maybe } from "../db/sql.ts";
import { type CustodianCredentials, openCustodian } from "./open-custodian.ts";
import type { Custodian } from "./ports.ts";
import { findTenantCustodian } from "./tenant-custodian-store.ts";

export interface TenantCustodiansOptions {
  readonly pool: pg.Pool;
  readonly clock: Clock;
  /** The platform's own: used where a tenant's custodian brings none. */
  readonly env: CustodianCredentials;
  /** Opens what lies sealed in the row. */
  readonly openCredentials: (tenantId: string, sealed: Buffer) => Promise<CustodianCredentials>;
}

/** Customers' own keys, as their rows say now. Rows are read each time: keys are asked for once a minute and tenant. */
export class TenantCustodians {
  readonly #options: TenantCustodiansOptions;

  constructor(options: TenantCustodiansOptions) {
    this.#options = options;
  }

  /** Who wraps new keys of the tenant; undefined: the root. */
  current(tenantId: string): Promise<Custodian | undefined> {
    return this.#find(tenantId, null);
  }

  /** Who wrapped with this name, now or before. */
  named(tenantId: string, custodian: string): Promise<Custodian | undefined> {
    return this.#find(tenantId, custodian);
  }

  async #find(tenantId: string, name: string | null): Promise<Custodian | undefined> {
    const { pool, clock, env, openCredentials } = this.#options;
    const row = await maybe(pool, findTenantCustodian, [tenantId, name]);
    if (!row) return undefined;
    const own = row.credentials === null ? env : await openCredentials(tenantId, row.credentials);
    return openCustodian(row.url, own, clock);
  }
}
