import type { TenantQuery } from "../../api/types.ts";
import { oneOf, textOf } from "../../url/search.ts";

export const tenantStatuses = [
  "provisioning",
  "active",
  "suspended",
  "moving",
  "deleting",
  "erasing",
  "erased",
] as const;
export const isolationLevels = ["table", "schema", "database"] as const;
export const tenantSorts = ["-createdAt", "createdAt", "name", "-name"] as const;

export type TenantsSearch = Omit<TenantQuery, "limit">;

/** The list's whole state, as the address holds it. */
export function parseTenantsSearch(raw: Readonly<Record<string, unknown>>): TenantsSearch {
  return {
    q: textOf(raw["q"], 200),
    status: oneOf(tenantStatuses, raw["status"]),
    plan: textOf(raw["plan"], 60),
    level: oneOf(isolationLevels, raw["level"]),
    cell: textOf(raw["cell"], 60),
    sort: oneOf(tenantSorts, raw["sort"]),
    cursor: textOf(raw["cursor"]),
  };
}

/** Another filter or order starts at the first page again: a cursor belongs to the list that made it. */
export function changeTenantsSearch(search: TenantsSearch, change: Partial<TenantsSearch>): TenantsSearch {
  return { ...search, cursor: undefined, ...change };
}

export function isFiltered(search: TenantsSearch): boolean {
  return Boolean(search.q || search.status || search.plan || search.level || search.cell);
}
