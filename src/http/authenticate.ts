import type { FastifyReply, FastifyRequest } from "fastify";
import { readKey, readSessionCookie, refuseCrossSite, VISIT_HEADER } from "../gate/credential.ts";
import { paceCredential, type Told } from "../gate/pace.ts";
import { identityError } from "../identity/errors.ts";
import type { Principal } from "../identity/principal.ts";
import { enterVisit } from "../visits/visits.ts";
import { isConsolePath } from "./console-files.ts";
import type { House } from "./house.ts";
import { SIGN_INS, WRONG_CREDENTIALS } from "./limits.ts";
import { RateLimit } from "./rate-limit.ts";

declare module "fastify" {
  interface FastifyRequest {
    principal: Principal | null;
    /** Rates that the request counted against. */
    told: readonly Told[];
    /** Tells less than `isHttps`: the browser has not been asked. */
    isByHttps: boolean;
  }
  interface FastifyContextConfig {
    /** Answers without a credential. Absent means closed. */
    isPublic?: boolean;
    isSignIn?: boolean;
    /** Is about the person who is signed in: users may call it, whatever tenants they are in. */
    isPersonal?: boolean;
  }
}

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

/** The first hook of every request: who is it, may the browser send this, and not too fast. */
export function authenticator(house: House) {
  const { limits } = house.tenancy.internals;
  const signIns = new RateLimit(SIGN_INS, house.clock);
  const wrong = new RateLimit(WRONG_CREDENTIALS, house.clock);
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const { isPublic, isSignIn } = request.routeOptions.config;
    if (isSignIn) {
      refuseCrossSite(request.headers, false);
      signIns.take(request.ip);
    }
    // What has no route is the console's page, or not found; below /v1 one needs a credential to be told so.
    if (isPublic || (request.is404 && isConsolePath(request))) return;
    const isBearer = request.headers.authorization !== undefined;
    const principal = await (isBearer ? byKey(house, request) : bySession(house, request));
    if (!principal) {
      if (isBearer || request.headers.cookie !== undefined) wrong.take(request.ip);
      throw identityError("session.required");
    }
    if (!isBearer && !SAFE_METHODS.has(request.method)) refuseCrossSite(request.headers, true);
    request.told = [await paceCredential(limits, principal.actor, (headers) => void reply.headers(headers))];
    const visit = request.headers[VISIT_HEADER];
    request.principal =
      visit === undefined ? principal : await inVisit(house, principal, String(visit), request);
  };
}

/** Whoever says that they act in a visit acts in it, or not at all; what is refused is told of who they are. */
async function inVisit(house: House, principal: Principal, visit: string, request: FastifyRequest) {
  request.principal = principal;
  return enterVisit({ pool: house.identity.pool, clock: house.clock }, principal, visit);
}

async function byKey(house: House, request: FastifyRequest): Promise<Principal | undefined> {
  const key = readKey(request.headers.authorization);
  return key === undefined ? undefined : house.credentials.apiKey(key);
}

async function bySession(house: House, request: FastifyRequest): Promise<Principal | undefined> {
  const token = readSessionCookie(request.headers.cookie, isHttps(request));
  return token ? house.credentials.session(token) : undefined;
}

/** Behind a proxy that ends TLS the connection is plain, but the browser and the configuration know better. */
export function isHttps(request: FastifyRequest): boolean {
  const { origin, host } = request.headers;
  return (
    request.isByHttps || (host !== undefined && origin?.toLowerCase() === `https://${host.toLowerCase()}`)
  );
}
