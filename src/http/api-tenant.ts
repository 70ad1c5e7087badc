import type { Static } from "typebox";
import type { AuditEvent as RecordedEvent } from "../audit/record.ts";
import { getTenant } from "../tenants/catalog.ts";
import { tenantError } from "../tenants/errors.ts";
import type { TenantRecord } from "../tenants/tenant.ts";
import type { House } from "./house.ts";
import { NAME_CHARACTERS_MAX } from "./limits.ts";
import type { AuditEvent, Tenant } from "./schemas/tenants.ts";

/** The tenant that a path names by id, slug or domain. What cannot be a name is not found, like one that is not there. */
export async function findTenant(house: House, name: string): Promise<TenantRecord> {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: no name has them, and PostgreSQL takes no NUL
  if (name === "" || name.length > NAME_CHARACTERS_MAX || /[\u0000-\u0020\u007f]/.test(name)) {
    throw tenantError("tenant.not_found", { tenant: name });
  }
  return getTenant(house.tenancy.internals.control, name);
}

export function toApiTenant(tenant: TenantRecord): Static<typeof Tenant> {
  const { placement, suspension, deletion } = tenant;
  return {
    id: tenant.id,
    slug: tenant.slug ?? "", // null once erased, and an erased one is not found
    name: tenant.name,
    status: tenant.status,
    plan: tenant.plan,
    level: placement.level,
    region: tenant.region,
    cell: placement.cell,
    epoch: placement.epoch,
    place: { database: placement.database, schema: placement.schema },
    domains: tenant.domains.map((domain) => ({ ...domain, createdAt: domain.createdAt.toISOString() })),
    features: [...tenant.features],
    limits: tenant.limits,
    createdAt: tenant.createdAt.toISOString(),
    updatedAt: tenant.updatedAt.toISOString(),
    suspension: suspension && { reason: suspension.reason, at: suspension.at.toISOString() },
    deletion: deletion && {
      requestedAt: deletion.requestedAt.toISOString(),
      eraseAfter: deletion.eraseAfter.toISOString(),
    },
    workflowId: tenant.workflowId,
  };
}

export function toApiEvent(event: RecordedEvent): Static<typeof AuditEvent> {
  return { ...event, at: event.at.toISOString() };
}
