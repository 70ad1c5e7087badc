import { assertOwnDomain } from "../../sso/domains.ts";
import { makeDomainPrimary } from "../../tenants/catalog.ts";
import { findTenant, toApiTenant } from "../api-tenant.ts";
import { route } from "../route.ts";
import { DomainAdd, Tenant } from "../schemas/tenants.ts";

const TENANT = "Id, slug or domain of the tenant.";
const DOMAIN = "One of its domains, in Unicode or as DNS has it.";

export const tenantDomainRoutes = [
  route({
    method: "POST",
    url: "/v1/tenants/:tenant/domains",
    tag: "Tenants",
    permission: "domains.manage",
    action: "domain.added",
    summary: "Add a domain to a tenant",
    description:
      "A domain that it has already stays, and becomes the primary one when `isPrimary` says so. Its own people add what it has proven (`sso-domains`), and names below that.",
    params: { tenant: TENANT },
    body: DomainAdd,
    status: 201,
    answer: Tenant,
    handle: async ({ house, params, body, by, principal }) => {
      const { id } = await findTenant(house, params.tenant);
      await assertOwnDomain(house.tenancy.internals.sso.parts, id, body.domain, principal);
      return toApiTenant(await house.tenancy.tenants.as(by).addDomain(id, body));
    },
  }),
  route({
    method: "DELETE",
    url: "/v1/tenants/:tenant/domains/:domain",
    tag: "Tenants",
    permission: "domains.manage",
    action: "domain.removed",
    summary: "Remove a domain from a tenant",
    params: { tenant: TENANT, domain: DOMAIN },
    answer: Tenant,
    handle: async ({ house, params, by }) => {
      const { id } = await findTenant(house, params.tenant);
      return toApiTenant(await house.tenancy.tenants.as(by).removeDomain(id, params.domain));
    },
  }),
  route({
    method: "PUT",
    url: "/v1/tenants/:tenant/domains/:domain/primary",
    tag: "Tenants",
    permission: "domains.manage",
    action: "domain.made_primary",
    summary: "Make a domain the primary one of its tenant",
    params: { tenant: TENANT, domain: DOMAIN },
    answer: Tenant,
    handle: async ({ house, params, by }) => {
      const { id } = await findTenant(house, params.tenant);
      const { control } = house.tenancy.internals;
      return toApiTenant(await makeDomainPrimary(control, id, params.domain, by));
    },
  }),
];
