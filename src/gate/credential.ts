import { parseUrl } from "../base/parse-url.ts";
import { identityError } from "../identity/errors.ts";
import { readCookie } from "./read-cookie.ts";

/** What is read of a request's headers, whatever the framework. */
export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** `__Host-` keeps other hosts of the domain from planting a session; browsers allow it with HTTPS only. */
export const SESSION_COOKIES = { https: "__Host-tenancy_session", http: "tenancy_session" } as const;

/** The support visit that an operator acts in. */
export const VISIT_HEADER = "tenancy-support";

const KEY = /^Bearer (ten_[\w-]{20,100})$/i;
const BEARER = /^Bearer ([\w.~+/=-]{1,16384})$/i;

/** The API key of an Authorization header. */
export function readKey(authorization: string | undefined): string | undefined {
  return KEY.exec(authorization ?? "")?.[1];
}

/** The token of an Authorization header, whatever it is (RFC 6750). */
export function readBearer(authorization: string | undefined): string | undefined {
  return BEARER.exec(authorization ?? "")?.[1];
}

const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

/**
 * Whether a browser reached this platform by HTTPS, as far as it can be told: a proxy that is not trusted may end TLS,
 * but then the configuration says where people come in. On this machine they come in plainly, too.
 */
export function isByHttps(
  at: { readonly protocol: string; readonly host: string | undefined },
  publicUrl: string | undefined,
): boolean {
  if (at.protocol === "https") return true;
  return publicUrl?.startsWith("https://") === true && !LOOPBACK.test(at.host ?? "");
}

/** The session token of a Cookie header. */
export function readSessionCookie(header: string | undefined, isHttps: boolean): string | undefined {
  return readCookie(header, SESSION_COOKIES, isHttps);
}

/**
 * A browser adds the cookie to requests that other sites make it send; it also says where they come from. SameSite
 * is the first wall, this the second. Throws auth.cross_site.
 */
export function refuseCrossSite(headers: Headers, isProofNeeded: boolean): void {
  const site = headers["sec-fetch-site"];
  const { origin } = headers;
  const isOtherSite = site !== undefined && site !== "same-origin";
  const isOtherOrigin =
    origin !== undefined && hostOf(String(origin)) !== String(headers["host"] ?? "").toLowerCase();
  const isUnproven = isProofNeeded && site === undefined && origin === undefined;
  if (isOtherSite || isOtherOrigin || isUnproven) throw identityError("auth.cross_site");
}

function hostOf(origin: string): string | undefined {
  return parseUrl(origin)?.host;
}
