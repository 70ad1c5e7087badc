export const ISOLATION_LEVELS = ["table", "schema", "database"] as const;
/** table: shared tables with row-level security; schema: own schema; database: own database. */
export type IsolationLevel = (typeof ISOLATION_LEVELS)[number];

export const TENANT_STATUSES = [
  "provisioning",
  "active",
  "suspended",
  "moving",
  "deleting",
  "erasing",
  "erased",
] as const;
export type TenantStatus = (typeof TENANT_STATUSES)[number];

/**
 * The state machine. deleting: closed, its data kept until the grace period ends (`restore` leads back);
 * erasing: being removed, no way back. A failed provisioning is undone by erasing what it had made.
 */
const TRANSITIONS: Readonly<Record<TenantStatus, readonly TenantStatus[]>> = {
  provisioning: ["active", "erasing"],
  active: ["suspended", "moving", "deleting"],
  suspended: ["active", "deleting"],
  moving: ["active"],
  deleting: ["active", "erasing"],
  erasing: ["erased"],
  erased: [],
};

export function mayBecome(from: TenantStatus, to: TenantStatus): boolean {
  return TRANSITIONS[from].includes(to);
}

/** Requests of the tenant's members are served. While it moves, its old place serves until the cutover. */
export function isServing(status: TenantStatus): boolean {
  return status === "active" || status === "moving";
}

export interface Limits {
  maxApiCallsPerHour?: number;
  maxStorageGb?: number;
  maxConcurrentUsers?: number;
  maxConcurrentRequests?: number;
  maxUsers?: number;
}

export interface Domain {
  readonly domain: string;
  readonly ascii: string;
  readonly isPrimary: boolean;
  readonly createdAt: Date;
}

export interface Placement {
  readonly cell: string;
  readonly level: IsolationLevel;
  readonly database: string;
  readonly schema: string;
  readonly epoch: number;
}

export interface TenantRecord {
  readonly id: string;
  /** Null once erased. */
  readonly slug: string | null;
  readonly name: string;
  readonly status: TenantStatus;
  readonly plan: string;
  readonly region: string;
  /** Those of the plan and those added. */
  readonly features: readonly string[];
  /** Those of the plan, replaced one by one by the tenant's own. */
  readonly limits: Limits;
  readonly placement: Placement;
  readonly domains: readonly Domain[];
  readonly suspension: { readonly reason: string; readonly at: Date } | null;
  readonly deletion: { readonly requestedAt: Date; readonly eraseAfter: Date } | null;
  readonly workflowId: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
