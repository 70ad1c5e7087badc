import { isUuid } from "../base/ids.ts";
import type { Tenancy } from "../start.ts";

/** Whose part of the audit log is meant: a tenant's, also one that is erased, by its id; null: all of it. */
export async function chainOf(tenancy: Tenancy, name: string | undefined): Promise<string | null> {
  if (name === undefined) return null;
  return isUuid(name) ? name : (await tenancy.tenants.get(name)).id;
}
