import { TEMPLATE_TENANT } from "./template-rows.ts";

/**
 * common: what a database has once (extensions, reference tables); shared: the tables that table-level tenants share;
 * rows: one table-level tenant's rows; schema, database: one tenant's own place, structure and rows together.
 */
export type PlaceKind = "common" | "shared" | "rows" | "schema" | "database";

export interface PlaceRef {
  readonly kind: PlaceKind;
  readonly cell: string;
  readonly database: string;
  readonly schema: string;
  readonly tenantId: string | null;
  readonly slug: string | null;
}

/** Name of a place in its database's ledger. */
export function ledgerKey(place: PlaceRef): string {
  switch (place.kind) {
    case "common":
      return "common";
    case "rows":
      return place.tenantId as string; // rows always belong to a tenant
    default:
      return place.schema;
  }
}

/** For people: `acme (schema)`, `local/shared tables`, `local/rows of new tenants`. */
export function describePlace(place: PlaceRef): string {
  if (place.tenantId === null)
    return `${place.cell}/${place.kind === "common" ? "reference tables" : "shared tables"}`;
  if (place.tenantId === TEMPLATE_TENANT) return `${place.cell}/rows of new tenants`;
  return `${place.slug ?? place.tenantId} (${place.kind === "rows" ? "table" : place.kind})`;
}

/** A place that one tenant has alone; it records every version, so that its ledger tells its version. */
export function isOwnPlace(kind: PlaceKind): boolean {
  return kind === "schema" || kind === "database";
}
