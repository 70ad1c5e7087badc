import { isUuid } from "../base/ids.ts";
import type { IsolationLevel } from "../tenants/tenant.ts";

/** Schema, database and role of a tenant: made from its id alone, never from text that somebody typed. */
export function placeName(tenantId: string): string {
  if (!isUuid(tenantId)) throw new TypeError(`Expected a tenant id, got ${JSON.stringify(tenantId)}.`);
  return `t_${tenantId.replaceAll("-", "")}`;
}

/** Where a level puts a tenant, given the cell's shared database. */
export function placeOf(
  level: IsolationLevel,
  tenantId: string,
  sharedDatabase: string,
): { database: string; schema: string } {
  switch (level) {
    case "table":
      return { database: sharedDatabase, schema: "public" };
    case "schema":
      return { database: sharedDatabase, schema: placeName(tenantId) };
    case "database":
      return { database: placeName(tenantId), schema: "public" };
    default:
      throw new TypeError(`Unknown isolation level ${String(level satisfies never)}.`);
  }
}

/** Unqualified names resolve in the tenant's place, then among extensions; nowhere else. */
export function searchPathOf(schema: string): string {
  return `${schema}, extensions`;
}
