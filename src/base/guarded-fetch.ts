import { lookup } from "node:dns/promises";
import http from "node:http";
import https from "node:https";
import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import { parseUrl } from "./parse-url.ts";

/** Why a request to an address that a tenant named was not made, or not to its end. */
export type OutboundFault =
  | "not_https"
  | "private_address"
  | "unknown_host"
  | "unreachable"
  | "timeout"
  | "too_large"
  | "too_many_redirects";

const SENTENCES: Readonly<Record<OutboundFault, string>> = {
  not_https: "the address does not begin with https://, or has a user name in it",
  private_address: "the address leads into a private network",
  unknown_host: "the host name is not known to DNS",
  unreachable: "the host does not answer",
  timeout: "the host took too long to answer",
  too_large: "the answer is too large",
  too_many_redirects: "the host redirects too often, or to where it must not",
};

/** The request was refused or failed; `message` may be shown to whoever gave the address. */
export class OutboundRefusal extends Error {
  readonly fault: OutboundFault;
  constructor(fault: OutboundFault, options: { cause?: unknown } = {}) {
    super(SENTENCES[fault], options);
    this.name = "OutboundRefusal";
    this.fault = fault;
  }
}

export interface OutboundOptions {
  /** Networks in CIDR notation that may be reached although they are not public; there plain http is enough. */
  readonly allow: readonly string[];
  /** From first to last byte, redirects included. Default: 10 s. */
  readonly timeoutMs?: number;
  /** Default: 1 MiB. */
  readonly bytesMax?: number;
  /** Default: the system's resolver. */
  readonly resolve?: (host: string) => Promise<readonly { address: string }[]>;
}

export interface OutboundRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | URLSearchParams | null;
  /** Default: follow, at most three, GET without credentials only; each is checked like the first. */
  readonly redirect?: "follow" | "manual" | "error";
  readonly signal?: AbortSignal | undefined;
}

export type GuardedFetch = (url: string, request?: OutboundRequest) => Promise<Response>;

const TIMEOUT_MS = 10_000;
const BYTES_MAX = 1024 * 1024;
const REDIRECTS_MAX = 3;
const ADDRESSES_TRIED_MAX = 3;

/**
 * A fetch for addresses that tenants choose. It asks DNS once, checks every address of the answer, and connects to
 * that very address: a second answer cannot lead it elsewhere (DNS rebinding). Private, loopback, link-local and
 * other special addresses are refused (RFC 6890), those that are wrapped in IPv6 too.
 *
 * @throws OutboundRefusal
 */
export function guardedFetch(options: OutboundOptions): GuardedFetch {
  const allowed = options.allow.map((network) => ipaddr.parseCIDR(network));
  const resolve = options.resolve ?? ((host) => lookup(host, { all: true, order: "ipv4first" }));
  const bytesMax = options.bytesMax ?? BYTES_MAX;
  return async (address, request = {}) => {
    const deadline = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS);
    const signal = request.signal ? AbortSignal.any([deadline, request.signal]) : deadline;
    let url = address;
    try {
      for (let redirects = 0; ; redirects++) {
        const response = await fetchOnce(url, request, { allowed, resolve, bytesMax, signal });
        const next = redirectOf(response, request, url);
        if (next === undefined) return response;
        if (redirects === REDIRECTS_MAX) throw new OutboundRefusal("too_many_redirects");
        url = next;
      }
    } catch (cause) {
      if (cause instanceof OutboundRefusal) throw cause;
      throw new OutboundRefusal(deadline.aborted ? "timeout" : "unreachable", { cause });
    }
  };
}

interface Limits {
  readonly allowed: readonly [ipaddr.IPv4 | ipaddr.IPv6, number][];
  readonly resolve: (host: string) => Promise<readonly { address: string }[]>;
  readonly bytesMax: number;
  readonly signal: AbortSignal;
}

function redirectOf(response: Response, request: OutboundRequest, from: string): string | undefined {
  const location = response.headers.get("location");
  if (response.status < 300 || response.status > 399 || location === null) return undefined;
  if (request.redirect === "manual") return undefined;
  const hasCredentials = Object.keys(request.headers ?? {}).some(
    (name) => name.toLowerCase() === "authorization",
  );
  const isFollowed = request.redirect !== "error" && (request.method ?? "GET") === "GET" && !hasCredentials;
  const url = parseUrl(location, from);
  if (!isFollowed || !url) throw new OutboundRefusal("too_many_redirects");
  return url.href;
}

async function fetchOnce(address: string, request: OutboundRequest, limits: Limits): Promise<Response> {
  const url = parseUrl(address);
  if (!url || !["http:", "https:"].includes(url.protocol) || url.username !== "" || url.password !== "") {
    throw new OutboundRefusal("not_https");
  }
  const addresses = await addressesOf(url, limits);
  let failure: unknown;
  for (const each of addresses.slice(0, ADDRESSES_TRIED_MAX)) {
    try {
      return await send(url, each, request, limits);
    } catch (cause) {
      const code = (cause as { code?: string }).code ?? "";
      if (!["ECONNREFUSED", "ENETUNREACH", "EHOSTUNREACH", "EADDRNOTAVAIL"].includes(code)) throw cause;
      failure = cause;
    }
  }
  throw new OutboundRefusal("unreachable", { cause: failure });
}

/** All must be allowed: a name that leads to a public and a private address is a trick. */
async function addressesOf(url: URL, { allowed, resolve }: Limits): Promise<readonly string[]> {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const found = isIP(host)
    ? [{ address: host }]
    : await resolve(host).catch((cause: unknown) => {
        throw new OutboundRefusal("unknown_host", { cause });
      });
  if (found.length === 0) throw new OutboundRefusal("unknown_host");
  for (const { address } of found) {
    const isListed = isIn(allowed, address);
    if (!isListed && !isPublic(address)) throw new OutboundRefusal("private_address");
    if (!isListed && url.protocol !== "https:") throw new OutboundRefusal("not_https");
  }
  return found.map(({ address }) => address);
}

/** Globally reachable unicast; an IPv4 address in IPv6 clothes is what it is inside. */
export function isPublic(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  return ipaddr.process(address).range() === "unicast";
}

function isIn(networks: readonly [ipaddr.IPv4 | ipaddr.IPv6, number][], address: string): boolean {
  const parsed = ipaddr.process(address);
  return networks.some(([network, bits]) => network.kind() === parsed.kind() && parsed.match(network, bits));
}

function send(url: URL, address: string, request: OutboundRequest, limits: Limits): Promise<Response> {
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  const body = request.body instanceof URLSearchParams ? request.body.toString() : request.body;
  const family = isIP(address);
  const outgoing = (url.protocol === "https:" ? https : http).request(url, {
    method: request.method ?? "GET",
    headers: {
      "user-agent": "tenancy",
      ...request.headers,
      ...(body ? { "content-length": String(Buffer.byteLength(body)) } : {}),
    },
    agent: false,
    signal: limits.signal,
    lookup: (_host, { all }, done) => {
      // Node asks for all addresses or for one; it gets the one that was checked.
      if (all) (done as unknown as (error: null, list: object[]) => void)(null, [{ address, family }]);
      else done(null, address, family);
    },
  });
  outgoing.on("error", reject);
  outgoing.on("response", (incoming) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    incoming.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > limits.bytesMax) outgoing.destroy(new OutboundRefusal("too_large"));
      else chunks.push(chunk);
    });
    incoming.on("error", reject);
    incoming.on("end", () => {
      // What a listener throws is nobody's, and would end the process.
      try {
        resolve(toResponse(incoming, Buffer.concat(chunks)));
      } catch (cause) {
        reject(cause);
      }
    });
  });
  outgoing.end(body ?? undefined);
  return promise;
}

function toResponse(incoming: http.IncomingMessage, body: Buffer): Response {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    for (const each of Array.isArray(value) ? value : [value ?? ""]) headers.append(name, each);
  }
  const status = incoming.statusCode ?? 502;
  const isEmpty = status === 204 || status === 205 || status === 304 || status < 200;
  return new Response(isEmpty ? null : new Uint8Array(body), {
    // A Response takes no other; whoever answers 999 has not answered.
    status: status < 200 || status > 599 ? 502 : status,
    headers,
  });
}
