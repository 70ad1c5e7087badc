import { many, one } from "../db/sql.ts";
import type { TenantRecord } from "../tenants/tenant.ts";
import type { LifecycleParts } from "./parts.ts";
import { countRowsOf, listPlaceTables, measureDatabase, measureStorage } from "./store.ts";

/** What a tenant has: what it costs to keep, and what is lost when it is erased. */
export interface TenantUsage {
  /** `bytes` is null where the table is shared with other tenants. */
  readonly tables: readonly { readonly name: string; readonly rows: number; readonly bytes: number | null }[];
  readonly totalRows: number;
  /** Null where the database is shared with other tenants. */
  readonly databaseBytes: number | null;
  readonly storageBytes: number;
  readonly storageObjects: number;
}

/** Counts rows exactly, table by table: it reads all of the tenant's rows once. */
export async function measureTenant(parts: LifecycleParts, tenant: TenantRecord): Promise<TenantUsage> {
  const { cell, level, schema } = tenant.placement;
  const storage = await one(parts.control, measureStorage, [tenant.id]);
  const files = { storageBytes: Number(storage.bytes), storageObjects: storage.objects };
  const hasPlace = !["provisioning", "erasing", "erased"].includes(tenant.status);
  if (!hasPlace) return { tables: [], totalRows: 0, databaseBytes: null, ...files };
  const pool = await parts.placePool({ cell, level, tenantId: tenant.id });
  const tables: { name: string; rows: number; bytes: number | null }[] = [];
  for (const table of await many(pool, listPlaceTables, [level === "schema" ? schema : null])) {
    const { rows } = await one(pool, countRowsOf(table.name), [tenant.id]);
    const name = table.name.startsWith(`${schema}.`) ? table.name.slice(schema.length + 1) : table.name;
    tables.push({ name, rows: Number(rows), bytes: level === "table" ? null : Number(table.bytes) });
  }
  const totalRows = tables.reduce((sum, table) => sum + table.rows, 0);
  const databaseBytes = level === "database" ? Number((await one(pool, measureDatabase)).bytes) : null;
  return { tables, totalRows, databaseBytes, ...files };
}
