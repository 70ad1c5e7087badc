import { LRUCache } from "lru-cache";
import * as client from "openid-client";
import type { Clock } from "../../base/clock.ts";
import { type GuardedFetch, OutboundRefusal } from "../../base/guarded-fetch.ts";

/** How a tenant's OpenID provider knows us. */
export interface OidcSettings {
  readonly issuer: string;
  readonly clientId: string;
  /** Null: a public client, PKCE alone. */
  readonly clientSecret: string | null;
  readonly clientAuth: "client_secret_basic" | "client_secret_post" | "none";
  readonly scopes: readonly string[];
}

export interface OidcStart {
  /** Where the browser goes. */
  readonly url: string;
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

export interface OidcIdentity {
  readonly issuer: string;
  readonly subject: string;
  /** Of the ID token, completed from the userinfo endpoint when it has no email. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** Null: the provider does not say. */
  readonly authenticatedAt: Date | null;
  readonly amr: readonly string[];
  readonly acr: string | null;
}

/** Why a sign-in by OpenID Connect failed; the message may be shown to the tenant's admin. */
export class OidcRefusal extends Error {
  readonly fault: "discovery" | "answer" | "provider" | "outbound";
  constructor(fault: OidcRefusal["fault"], message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = "OidcRefusal";
    this.fault = fault;
  }
}

const DISCOVERIES_MAX = 1_000;
/** Providers rotate keys within hours; a key that is not known is looked for at once anyway. */
const DISCOVERY_LIFETIME_MS = 15 * 60_000;
const TIMEOUT_S = 10;

/**
 * The relying party for all tenants: authorization code with PKCE (RFC 7636), state, nonce, issuer of the answer
 * (RFC 9207), ID token signature by the provider's keys. Whatever it fetches goes through the guard.
 */
export class RelyingParty {
  readonly #fetch: GuardedFetch;
  readonly #clock: Clock;
  readonly #known = new LRUCache<string, Promise<client.Configuration>>({
    max: DISCOVERIES_MAX,
    ttl: DISCOVERY_LIFETIME_MS,
  });

  constructor(parts: { readonly fetch: GuardedFetch; readonly clock: Clock }) {
    this.#fetch = parts.fetch;
    this.#clock = parts.clock;
  }

  /** What the provider publishes about itself, freshly read. Throws OidcRefusal. */
  async discover(settings: OidcSettings): Promise<client.ServerMetadata> {
    this.#known.delete(keyOf(settings));
    return (await this.#configuration(settings)).serverMetadata();
  }

  /** Throws OidcRefusal. */
  async start(
    settings: OidcSettings,
    ask: { redirectUri: string; loginHint: string | null; isForced: boolean; maxAgeS: number | null },
  ): Promise<OidcStart> {
    const configuration = await this.#configuration(settings);
    const state = client.randomState();
    const nonce = client.randomNonce();
    const codeVerifier = client.randomPKCECodeVerifier();
    const url = client.buildAuthorizationUrl(configuration, {
      redirect_uri: ask.redirectUri,
      scope: scopeOf(settings),
      state,
      nonce,
      code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: "S256",
      ...(ask.loginHint === null ? {} : { login_hint: ask.loginHint }),
      ...(ask.isForced ? { prompt: "login" } : {}),
      ...(ask.maxAgeS === null ? {} : { max_age: String(ask.maxAgeS) }),
    });
    return { url: url.href, state, nonce, codeVerifier };
  }

  /**
   * @param answer the redirect URI with the query that the provider added
   * @throws OidcRefusal
   */
  async finish(
    settings: OidcSettings,
    answer: URL,
    expected: { state: string; nonce: string; codeVerifier: string; maxAgeS: number | null },
  ): Promise<OidcIdentity> {
    const configuration = await this.#configuration(settings);
    try {
      const tokens = await client.authorizationCodeGrant(configuration, answer, {
        expectedState: expected.state,
        expectedNonce: expected.nonce,
        pkceCodeVerifier: expected.codeVerifier,
        idTokenExpected: true,
        ...(expected.maxAgeS === null ? {} : { maxAge: expected.maxAgeS }),
      });
      const token = tokens.claims();
      if (!token) throw new OidcRefusal("answer", "The provider sent no ID token.");
      const claims = await this.#withUserinfo(configuration, tokens.access_token, token);
      return {
        issuer: token.iss,
        subject: token.sub,
        claims,
        authenticatedAt: token.auth_time === undefined ? null : new Date(token.auth_time * 1_000),
        amr: Array.isArray(token["amr"]) ? token["amr"].filter((each) => typeof each === "string") : [],
        acr: typeof token["acr"] === "string" ? token["acr"] : null,
      };
    } catch (failure) {
      throw asRefusal(failure, "answer");
    }
  }

  async #withUserinfo(
    configuration: client.Configuration,
    accessToken: string,
    token: client.IDToken,
  ): Promise<Record<string, unknown>> {
    if (typeof token["email"] === "string" || !configuration.serverMetadata().userinfo_endpoint)
      return { ...token };
    return { ...(await client.fetchUserInfo(configuration, accessToken, token.sub)), ...token };
  }

  async #configuration(settings: OidcSettings): Promise<client.Configuration> {
    const key = keyOf(settings);
    let found = this.#known.get(key);
    if (!found) {
      found = this.#discover(settings);
      this.#known.set(key, found);
      // A failure is not remembered: the provider may be back in a second.
      found.catch(() => this.#known.delete(key));
    }
    return found;
  }

  async #discover(settings: OidcSettings): Promise<client.Configuration> {
    const { issuer, clientId, clientSecret, clientAuth } = settings;
    const isPlain = issuer.startsWith("http://");
    try {
      // Our clock may be turned by tests; the library reads the machine's.
      const skewS = Math.round((this.#clock.now().getTime() - Date.now()) / 1_000);
      const metadata = { [client.clockSkew]: skewS, [client.clockTolerance]: 120 };
      const secret = clientSecret ?? "";
      const auth = {
        client_secret_basic: () => client.ClientSecretBasic(secret),
        client_secret_post: () => client.ClientSecretPost(secret),
        none: () => client.None(),
      }[clientAuth]();
      return await client.discovery(new URL(issuer), clientId, metadata, auth, {
        timeout: TIMEOUT_S,
        [client.customFetch]: (url, options) => this.#fetch(url, toRequest(options)),
        execute: [client.enableNonRepudiationChecks, ...(isPlain ? [client.allowInsecureRequests] : [])],
      });
    } catch (failure) {
      throw asRefusal(failure, "discovery");
    }
  }
}

function toRequest(options: client.CustomFetchOptions) {
  const { method, headers, body, redirect, signal } = options;
  return {
    method,
    headers: Object.fromEntries(Object.entries(headers)),
    // The library sends forms only.
    body: body as string | URLSearchParams | null,
    redirect,
    signal,
  };
}

function scopeOf({ scopes }: OidcSettings): string {
  return [...new Set(["openid", ...scopes])].join(" ");
}

function keyOf(settings: OidcSettings): string {
  return JSON.stringify(settings);
}

/** The library's words without its objects: those hold codes and tokens. */
function asRefusal(failure: unknown, fault: "discovery" | "answer"): OidcRefusal {
  if (failure instanceof OidcRefusal) return failure;
  for (let cause: unknown = failure; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof OutboundRefusal)
      return new OidcRefusal("outbound", cause.message, { cause: failure });
  }
  if (failure instanceof client.AuthorizationResponseError || failure instanceof client.ResponseBodyError) {
    const said = [failure.error, failure.error_description].filter(Boolean).join(": ").slice(0, 300);
    return new OidcRefusal("provider", `the provider says ${said}`, { cause: failure });
  }
  if (failure instanceof client.WWWAuthenticateChallengeError) {
    return new OidcRefusal("provider", "the provider does not accept the client id with this secret", {
      cause: failure,
    });
  }
  const words: string[] = [];
  for (let cause: unknown = failure; cause instanceof Error; cause = cause.cause) words.push(cause.message);
  return new OidcRefusal(fault, words.join(": ").slice(0, 300), { cause: failure });
}
