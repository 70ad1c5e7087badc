import type pg from "pg";
import { type Actor, recordEvent } from "../audit/record.ts";
import { exec, maybe, query } from "../db/sql.ts";
import { withTx } from "../db/tx.ts";
import { getTenant } from "./catalog.ts";
import { tenantError } from "./errors.ts";
import { clearPrimaryDomain, lockTenant, notifyTenantChanged } from "./store.ts";
import type { TenantRecord } from "./tenant.ts";

export const setPrimaryDomain = query(
  "tenants.set_primary_domain",
  `update tenancy.domains set is_primary = true where tenant_id = $1::uuid and ascii = $2::text`,
);

/** Makes one of the tenant's domains the one to link to. Throws tenant.domain_not_found. */
export async function makeDomainPrimary(
  pool: pg.Pool,
  id: string,
  text: string,
  by: Actor,
): Promise<TenantRecord> {
  return withTx(pool, async (tx) => {
    await maybe(tx, lockTenant, [id]);
    const tenant = await getTenant(tx, id);
    const domain = tenant.domains.find((each) => each.domain === text || each.ascii === text.toLowerCase());
    if (!domain) throw tenantError("tenant.domain_not_found", { tenant: tenant.slug ?? id, domain: text });
    if (domain.isPrimary) return tenant;
    await exec(tx, clearPrimaryDomain, [id]);
    await exec(tx, setPrimaryDomain, [id, domain.ascii]);
    await recordEvent(tx, by, "domain.made_primary", id, { domain: domain.ascii });
    await exec(tx, notifyTenantChanged, [id]);
    return getTenant(tx, id);
  });
}
