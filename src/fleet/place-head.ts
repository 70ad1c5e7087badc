import { placeOf } from "../isolation/place-names.ts";
import type { Cells } from "../tenants/cells.ts";
import type { IsolationLevel } from "../tenants/tenant.ts";
import type { AppSchema } from "./app-migrations.ts";
import { ledgerKey, type PlaceRef } from "./place.ts";
import { migratePlace } from "./place-migration.ts";
import { readLedger } from "./places.ts";
import { copyTemplateRows, hasTenantRows } from "./template-rows.ts";

/** Brings one tenant's place to the newest app version. Repeatable; used when a tenant or a warm place is made. */
export async function bringToHead(
  cells: Cells,
  app: AppSchema,
  at: { cell: string; level: IsolationLevel; tenantId: string },
): Promise<void> {
  if (app.migrations.length === 0) return;
  const shared = await cells.sharedDatabase(at.cell);
  const { database, schema } = placeOf(at.level, at.tenantId, shared);
  const pool = (await cells.admin(at.cell)).pool(database);
  if (at.level === "table") {
    if (hasTenantRows(app)) await copyTemplateRows(pool, at.tenantId);
    return;
  }
  const ledger = await readLedger(pool);
  const place: PlaceRef = {
    kind: at.level,
    cell: at.cell,
    database,
    schema,
    tenantId: at.tenantId,
    slug: null,
  };
  const common: PlaceRef = { ...place, kind: "common", schema: "public" };
  for (const ref of [common, place]) {
    await migratePlace(pool, ref, app, ledger.get(ledgerKey(ref)) ?? new Set());
  }
}
