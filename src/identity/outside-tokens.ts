import { createHash } from "node:crypto";
import { createRemoteJWKSet, type JWTPayload, errors as jose, jwtVerify } from "jose";
import { LRUCache } from "lru-cache";
import type { Clock } from "../base/clock.ts";
import { identityError } from "./errors.ts";
import { OUTSIDE_TOKEN_BYTES_MAX, OUTSIDE_TOKENS_MAX } from "./limits.ts";
import type { OutsidePrincipal } from "./principal.ts";

/** One rule: whose claim says so has these roles. */
export interface ClaimRule {
  /** Name of a claim, such as `groups`; `realm_access.roles` goes inside. */
  readonly claim: string;
  /** The claim is this, or is a list that has it. */
  readonly equals: string;
  readonly roles: readonly string[];
}

/** An identity provider of the embedding app's own choice, whose access tokens (RFC 9068 or plain JWT) it accepts. */
export interface OutsideIdp {
  /** `iss`, to the letter. */
  readonly issuer: string;
  /** Ours must be among the token's `aud`. */
  readonly audience: string;
  /** Where its keys are; https, or http on loopback. */
  readonly jwksUrl: string;
  /** Default: RS256, PS256, ES256, EdDSA. Never symmetric ones: a public key is no secret. */
  readonly algorithms?: readonly OutsideAlgorithm[];
  /** The claim that names the tenant by id or slug. A token for another tenant than the request's is no member's. */
  readonly tenantClaim: string;
  /** Which claims give which roles; a token that gets none is nobody's here. */
  readonly roles: readonly ClaimRule[];
  /** For differences between clocks. Default 30. */
  readonly toleranceS?: number;
}

export const OUTSIDE_ALGORITHMS = ["RS256", "PS256", "ES256", "ES384", "EdDSA"] as const;
export type OutsideAlgorithm = (typeof OUTSIDE_ALGORITHMS)[number];
const DEFAULT_ALGORITHMS: readonly OutsideAlgorithm[] = ["RS256", "PS256", "ES256", "EdDSA"];
const JWKS_TIMEOUT_MS = 5_000;
const JWKS_COOLDOWN_MS = 30_000;
const JWKS_AGE_MAX_MS = 600_000;

/**
 * Verifies tokens of an outside identity provider: signature by its published keys with pinned algorithms, `iss`,
 * `aud`, `exp`, `nbf` (RFC 7519, RFC 8725). A verified token is remembered by the SHA-256 of the whole of it until it
 * expires, since a signature costs a hundred times the rest of a request.
 */
export class OutsideTokens {
  readonly #idp: OutsideIdp;
  readonly #clock: Clock;
  readonly #keys: ReturnType<typeof createRemoteJWKSet>;
  readonly #verified = new LRUCache<string, OutsidePrincipal>({ max: OUTSIDE_TOKENS_MAX });

  /** Throws identity.outside_misconfigured, naming the option. */
  constructor(idp: OutsideIdp, clock: Clock) {
    assertIdp(idp);
    this.#idp = idp;
    this.#clock = clock;
    this.#keys = createRemoteJWKSet(new URL(idp.jwksUrl), {
      timeoutDuration: JWKS_TIMEOUT_MS,
      cooldownDuration: JWKS_COOLDOWN_MS,
      cacheMaxAge: JWKS_AGE_MAX_MS,
    });
  }

  /**
   * Whose token it is; undefined for one that proves nothing, whatever its fault.
   *
   * @throws identity.outside_unreachable when the provider's keys cannot be had: nobody is let in by that.
   */
  async verify(token: string): Promise<OutsidePrincipal | undefined> {
    if (token.length > OUTSIDE_TOKEN_BYTES_MAX) return undefined;
    const slot = createHash("sha256").update(token).digest("base64");
    const nowMs = this.#clock.now().getTime();
    const known = this.#verified.get(slot);
    if (known) return known.expiresAt.getTime() > nowMs ? known : undefined;
    const claims = await this.#check(token);
    const principal = claims && toPrincipal(this.#idp, claims);
    if (principal) this.#verified.set(slot, principal);
    return principal;
  }

  async #check(token: string): Promise<JWTPayload | undefined> {
    const { issuer, audience, algorithms = DEFAULT_ALGORITHMS, toleranceS = 30 } = this.#idp;
    try {
      const { payload } = await jwtVerify(token, this.#keys, {
        issuer,
        audience,
        algorithms: [...algorithms],
        clockTolerance: toleranceS,
        currentDate: this.#clock.now(),
        requiredClaims: ["sub", "exp", this.#idp.tenantClaim.split(".", 1)[0] as string],
      });
      return payload;
    } catch (failure) {
      if (isFaultOfToken(failure)) return undefined;
      throw identityError("identity.outside_unreachable", { issuer }, { cause: failure });
    }
  }
}

/** Anything else is about the provider: its address, its answer, the time it took. */
function isFaultOfToken(failure: unknown): boolean {
  return (
    failure instanceof jose.JOSEError &&
    !(failure instanceof jose.JWKSTimeout) &&
    !(failure instanceof jose.JWKSInvalid) &&
    // jose's word for an answer of the key server that is none.
    failure.code !== "ERR_JOSE_GENERIC"
  );
}

function toPrincipal(idp: OutsideIdp, claims: JWTPayload): OutsidePrincipal | undefined {
  const { sub, exp } = claims;
  const tenant = claimAt(claims, idp.tenantClaim);
  if (!sub || exp === undefined || typeof tenant !== "string" || tenant === "") return undefined;
  const roles = new Set(idp.roles.filter((rule) => isMet(rule, claims)).flatMap((rule) => rule.roles));
  if (roles.size === 0) return undefined;
  const authenticatedS = typeof claims["auth_time"] === "number" ? claims["auth_time"] : (claims.iat ?? null);
  const amr = Array.isArray(claims["amr"]) ? claims["amr"].filter((each) => typeof each === "string") : [];
  const text = (value: unknown) => (typeof value === "string" ? value : "");
  return {
    kind: "outside",
    id: `${idp.issuer}#${sub}`,
    actor: `outside:${new URL(idp.issuer).host}/${sub}`,
    name: text(claims["name"]) || text(claims["email"]) || sub,
    tenant,
    roles: [...roles],
    amr,
    authenticatedAt: authenticatedS === null ? null : new Date(authenticatedS * 1000),
    mfaAt: amr.includes("mfa") && authenticatedS !== null ? new Date(authenticatedS * 1000) : null,
    expiresAt: new Date(exp * 1000),
  };
}

function isMet({ claim, equals }: ClaimRule, claims: JWTPayload): boolean {
  const value = claimAt(claims, claim);
  return Array.isArray(value) ? value.includes(equals) : value === equals;
}

/** A claim whose own name has dots (a URL, as Auth0 has them) wins over one inside another. */
function claimAt(claims: JWTPayload, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  let at: unknown = claims;
  for (const part of path.split(".")) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, part)) return undefined;
    at = (at as Record<string, unknown>)[part];
  }
  return at;
}

function assertIdp(idp: OutsideIdp): void {
  const fault = (option: string, expected: string, got: unknown) =>
    identityError("identity.outside_misconfigured", { option, expected, got: JSON.stringify(got) });
  if (!URL.canParse(idp.issuer)) throw fault("issuer", "a URL", idp.issuer);
  if (!URL.canParse(idp.jwksUrl)) throw fault("jwksUrl", "a URL", idp.jwksUrl);
  const { protocol, hostname } = new URL(idp.jwksUrl);
  const isLoopback =
    hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
  if (protocol !== "https:" && !(protocol === "http:" && isLoopback))
    throw fault("jwksUrl", "https, or http on loopback", idp.jwksUrl);
  if (idp.audience.trim() === "") throw fault("audience", "what `aud` must have", idp.audience);
  if (idp.tenantClaim.trim() === "") throw fault("tenantClaim", "the name of a claim", idp.tenantClaim);
  if (idp.roles.length === 0) throw fault("roles", "at least one rule", idp.roles);
  const unknown = (idp.algorithms ?? []).filter((each) => !OUTSIDE_ALGORITHMS.includes(each));
  if (unknown.length > 0) throw fault("algorithms", `some of ${OUTSIDE_ALGORITHMS.join(", ")}`, unknown);
}
