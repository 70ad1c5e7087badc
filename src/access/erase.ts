import type pg from "pg";
import { exec, one } from "../db/sql.ts";
import { withTx } from "../db/tx.ts";
import { announceChange, countTenantAccess, deleteTenantAccess } from "./store.ts";

/** Removes a tenant's roles, policies, tests and settings; repeatable. */
export async function eraseTenantAccess(pool: pg.Pool, tenantId: string): Promise<void> {
  await withTx(pool, async (tx) => {
    await exec(tx, announceChange, [tenantId]);
    await exec(tx, deleteTenantAccess, [tenantId]);
  });
}

/** What is left of them. */
export async function countTenantRules(pool: pg.Pool, tenantId: string): Promise<number> {
  return (await one(pool, countTenantAccess, [tenantId])).n;
}
