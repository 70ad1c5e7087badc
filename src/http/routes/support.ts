import type { Principal } from "../../identity/principal.ts";
import { supportError } from "../../visits/errors.ts";
import { changeConsent, readConsent } from "../../visits/settings.ts";
import type { StandingConsent, Visit } from "../../visits/visit.ts";
import { decideVisit, endVisit, readVisits, requestVisit, type SupportParts } from "../../visits/visits.ts";
import { findTenant } from "../api-tenant.ts";
import type { House } from "../house.ts";
import { route } from "../route.ts";
import {
  SupportSettings,
  SupportVisit,
  SupportVisitList,
  SupportVisitQuery,
  SupportVisitRequest,
} from "../schemas/support.ts";

const TENANT = "Id, slug or domain of the tenant.";
const VISIT = "Id of the visit.";

export const supportRoutes = [
  route({
    method: "GET",
    url: "/v1/support-visits",
    tag: "Support",
    permission: "impersonation.start",
    action: "support.read",
    summary: "List support visits in all tenants, newest first",
    query: SupportVisitQuery,
    answer: SupportVisitList,
    handle: async ({ house, query, principal }) => {
      const filter = query.mine ? { operatorId: principal.id } : {};
      return { items: (await readVisits(partsOf(house), filter)).map(toApiVisit) };
    },
  }),
  route({
    method: "POST",
    url: "/v1/support-visits",
    tag: "Support",
    permission: "impersonation.start",
    action: "support.requested",
    summary: "Ask to act in a tenant",
    description:
      "Nothing is open before a member of the tenant consents, or its standing consent covers it. Then send `Tenancy-Support: <id>` with each request: it acts in that tenant alone, and both identities stand in the audit log.",
    body: SupportVisitRequest,
    status: 201,
    answer: SupportVisit,
    handle: async ({ house, body, by, principal }) => {
      if (principal.kind !== "operator") throw supportError("support.operators_only");
      const { tenant: name, scope = "read", ...rest } = body;
      const { id, name: tenantName, slug } = await findTenant(house, name);
      const { traits } = await house.access.book.rules(id);
      const tenant = { id, name: tenantName, slug: slug ?? id, timeZone: traits.timeZone };
      const operator = { id: principal.id, name: principal.name };
      return toApiVisit(await requestVisit(partsOf(house), { tenant, operator, scope, ...rest }, by));
    },
  }),
  route({
    method: "POST",
    url: "/v1/support-visits/:visit/end",
    tag: "Support",
    permission: "impersonation.start",
    action: "support.ended",
    summary: "End your own visit, or take your request back",
    params: { visit: VISIT },
    answer: SupportVisit,
    handle: async ({ house, params, by, principal }) => {
      const input = { tenantId: null, operatorId: principal.id, id: params.visit };
      return toApiVisit(await endVisit(partsOf(house), input, by));
    },
  }),
  route({
    method: "GET",
    url: "/v1/tenants/:tenant/support-visits",
    tag: "Support",
    permission: "support.read",
    action: "support.read",
    summary: "List when support asked to act in the tenant, and when it did, newest first",
    params: { tenant: TENANT },
    answer: SupportVisitList,
    handle: async ({ house, params }) => {
      const { id } = await findTenant(house, params.tenant);
      return { items: (await readVisits(partsOf(house), { tenantId: id })).map(toApiVisit) };
    },
  }),
  route({
    method: "POST",
    url: "/v1/tenants/:tenant/support-visits/:visit/consent",
    tag: "Support",
    permission: "support.consent",
    action: "support.consented",
    summary: "Consent to a support visit",
    description: "It begins now. Members alone consent: neither staff nor programs do it for them.",
    params: { tenant: TENANT, visit: VISIT },
    answer: SupportVisit,
    handle: async ({ house, params, by, principal }) => {
      assertMember(principal);
      const { id: tenantId } = await findTenant(house, params.tenant);
      const input = { tenantId, id: params.visit, isConsent: true };
      return toApiVisit(await decideVisit(partsOf(house), input, by));
    },
  }),
  route({
    method: "POST",
    url: "/v1/tenants/:tenant/support-visits/:visit/decline",
    tag: "Support",
    permission: "support.consent",
    action: "support.declined",
    summary: "Decline a support visit",
    params: { tenant: TENANT, visit: VISIT },
    answer: SupportVisit,
    handle: async ({ house, params, by, principal }) => {
      assertMember(principal);
      const { id: tenantId } = await findTenant(house, params.tenant);
      const input = { tenantId, id: params.visit, isConsent: false };
      return toApiVisit(await decideVisit(partsOf(house), input, by));
    },
  }),
  route({
    method: "POST",
    url: "/v1/tenants/:tenant/support-visits/:visit/end",
    tag: "Support",
    permission: "support.consent",
    action: "support.ended",
    summary: "End a support visit",
    description: "The next request in it is refused, on every process.",
    params: { tenant: TENANT, visit: VISIT },
    answer: SupportVisit,
    handle: async ({ house, params, by }) => {
      const { id: tenantId } = await findTenant(house, params.tenant);
      return toApiVisit(await endVisit(partsOf(house), { tenantId, id: params.visit }, by));
    },
  }),
  route({
    method: "GET",
    url: "/v1/tenants/:tenant/support-settings",
    tag: "Support",
    permission: "support.read",
    action: "support.read",
    summary: "Show the standing consent to support",
    params: { tenant: TENANT },
    answer: SupportSettings,
    handle: async ({ house, params }) => {
      const { id } = await findTenant(house, params.tenant);
      return { standingConsent: toApiConsent(await readConsent(partsOf(house), id)) };
    },
  }),
  route({
    method: "PUT",
    url: "/v1/tenants/:tenant/support-settings",
    tag: "Support",
    permission: "support.consent",
    action: "support.settings_changed",
    summary: "Give a standing consent to support, change it, or take it back",
    description: "Visits that the standing consent alone carries end with any change.",
    params: { tenant: TENANT },
    body: SupportSettings,
    answer: SupportSettings,
    handle: async ({ house, params, body, by, principal }) => {
      assertMember(principal);
      const { id } = await findTenant(house, params.tenant);
      const given = body.standingConsent;
      const consent = given && { ...given, until: given.until === null ? null : new Date(given.until) };
      await changeConsent(partsOf(house), id, consent, by);
      return { standingConsent: toApiConsent(await readConsent(partsOf(house), id)) };
    },
  }),
];

function partsOf(house: House): SupportParts {
  const { pool, clock, mail, site } = house.identity;
  return { pool, clock, mail, site };
}

function assertMember(principal: Principal): void {
  if (principal.kind !== "user") throw supportError("support.members_only");
}

function toApiVisit(visit: Visit) {
  return {
    ...visit,
    requestedAt: visit.requestedAt.toISOString(),
    decidedAt: visit.decidedAt?.toISOString() ?? null,
    endsAt: visit.endsAt?.toISOString() ?? null,
    endedAt: visit.endedAt?.toISOString() ?? null,
  };
}

function toApiConsent(consent: StandingConsent | null) {
  if (!consent) return null;
  const { scope, durationMinutesMax, days, from, to, until } = consent;
  return { scope, durationMinutesMax, days: [...days], from, to, until: until?.toISOString() ?? null };
}
