import type { FastifyReply, FastifyRequest } from "fastify";
import { accessError } from "../access/errors.ts";
import type { Decision, Facts, Subject } from "../access/ports.ts";
import { recordEvent } from "../audit/record.ts";
import { isUuid } from "../base/ids.ts";
import { withTx } from "../db/tx.ts";
import { authorise, type GateParts, type Verdict } from "../gate/authorise.ts";
import { hourly } from "../gate/gcra.ts";
import { identityError } from "../identity/errors.ts";
import { actingAs, type Principal } from "../identity/principal.ts";
import { tenantError } from "../tenants/errors.ts";
import { findTenant } from "./api-tenant.ts";
import { pace } from "./authenticate.ts";
import { httpError } from "./errors.ts";
import type { House } from "./house.ts";
import { CALLS } from "./limits.ts";
import { RateLimit, rateLimitHeaders } from "./rate-limit.ts";
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
  // The rate is each tenant's own.
  const ofTenants = new RateLimit(CALLS, house.clock);
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
    const verdict = await authorise(partsOf(house), {
      principal,
      permission,
      tenantId,
      facts: factsOf(house, request, principal),
    });
    // Foreign tenants are not told apart from none by their rates either.
    // What support does is not the tenant's own use.
    if (isOfTenant && principal.kind !== "operator" && tenantId !== null && verdict.kind !== "hidden") {
      await paceTenant(house, ofTenants, { request, reply }, tenantId);
    }
    if (verdict.kind === "admitted") request.subject = verdict.subject;
    else await refuse(house, request, verdict, tenantId);
  };
}

/** Calls of a tenant's members and keys together, as many an hour as its plan, or the platform, allows. */
async function paceTenant(
  house: House,
  rates: RateLimit,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
  tenantId: string,
): Promise<void> {
  const { callsPerHour } = await house.access.book.rules(tenantId);
  const limit = callsPerHour ?? house.tenancy.config.limits.maxApiCallsPerHour;
  if (limit === undefined) return;
  const rate = hourly(Math.max(1, limit));
  const take = rates.spend(tenantId, rate);
  reply.headers(rateLimitHeaders([...request.told, { name: "tenant", rate, take }]));
  pace(take.waitS, reply);
}

export function partsOf({ access, tenancy }: House): GateParts {
  const { identity, executor, sso } = tenancy.internals;
  return {
    access,
    memberships: identity.memberships,
    assertServing: async (tenantId, principal) => {
      await executor.directory.get(tenantId);
      if (principal?.kind === "user") await sso.assertStanding(tenantId, principal);
    },
  };
}

export function factsOf(house: House, request: FastifyRequest, principal: Principal): Facts {
  const purpose = request.headers["tenancy-purpose"];
  const isKey = principal.kind === "key";
  return {
    now: house.clock.now(),
    ip: request.ip,
    amr: isKey ? [] : principal.amr,
    mfaAt: isKey ? null : principal.mfaAt,
    ...(typeof purpose === "string" && PURPOSE.test(purpose) ? { purpose } : {}),
  };
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
  if (verdict.kind === "address_refused") {
    await recordDenial(house, request, tenantId, { reason: "address" }, []);
    throw accessError("access.address_refused");
  }
  if (verdict.kind === "mfa_required") {
    await recordDenial(house, request, tenantId, { reason: "mfa" }, []);
    throw identityError("session.mfa_required");
  }
  const { permission } = request.routeOptions.config;
  const { decision } = verdict;
  await recordDenial(house, request, tenantId, { permission, reasons: decision.reasons }, decision.policies);
  throw denial(decision, permission ?? "");
}

function denial({ needs }: Decision, permission: string) {
  if (needs)
    return accessError("access.step_up", { minutes: Math.ceil(needs.maxAgeS / 60), maxAgeS: needs.maxAgeS });
  return accessError("access.denied", { permission });
}

async function recordDenial(
  house: House,
  request: FastifyRequest,
  tenantId: string | null,
  detail: Readonly<Record<string, unknown>>,
  policies: readonly string[],
): Promise<void> {
  const { principal } = request;
  const by = { ...(principal ? actingAs(principal) : { actor: "nobody" }), requestId: request.id };
  const { method, routeOptions } = request;
  const scope = tenantId !== null && isUuid(tenantId) ? tenantId : null;
  await withTx(house.tenancy.internals.control, (tx) =>
    recordEvent(
      tx,
      by,
      "access.denied",
      scope,
      { method, route: routeOptions.url, ...detail },
      {
        outcome: "denied",
        policies,
      },
    ),
  );
}
