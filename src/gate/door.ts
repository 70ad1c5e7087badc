import type pg from "pg";
import { deviceOfAgent } from "../access/device.ts";
import { accessError } from "../access/errors.ts";
import type { Permission } from "../access/permissions.ts";
import type { Facts, ResourceRef, Subject } from "../access/ports.ts";
import type { Asked } from "../audit/body.ts";
import type { Clock } from "../base/clock.ts";
import type { Credentials } from "../identity/credentials.ts";
import { identityError } from "../identity/errors.ts";
import type { OutsideTokens } from "../identity/outside-tokens.ts";
import { actingAs, type OutsidePrincipal, type Principal } from "../identity/principal.ts";
import { tenantError } from "../tenants/errors.ts";
import { supportError } from "../visits/errors.ts";
import { enterVisit } from "../visits/visits.ts";
import { askedOf } from "./asked.ts";
import { authorise, authoriseSubject, type GateParts, type Verdict } from "./authorise.ts";
import {
  type Headers,
  isByHttps,
  readBearer,
  readKey,
  readSessionCookie,
  refuseCrossSite,
  VISIT_HEADER,
} from "./credential.ts";

export type Visitor = Principal | OutsidePrincipal;

/** A request as every framework has it. */
export interface Knock {
  readonly method: string;
  readonly headers: Headers;
  /** Of the client, as the framework's trusted proxies tell it; undefined: not known. */
  readonly ip: string | undefined;
  /** `https` or `http`, as the framework's trusted proxies tell it. Default: http. */
  readonly protocol?: string;
}

export interface DoorParts extends GateParts {
  readonly credentials: Credentials;
  readonly pool: pg.Pool;
  readonly clock: Clock;
  /** Where browsers reach the platform, as configured. */
  readonly publicUrl: string | undefined;
  /** Tokens of the app's own identity provider; null: none. */
  readonly outside: OutsideTokens | null;
  /** The tenant that an outside token names, by id or slug. */
  readonly tenantIdOf: (name: string) => Promise<string | undefined>;
}

export interface Admission {
  readonly principal: Visitor;
  readonly subject: Subject;
  /** What the policies were asked, for the record of the request. */
  readonly asked?: Asked;
}

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * The gate of an embedding app, in one tenant: whose credential is it, are they somebody there, may they. The tenant
 * comes from the request's address, never from the credential.
 *
 * @throws session.required (401), auth.cross_site (403), tenant.not_found (404: also for members of others),
 *   tenant.suspended, access.address_refused (403), access.denied (403), access.step_up (401)
 */
export async function enter(
  parts: DoorParts,
  knock: Knock,
  errand: {
    readonly tenantId: string;
    readonly permission: Permission | "signed_in";
    readonly resource?: ResourceRef;
  },
): Promise<Admission> {
  const principal = await identify(parts, knock);
  if (!principal) throw identityError("session.required");
  const facts = factsOf(parts, principal, knock);
  const verdict = await judge(parts, principal, facts, errand);
  const subject = "subject" in verdict ? verdict.subject : null;
  const asked = subject ? askedOf(subject, errand.permission, facts, errand.resource) : undefined;
  if (verdict.kind === "admitted" && subject) return { principal, subject, ...(asked ? { asked } : {}) };
  throw refusalOf(verdict, errand, actingAs(principal), principal.kind === "operator", asked);
}

/** Who knocks; undefined without a credential that is valid now. */
export async function identify(parts: DoorParts, knock: Knock): Promise<Visitor | undefined> {
  const { credentials, outside, publicUrl } = parts;
  const { method, headers, protocol = "http" } = knock;
  const { authorization } = headers;
  if (authorization !== undefined) {
    // Sent twice it means two people, so it means nobody.
    const text = typeof authorization === "string" ? authorization : undefined;
    const key = readKey(text);
    if (headers[VISIT_HEADER] !== undefined) throw supportError("support.no_visit");
    if (key !== undefined) return credentials.apiKey(key);
    const token = readBearer(text);
    return token !== undefined && outside ? outside.verify(token) : undefined;
  }
  const host = typeof headers["host"] === "string" ? headers["host"] : undefined;
  const cookie = typeof headers["cookie"] === "string" ? headers["cookie"] : undefined;
  const token = readSessionCookie(cookie, isByHttps({ protocol, host }, publicUrl));
  const principal = token === undefined ? undefined : await credentials.session(token);
  if (principal && !SAFE_METHODS.has(method)) refuseCrossSite(headers, true);
  const visit = headers[VISIT_HEADER];
  return principal && visit !== undefined ? enterVisit(parts, principal, String(visit)) : principal;
}

/** What policies may ask of the request. */
export function factsOf(
  { clock }: Pick<DoorParts, "clock">,
  principal: Visitor,
  { ip, headers }: Pick<Knock, "ip" | "headers">,
): Facts {
  const agent = headers["user-agent"];
  const isKey = principal.kind === "key";
  return {
    now: clock.now(),
    ...(ip === undefined ? {} : { ip }),
    amr: isKey ? [] : principal.amr,
    mfaAt: isKey ? null : principal.mfaAt,
    deviceSince: "deviceSince" in principal ? (principal.deviceSince ?? null) : null,
    device: deviceOfAgent(typeof agent === "string" ? agent : undefined),
  };
}

async function judge(
  parts: DoorParts,
  principal: Visitor,
  facts: Facts,
  errand: Parameters<typeof enter>[2],
): Promise<Verdict> {
  if (principal.kind !== "outside") return authorise(parts, { ...errand, principal, facts });
  const tenantId = await parts.tenantIdOf(principal.tenant);
  if (tenantId !== errand.tenantId) return { kind: "hidden" };
  const subject: Subject = { kind: "user", id: principal.id, roles: principal.roles, scopes: null };
  return authoriseSubject(parts, subject, { ...errand, facts });
}

function refusalOf(
  verdict: Verdict,
  { tenantId, permission }: Parameters<typeof enter>[2],
  by: ReturnType<typeof actingAs>,
  isStaff: boolean,
  asked: Asked | undefined,
) {
  switch (verdict.kind) {
    case "admitted":
    case "hidden":
      return tenantError("tenant.not_found", { tenant: tenantId });
    case "address_refused":
      return accessError("access.address_refused", { ...by });
    case "mfa_required":
      return identityError(isStaff ? "session.staff_mfa_required" : "session.mfa_required", { ...by });
    case "denied": {
      const { needs, policies, reasons } = verdict.decision;
      if (!needs) return accessError("access.denied", { permission, policies, reasons, ...by, asked });
      const { maxAgeS } = needs;
      const minutes = Math.ceil(maxAgeS / 60);
      return accessError("access.step_up", { minutes, maxAgeS, permission, policies, reasons, ...by, asked });
    }
    default:
      return verdict satisfies never;
  }
}
