import type { TenantRecord } from "../tenants/tenant.ts";
import type { Output } from "./output.ts";

/** Exact to the minute, in UTC. */
export function at(time: Date): string {
  return `${time.toISOString().slice(0, 16).replace("T", " ")}Z`;
}

export function tenantFacts(out: Output, tenant: TenantRecord): string {
  const { placement, suspension, deletion } = tenant;
  const limits = Object.entries(tenant.limits).map(([key, value]) => `${key} ${value.toLocaleString("en")}`);
  const facts: (readonly [string, string])[] = [
    ["Id", tenant.id],
    ["Slug", tenant.slug ?? "(erased)"],
    ["Name", tenant.name],
    ["Status", tenant.status],
    ["Plan", tenant.plan],
    [
      "Isolation",
      `${placement.level} (database ${placement.database}, schema ${placement.schema}, epoch ${placement.epoch})`,
    ],
    ["Cell", `${placement.cell} (region ${tenant.region})`],
    [
      "Domains",
      tenant.domains.map((d) => (d.isPrimary ? d.domain : `${d.domain} (further)`)).join("\n") || "none",
    ],
    ["Features", tenant.features.join(", ") || "none"],
    ["Limits", limits.join("\n") || "none"],
    ["Created", at(tenant.createdAt)],
    ["Updated", at(tenant.updatedAt)],
  ];
  if (suspension) facts.push(["Suspended", `${at(suspension.at)}: ${suspension.reason}`]);
  if (deletion)
    facts.push([
      "Deletion",
      `asked for ${at(deletion.requestedAt)}, erased after ${at(deletion.eraseAfter)}`,
    ]);
  if (tenant.workflowId) facts.push(["Workflow", tenant.workflowId]);
  return out.facts(facts);
}

const UNITS = ["B", "kB", "MB", "GB", "TB"] as const;

/** `12.3 MB`, by thousands. */
export function bytes(count: number): string {
  let value = count;
  let unit = 0;
  while (value >= 1_000 && unit < UNITS.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}
