import type { FastifyReply, FastifyRequest } from "fastify";
import { accessError } from "../access/errors.ts";
import { type Permission, permissionNames, scopeOf } from "../access/permissions.ts";
import type { Decision, Facts, Subject } from "../access/ports.ts";
import { isUuid } from "../base/ids.ts";
import { askedOf } from "../gate/asked.ts";
import { authorise, type GateParts, type Verdict } from "../gate/authorise.ts";
import { recordDenial } from "../gate/denial.ts";
import { factsOf as factsAtDoor } from "../gate/door.ts";
import { type Allowance, allowanceOf, enterWays, onceEnded, pacePeople, paceTenant } from "../gate/pace.ts";
import { identityError } from "../identity/errors.ts";
import type { Principal } from "../identity/principal.ts";
import { tenantError } from "../tenants/errors.ts";
import { findTenant } from "./api-tenant.ts";
import { actorOf } from "./audit-trail.ts";
import { httpError } from "./errors.ts";
import type { House } from "./house.ts";
import type { Guard } from "./route.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Who the principal is where the request leads; null where that does not matter. */
    subject: Subject | null;
  }
  interface FastifyContextConfig {
    /** What the route asks for. */
    permission?: Guard;
  }
}

const PURPOSE = /^[\x20-\x7e]{1,100}$/;

/** The hook after authentication: may they, here, now. What has a route and asks for nothing is refused. */
export function authoriser(house: House) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const { permission, isPublic } = request.routeOptions.config;
    const { principal } = request;
    if (isPublic || request.is404 || !principal) return;
    if (permission === undefined || permission === "anyone")
      throw new Error(`${request.url} asks for no permission.`);
    const named = (request.params as { tenant?: string }).tenant; // parameters of a path are text
    const isOfTenant =
      principal.kind === "user" ||
      (principal.kind === "operator" ? principal.visit !== undefined : principal.tenantId !== null);
    // For staff the handler tells whether the tenant is there; what they may does not depend on it.
    const tenantId = named === undefined ? null : isOfTenant ? await tenantIdOf(house, named) : named;
    const facts = factsOf(house, request, principal);
    const verdict = await authorise(partsOf(house), { principal, permission, tenantId, facts });
    if ("subject" in verdict && verdict.subject) {
      const asked = askedOf(verdict.subject, permission, facts);
      if (asked) request.audited.asked = asked;
    }
    // Foreign tenants are not told apart from none by their rates either.
    // What support does is not the tenant's own use.
    const isUse =
      isOfTenant && principal.kind !== "operator" && tenantId !== null && verdict.kind !== "hidden";
    const tenant = isUse
      ? { id: tenantId, ...(await allowanceOf(house.access.book, house.tenancy.config.limits, tenantId)) }
      : null;
    await limit(house, request, reply, tenant);
    if (verdict.kind === "admitted") request.subject = verdict.subject;
    else await refuse(house, request, verdict, tenantId);
  };
}

async function limit(
  house: House,
  request: FastifyRequest,
  reply: FastifyReply,
  tenant: (Allowance & { readonly id: string }) | null,
): Promise<void> {
  const { limits } = house.tenancy.internals;
  const { told, principal } = request;
  if (!principal) return;
  const tell = (headers: Readonly<Record<string, string>>) => void reply.headers(headers);
  if (tenant && principal.kind === "user") await pacePeople(limits, tenant.id, told, tell);
  else if (tenant) await paceTenant(limits, tenant.id, tenant, told, tell);
  onceEnded(reply.raw, await enterWays(limits, principal.actor, tenant, tell));
}

export function partsOf({ access, tenancy }: House): GateParts {
  const { identity, executor, sso } = tenancy.internals;
  return {
    access,
    memberships: identity.memberships,
    isOperatorMfaRequired: tenancy.config.security.operatorMfaRequired,
    assertServing: async (tenantId, principal) => {
      await executor.directory.get(tenantId);
      if (principal?.kind === "user") await sso.assertStanding(tenantId, principal);
    },
  };
}

export function factsOf(house: House, request: FastifyRequest, principal: Principal): Facts {
  const purpose = request.headers["tenancy-purpose"];
  return {
    ...factsAtDoor(house, principal, request),
    ...(typeof purpose === "string" && PURPOSE.test(purpose) ? { purpose } : {}),
  };
}

/** What somebody may do on the platform as a whole, asked as each request asks. */
export async function permissionsOnPlatform(
  house: House,
  request: FastifyRequest,
  principal: Principal,
): Promise<readonly Permission[]> {
  const errand = { principal, tenantId: null, facts: factsOf(house, request, principal) };
  const held: Permission[] = [];
  for (const permission of permissionNames.filter((name) => scopeOf(name) === "platform")) {
    const { kind } = await authorise(partsOf(house), { ...errand, permission });
    if (kind === "admitted") held.push(permission);
  }
  return held;
}

async function tenantIdOf(house: House, name: string): Promise<string> {
  return isUuid(name) ? name : (await findTenant(house, name)).id;
}

async function refuse(
  house: House,
  request: FastifyRequest,
  verdict: Exclude<Verdict, { kind: "admitted" }>,
  tenantId: string | null,
): Promise<never> {
  if (verdict.kind === "hidden") {
    // To them a foreign tenant is one that is not there, and the platform's own routes are not there either.
    throw tenantId === null
      ? httpError("request.no_route")
      : tenantError("tenant.not_found", { tenant: tenantId });
  }
  const { permission } = request.routeOptions.config;
  const isStaff = request.principal?.kind === "operator";
  const failure = refusalOf(verdict, permission ?? "", isStaff);
  const { reasons, policies = [] } = verdict.kind === "denied" ? verdict.decision : {};
  await recordDenial(house.tenancy.internals.control, {
    by: actorOf(request),
    tenantId: tenantId !== null && isUuid(tenantId) ? tenantId : null,
    method: request.method,
    route: request.routeOptions.url ?? "",
    code: failure.code,
    permission,
    reasons,
    policies,
  });
  throw failure;
}

function refusalOf(
  verdict: Exclude<Verdict, { kind: "admitted" | "hidden" }>,
  permission: string,
  isStaff: boolean,
) {
  switch (verdict.kind) {
    case "address_refused":
      return accessError("access.address_refused");
    case "mfa_required":
      return identityError(isStaff ? "session.staff_mfa_required" : "session.mfa_required");
    case "denied":
      return denial(verdict.decision, permission);
    default:
      return verdict satisfies never;
  }
}

function denial({ needs }: Decision, permission: string) {
  if (needs)
    return accessError("access.step_up", { minutes: Math.ceil(needs.maxAgeS / 60), maxAgeS: needs.maxAgeS });
  return accessError("access.denied", { permission });
}
