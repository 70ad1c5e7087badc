import type { Limits, Plan, Tenant, TenantUpdate } from "../../api/types.ts";

interface Wanted {
  readonly name: string;
  readonly plan: string;
  readonly limits: Limits;
  readonly features: readonly string[];
}

/** A tenant's features are its plan's and its own; only its own are edited and sent. */
export function addedFeatures(tenant: Tenant, plan: Plan | undefined): string[] {
  return tenant.features.filter((feature) => !plan?.features.includes(feature));
}

/** A tenant shows its plan's limits under its own; only its own are edited, and sent as a whole. */
export function ownLimits(tenant: Tenant, plan: Plan | undefined): Limits {
  return Object.fromEntries(entries(tenant.limits).filter(([name, value]) => plan?.limits[name] !== value));
}

/** Only what differs is sent, so that two operators who edit different things don't undo each other. */
export function tenantChange(tenant: Tenant, plan: Plan | undefined, wanted: Wanted): TenantUpdate | null {
  const change: TenantUpdate = {};
  if (wanted.name !== tenant.name) change.name = wanted.name;
  if (wanted.plan !== tenant.plan) change.plan = wanted.plan;
  if (!isSame(sorted(wanted.features), sorted(addedFeatures(tenant, plan))))
    change.features = [...wanted.features];
  if (!isSame(entries(wanted.limits), entries(ownLimits(tenant, plan)))) change.limits = wanted.limits;
  return Object.keys(change).length === 0 ? null : change;
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function sorted(items: readonly string[]): string[] {
  return [...items].sort();
}

function entries(limits: Limits): [keyof Limits, number][] {
  return Object.entries(limits)
    .filter((entry): entry is [keyof Limits, number] => entry[1] !== undefined)
    .sort();
}
