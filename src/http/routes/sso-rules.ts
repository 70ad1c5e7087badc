import type { SsoDomain as Domain } from "../../sso/domains.ts";
import { addDomain, proveDomain, readDomains, removeDomain } from "../../sso/domains.ts";
import { changeRules, type SsoRules as Rules, readRules } from "../../sso/rules.ts";
import { findTenant } from "../api-tenant.ts";
import { route } from "../route.ts";
import { SsoDomain, SsoDomainAdd, SsoDomainList, SsoRules, SsoRulesChange } from "../schemas/sso.ts";

const TENANT = "Id, slug or domain of the tenant.";
const DOMAIN = "A domain of mail addresses, as DNS has it.";

export const ssoRuleRoutes = [
  route({
    method: "GET",
    url: "/v1/tenants/:tenant/sso-rules",
    tag: "Single sign-on",
    permission: "sso.read",
    action: "sso_rules.read",
    summary: "Show how members of a tenant sign in",
    params: { tenant: TENANT },
    answer: SsoRules,
    handle: async ({ house, params }) => {
      const { id } = await findTenant(house, params.tenant);
      return toApiRules(await readRules(house.tenancy.internals.control, id));
    },
  }),
  route({
    method: "PATCH",
    url: "/v1/tenants/:tenant/sso-rules",
    tag: "Single sign-on",
    permission: "sso.manage",
    action: "sso.rules_updated",
    summary: "Require SSO, and say what groups of the directory may do",
    description:
      "`groupRoles` replaces the whole table. Requiring SSO needs an active connection and a break-glass owner.",
    params: { tenant: TENANT },
    body: SsoRulesChange,
    answer: SsoRules,
    handle: async ({ house, params, body, by, principal }) => {
      const { id } = await findTenant(house, params.tenant);
      return toApiRules(await changeRules(house.tenancy.internals.sso.parts, id, body, { ...by, principal }));
    },
  }),
  route({
    method: "GET",
    url: "/v1/tenants/:tenant/sso-domains",
    tag: "Single sign-on",
    permission: "sso.read",
    action: "sso_domain.read",
    summary: "List the mail domains of a tenant",
    params: { tenant: TENANT },
    answer: SsoDomainList,
    handle: async ({ house, params }) => {
      const { id } = await findTenant(house, params.tenant);
      return { items: (await readDomains(house.tenancy.internals.sso.parts, id)).map(toApiDomain) };
    },
  }),
  route({
    method: "POST",
    url: "/v1/tenants/:tenant/sso-domains",
    tag: "Single sign-on",
    permission: "sso.manage",
    action: "sso.domain_added",
    summary: "Add a mail domain to a tenant",
    description: "It counts once it is proven. One that is there already stays as it is.",
    params: { tenant: TENANT },
    body: SsoDomainAdd,
    status: 201,
    answer: SsoDomain,
    handle: async ({ house, params, body, by }) => {
      const { id } = await findTenant(house, params.tenant);
      return toApiDomain(await addDomain(house.tenancy.internals.sso.parts, id, body.domain, by));
    },
  }),
  route({
    method: "POST",
    url: "/v1/tenants/:tenant/sso-domains/:domain/prove",
    tag: "Single sign-on",
    permission: "sso.manage",
    action: "sso.domain_proven",
    summary: "Look for the TXT record that proves a mail domain",
    params: { tenant: TENANT, domain: DOMAIN },
    answer: SsoDomain,
    handle: async ({ house, params, by }) => {
      const { id } = await findTenant(house, params.tenant);
      return toApiDomain(await proveDomain(house.tenancy.internals.sso.parts, id, params.domain, by));
    },
  }),
  route({
    method: "DELETE",
    url: "/v1/tenants/:tenant/sso-domains/:domain",
    tag: "Single sign-on",
    permission: "sso.manage",
    action: "sso.domain_removed",
    summary: "Remove a mail domain from a tenant",
    params: { tenant: TENANT, domain: DOMAIN },
    answer: null,
    handle: async ({ house, params, by }) => {
      const { id } = await findTenant(house, params.tenant);
      await removeDomain(house.tenancy.internals.sso.parts, id, params.domain, by);
    },
  }),
];

function toApiDomain(domain: Domain) {
  return {
    ...domain,
    verifiedAt: domain.verifiedAt?.toISOString() ?? null,
    createdAt: domain.createdAt.toISOString(),
  };
}

function toApiRules(rules: Rules) {
  return {
    ...rules,
    defaultRoles: [...rules.defaultRoles],
    groupRoles: rules.groupRoles.map(({ group, roles }) => ({ group, roles: [...roles] })),
  };
}
