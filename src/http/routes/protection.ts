import { maybe } from "../../db/sql.ts";
import { inspectWalls } from "../../isolation/walls.ts";
import { findTenant } from "../api-tenant.ts";
import { route } from "../route.ts";
import { Protection } from "../schemas/fleet.ts";
import { findLastProof } from "../store.ts";

/** In these states the tenant has no whole place whose walls could be looked at. */
const WITHOUT_PLACE = new Set(["provisioning", "erasing", "erased"]);

export const protectionRoutes = [
  route({
    method: "GET",
    url: "/v1/tenants/:tenant/protection",
    tag: "Isolation",
    action: null,
    summary: "Show what keeps a tenant apart, each wall looked at now",
    params: { tenant: "Id, slug or domain of the tenant." },
    answer: Protection,
    handle: async ({ house, params }) => {
      const { parts } = house.tenancy.internals;
      const tenant = await findTenant(house, params.tenant);
      const walls = WITHOUT_PLACE.has(tenant.status) ? [] : await inspectWalls(parts, tenant);
      const last = await maybe(parts.control, findLastProof, [tenant.id]);
      return {
        tenantId: tenant.id,
        level: tenant.placement.level,
        walls: walls.map(({ key, holds, detail }) => ({ key, holds, detail })),
        lastProofId: last?.id ?? null,
      };
    },
  }),
];
