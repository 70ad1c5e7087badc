import type { FastifyReply, FastifyRequest } from "fastify";
import { isHttps } from "./authenticate.ts";
import { httpError } from "./errors.ts";

/** style-src-attr: the console's components set sizes and positions on elements; scripts have no such door. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "style-src-attr 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

const HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": CONTENT_SECURITY_POLICY,
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
};

export async function addSecurityHeaders(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  reply.headers(HEADERS);
  reply.header("x-request-id", askedBy(request) ?? request.id);
  reply.header("cache-control", "no-store");
  if (isHttps(request)) reply.header("strict-transport-security", "max-age=31536000");
}

const LOOPBACK_NAMES = new Set(["localhost", "127.0.0.1", "[::1]"]);

/**
 * On loopback only loopback names are answered: a site whose own name resolves to 127.0.0.1 (DNS rebinding) would
 * otherwise be the same origin as this server.
 */
export function hostChecker(boundHost: string) {
  const isLoopback = boundHost === "localhost" || boundHost === "::1" || /^127\./.test(boundHost);
  return async (request: FastifyRequest): Promise<void> => {
    if (!isLoopback) return;
    const name = (request.headers.host ?? "").toLowerCase().replace(/:\d+$/, "");
    if (!LOOPBACK_NAMES.has(name) && name !== boundHost) throw httpError("auth.unknown_host");
  };
}

/** AuthZEN 1.0, section 10.1.3: the caller's own id of such a request comes back, whatever is answered. In our log it has ours. */
function askedBy({ headers, routeOptions }: FastifyRequest): string | undefined {
  const given = headers["x-request-id"];
  const isAuthzen = routeOptions.url?.includes("/access/v1/") === true;
  return isAuthzen && typeof given === "string" && REQUEST_ID.test(given) ? given : undefined;
}

const REQUEST_ID = /^[\x21-\x7e]{1,200}$/;
