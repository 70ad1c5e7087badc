import type pg from "pg";
import { many } from "../db/sql.ts";
import { placeOf } from "../isolation/place-names.ts";
import { type Cells, listCells } from "../tenants/cells.ts";
import type { PlaceRef } from "./place.ts";
import { listLedger, listTenantPlaces, listWarmPlaces } from "./store.ts";
import { TEMPLATE_TENANT } from "./template-rows.ts";

/** Every place of the fleet: for each cell what its tenants share, then the tenants' own, warm ones included. */
export async function listPlaces(control: pg.Pool, cells: Cells): Promise<PlaceRef[]> {
  const places: PlaceRef[] = [];
  for (const cell of await many(control, listCells)) {
    const database = await cells.sharedDatabase(cell.key);
    const shared = { cell: cell.key, database, schema: "public", tenantId: null, slug: null };
    places.push({ kind: "common", ...shared }, { kind: "shared", ...shared });
    places.push({ kind: "rows", ...shared, tenantId: TEMPLATE_TENANT });
  }
  const tenants = await many(control, listTenantPlaces);
  for (const row of tenants) {
    const common = {
      cell: row.cell,
      database: row.database_name,
      schema: row.schema_name,
      tenantId: row.tenant_id,
      slug: row.slug,
    };
    if (row.level === "database") places.push({ ...common, kind: "common" });
    places.push({ ...common, kind: row.level === "table" ? "rows" : row.level });
  }
  for (const row of await many(control, listWarmPlaces)) {
    const at = placeOf(row.level, row.tenant_id, await cells.sharedDatabase(row.cell));
    const common = { cell: row.cell, ...at, tenantId: row.tenant_id, slug: null };
    if (row.level === "database") places.push({ ...common, kind: "common" });
    places.push({ ...common, kind: row.level });
  }
  return places;
}

/** What each place of one database has applied: one query, whatever the number of places. */
export async function readLedger(pool: pg.Pool): Promise<Map<string, Set<number>>> {
  const rows = await many(pool, listLedger);
  return new Map(rows.map((row) => [row.place, new Set(row.versions)]));
}

/** Places by database, so that each ledger is read once. */
export function byDatabase(places: readonly PlaceRef[]): Map<string, PlaceRef[]> {
  const groups = new Map<string, PlaceRef[]>();
  for (const place of places) {
    const key = `${place.cell}/${place.database}`;
    const group = groups.get(key);
    if (group) group.push(place);
    else groups.set(key, [place]);
  }
  return groups;
}
