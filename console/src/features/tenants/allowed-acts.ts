import type { Tenant, TenantStatus } from "../../api/types.ts";

export type TenantAct = "suspend" | "resume" | "remove" | "restore" | "change";

const allowedIn: Readonly<Record<TenantAct, readonly TenantStatus[]>> = {
  suspend: ["active"],
  resume: ["suspended"],
  remove: ["active", "suspended"],
  restore: ["deleting"],
  change: ["active", "suspended"],
};

/** The server decides; this only tells the reader in time. */
export function isAllowed(act: TenantAct, tenant: Tenant): boolean {
  return allowedIn[act].includes(tenant.status);
}
