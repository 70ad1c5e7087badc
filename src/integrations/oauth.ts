import { createHash } from "node:crypto";
import { type GuardedFetch, OutboundRefusal } from "../base/guarded-fetch.ts";
import { type ConfiguredProvider, valueAt } from "./providers.ts";

export interface Tokens {
  readonly accessToken: string;
  /** Null: the service gives none, so the connection ends with the access token. */
  readonly refreshToken: string | null;
  readonly scopes: readonly string[];
  readonly expiresAt: Date | null;
}

/** What went wrong at the service; `isFinal` when trying again cannot help. */
export class ServiceRefusal extends Error {
  readonly isFinal: boolean;
  constructor(message: string, isFinal: boolean, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = "ServiceRefusal";
    this.isFinal = isFinal;
  }
}

/** Authorization code with PKCE, S256 (RFC 6749, section 4.1; RFC 7636). */
export function authorizeUrl(
  provider: ConfiguredProvider,
  input: { readonly redirectUri: string; readonly state: string; readonly codeVerifier: string },
): string {
  const url = new URL(provider.authorizeUrl);
  const parameters: Record<string, string> = {
    ...provider.parameters,
    response_type: "code",
    client_id: provider.clientId,
    redirect_uri: input.redirectUri,
    state: input.state,
    code_challenge: createHash("sha256").update(input.codeVerifier).digest("base64url"),
    code_challenge_method: "S256",
    ...(provider.scopes.length > 0 ? { scope: provider.scopes.join(" ") } : {}),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

export function exchangeCode(
  fetch: GuardedFetch,
  provider: ConfiguredProvider,
  input: {
    readonly code: string;
    readonly redirectUri: string;
    readonly codeVerifier: string;
    readonly now: Date;
  },
): Promise<Tokens> {
  const body = {
    grant_type: "authorization_code",
    code: input.code,
    redirect_uri: input.redirectUri,
    code_verifier: input.codeVerifier,
  };
  return askForTokens(fetch, provider, body, input.now, null);
}

/** The old refresh token stays in use when the service sends no new one. */
export function refreshTokens(
  fetch: GuardedFetch,
  provider: ConfiguredProvider,
  refreshToken: string,
  now: Date,
): Promise<Tokens> {
  return askForTokens(
    fetch,
    provider,
    { grant_type: "refresh_token", refresh_token: refreshToken },
    now,
    refreshToken,
  );
}

async function askForTokens(
  fetch: GuardedFetch,
  provider: ConfiguredProvider,
  parameters: Record<string, string>,
  now: Date,
  oldRefreshToken: string | null,
): Promise<Tokens> {
  const { status, body } = await post(fetch, provider, provider.tokenUrl, parameters);
  const accessToken = valueAt(body, "access_token");
  if (status !== 200 || accessToken === undefined) {
    const code = valueAt(body, "error") ?? `status ${status}`;
    // invalid_grant: revoked at the service, or used before (RFC 6749, section 5.2).
    throw new ServiceRefusal(`${provider.name} says ${code.slice(0, 100)}`, code === "invalid_grant");
  }
  const seconds = Number(valueAt(body, "expires_in"));
  return {
    accessToken,
    refreshToken: valueAt(body, "refresh_token") ?? oldRefreshToken,
    scopes: (valueAt(body, "scope") ?? provider.scopes.join(" ")).split(/[ ,]+/).filter(Boolean),
    expiresAt: Number.isFinite(seconds) && seconds > 0 ? new Date(now.getTime() + seconds * 1_000) : null,
  };
}

export async function readAccount(
  fetch: GuardedFetch,
  provider: ConfiguredProvider,
  accessToken: string,
): Promise<{ readonly id: string; readonly name: string }> {
  const headers = { authorization: `${provider.tokenScheme} ${accessToken}`, accept: "application/json" };
  const response = await guarded(provider, () => fetch(provider.profileUrl, { headers }));
  const body: unknown = await response.json().catch(() => null);
  const id = valueAt(body, provider.accountId);
  if (!response.ok || id === undefined)
    throw new ServiceRefusal(`${provider.name} does not say whose account it is`, false);
  return { id: id.slice(0, 200), name: (valueAt(body, provider.accountName) ?? id).slice(0, 200) };
}

/** Ends the tokens at the service, if it can (RFC 7009). Throws ServiceRefusal. */
export async function revokeTokens(
  fetch: GuardedFetch,
  provider: ConfiguredProvider,
  tokens: Pick<Tokens, "accessToken" | "refreshToken">,
): Promise<void> {
  if (provider.revokeUrl === null) return;
  const { status } = await post(fetch, provider, provider.revokeUrl, {
    token: tokens.refreshToken ?? tokens.accessToken,
  });
  // A token that is not valid any more is answered 400 by Google; it is gone, which is what was asked for.
  if (status >= 500) throw new ServiceRefusal(`${provider.name} answered ${status}`, false);
}

async function post(
  fetch: GuardedFetch,
  provider: ConfiguredProvider,
  url: string,
  parameters: Record<string, string>,
) {
  const isBasic = provider.clientAuth === "basic";
  const credentials = `${encodeURIComponent(provider.clientId)}:${encodeURIComponent(provider.clientSecret)}`;
  const body = new URLSearchParams(
    isBasic
      ? parameters
      : { ...parameters, client_id: provider.clientId, client_secret: provider.clientSecret },
  );
  const headers: Record<string, string> = {
    "content-type": "application/x-www-form-urlencoded",
    accept: "application/json",
    ...(isBasic ? { authorization: `Basic ${Buffer.from(credentials).toString("base64")}` } : {}),
  };
  const response = await guarded(provider, () => fetch(url, { method: "POST", headers, body }));
  const answer: unknown = await response.json().catch(() => null);
  return { status: response.status, body: answer };
}

async function guarded(provider: ConfiguredProvider, work: () => Promise<Response>): Promise<Response> {
  try {
    return await work();
  } catch (failure) {
    if (failure instanceof OutboundRefusal)
      throw new ServiceRefusal(`${provider.name}: ${failure.message}`, false, { cause: failure });
    throw failure;
  }
}
