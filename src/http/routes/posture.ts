import type { Static } from "typebox";
import { type Finding, readPlatformPosture, readTenantPosture } from "../../compliance/posture.ts";
import { CHECKS } from "../../compliance/posture-checks.ts";
import { findTenant } from "../api-tenant.ts";
import type { House } from "../house.ts";
import { route } from "../route.ts";
import { Posture } from "../schemas/posture.ts";

export const postureRoutes = [
  route({
    method: "GET",
    url: "/v1/posture",
    tag: "Access",
    permission: "incidents.read",
    action: "posture.read",
    summary:
      "Show how safely the platform stands: findings from its state, what each means and how it is cured",
    answer: Posture,
    handle: async ({ house }) => toApi(await readPlatformPosture(partsOf(house))),
  }),
  route({
    method: "GET",
    url: "/v1/tenants/:tenant/posture",
    tag: "Access",
    permission: "security.read",
    action: "posture.read",
    summary: "Show how safely a tenant stands: findings from its state, what each means and how it is cured",
    params: { tenant: "Id, slug or domain of the tenant." },
    answer: Posture,
    handle: async ({ house, params }) => {
      const { id } = await findTenant(house, params.tenant);
      return toApi(await readTenantPosture(partsOf(house), id));
    },
  }),
];

function partsOf({ tenancy, clock }: House) {
  const { keyRotationDays } = tenancy.config.security;
  return { pool: tenancy.internals.control, now: clock.now(), keyRotationDays };
}

function toApi(findings: readonly Finding[]): Static<typeof Posture> {
  return {
    items: findings.map(({ at, ...finding }) => ({
      ...finding,
      ...CHECKS[finding.check],
      at: at?.toISOString() ?? null,
    })),
  };
}
