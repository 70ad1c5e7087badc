import type pg from "pg";
import { many, one } from "../db/sql.ts";
import type { TenantRecord } from "../tenants/tenant.ts";
import type { LifecycleParts } from "./parts.ts";
import { countRowsOf, estimateRowsOf, listPlaceTables, measureDatabase, measureStorage } from "./store.ts";

export interface TableUsage {
  readonly name: string;
  readonly rows: number;
  /** True above a million rows: then `rows` is the planner's estimate. */
  readonly isEstimate: boolean;
  /** Null where the table is shared with other tenants. */
  readonly bytes: number | null;
}

/** Counting so many rows takes a fraction of a second; counting them all could take minutes. */
const COUNTED_ROWS_MAX = 1_000_000;

/** What a tenant has: what it costs to keep, and what is lost when it is erased. */
export interface TenantUsage {
  readonly tables: readonly TableUsage[];
  readonly totalRows: number;
  /** Null where the database is shared with other tenants. */
  readonly databaseBytes: number | null;
  readonly storageBytes: number;
  readonly storageObjects: number;
}

/** Counts the rows of each table, up to a million; above that the planner's estimate has to do. */
export async function measureTenant(
  parts: LifecycleParts,
  tenant: TenantRecord,
  options: { countedRowsMax?: number } = {},
): Promise<TenantUsage> {
  const { countedRowsMax = COUNTED_ROWS_MAX } = options;
  const { cell, level, schema } = tenant.placement;
  const storage = await one(parts.control, measureStorage, [tenant.id]);
  const files = { storageBytes: Number(storage.bytes), storageObjects: storage.objects };
  const hasPlace = !["provisioning", "erasing", "erased"].includes(tenant.status);
  if (!hasPlace) return { tables: [], totalRows: 0, databaseBytes: null, ...files };
  const pool = await parts.placePool({ cell, level, tenantId: tenant.id });
  const tables: TableUsage[] = [];
  for (const table of await many(pool, listPlaceTables, [level === "schema" ? schema : null])) {
    const count = await countRows(pool, table.name, tenant.id, countedRowsMax);
    const name = table.name.startsWith(`${schema}.`) ? table.name.slice(schema.length + 1) : table.name;
    tables.push({ name, ...count, bytes: level === "table" ? null : Number(table.bytes) });
  }
  const totalRows = tables.reduce((sum, table) => sum + table.rows, 0);
  const databaseBytes = level === "database" ? Number((await one(pool, measureDatabase)).bytes) : null;
  return { tables, totalRows, databaseBytes, ...files };
}

async function countRows(
  pool: pg.Pool,
  table: string,
  tenantId: string,
  countedRowsMax: number,
): Promise<{ rows: number; isEstimate: boolean }> {
  const counted = Number((await one(pool, countRowsOf(table), [tenantId, countedRowsMax + 1])).rows);
  if (counted <= countedRowsMax) return { rows: counted, isEstimate: false };
  const { "QUERY PLAN": plan } = await one(pool, estimateRowsOf(table), [tenantId]);
  return { rows: Math.max(counted, plan[0]?.Plan["Plan Rows"] ?? 0), isEstimate: true };
}
