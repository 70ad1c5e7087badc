import type pg from "pg";
import { countTenantRules, eraseTenantAccess } from "../access/erase.ts";
import type { Identity } from "../identity/identity.ts";
import type { Integrations } from "../integrations/integrations.ts";
import type { LifecycleParts } from "../lifecycle/parts.ts";
import { countReviewRemnants, eraseTenantReviews } from "../reviews/decide.ts";
import type { Scim } from "../scim/scim.ts";
import type { Sso } from "../sso/sso.ts";
import type { Streams } from "../streams/streams.ts";
import { countVaultRemnants, eraseTenantVaults } from "../vaults/erase.ts";
import { countSupportRemnants, eraseTenantSupport } from "../visits/visits.ts";

interface Keepers {
  readonly control: pg.Pool;
  readonly identity: Identity;
  readonly integrations: Integrations;
  readonly scim: Scim;
  readonly sso: Sso;
  readonly streams: Streams;
}

/** What the control database keeps about a tenant's people and rules, as the erasure sees it. */
export function tenantRemnants(keepers: Keepers): LifecycleParts["identity"] {
  const { control, identity, integrations, scim, sso, streams } = keepers;
  return {
    erase: async (tenantId) => {
      await identity.eraseTenant(tenantId);
      await eraseTenantAccess(control, tenantId);
      await eraseTenantSupport(control, tenantId);
      await eraseTenantReviews(control, tenantId);
      await integrations.eraseTenant(tenantId);
      await streams.eraseTenant(tenantId);
      await scim.eraseTenant(tenantId);
      await sso.eraseTenant(tenantId);
      await eraseTenantVaults(control, tenantId);
    },
    count: async (tenantId) => {
      const counts = [
        await identity.countTenant(tenantId),
        await countTenantRules(control, tenantId),
        await countSupportRemnants(control, tenantId),
        await countReviewRemnants(control, tenantId),
        await integrations.countTenant(tenantId),
        await streams.countTenant(tenantId),
        await scim.countTenant(tenantId),
        await sso.countTenant(tenantId),
        await countVaultRemnants(control, tenantId),
      ];
      return counts.reduce((sum, count) => sum + count, 0);
    },
  };
}
