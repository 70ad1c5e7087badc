import { exec, one, type Queryable } from "../db/sql.ts";
import { countTenantVaults, deleteTenantRecovery, deleteTenantVaults } from "./store.ts";

/** Vaults of a tenant with all that is in them, and its recovery key with open requests; repeatable. */
export async function eraseTenantVaults(db: Queryable, tenantId: string): Promise<void> {
  await exec(db, deleteTenantVaults, [tenantId]);
  await exec(db, deleteTenantRecovery, [tenantId]);
}

/** What is left of them. */
export async function countVaultRemnants(db: Queryable, tenantId: string): Promise<number> {
  return (await one(db, countTenantVaults, [tenantId])).n;
}
