import { exec, one } from "../db/sql.ts";
import { countTenantScim, deleteTenantScim } from "./store.ts";
import type { ScimParts } from "./tokens.ts";

/** Provisioning, joined. */
export class Scim {
  readonly parts: ScimParts;

  constructor(parts: ScimParts) {
    this.parts = parts;
  }

  async eraseTenant(tenantId: string): Promise<void> {
    await exec(this.parts.pool, deleteTenantScim, [tenantId]);
  }

  async countTenant(tenantId: string): Promise<number> {
    return (await one(this.parts.pool, countTenantScim, [tenantId])).n;
  }
}
