import type { IncomingMessage, ServerResponse } from "node:http";
import type { Context } from "../isolation/data-manager.ts";
import type { Tenancy } from "../start.ts";
import { type Admitted, type GateOptions, openGate } from "./gate.ts";
import { problemHeaders, toProblem } from "./problem.ts";
import { type Resolve, tenantOfRequest } from "./tenant-of-request.ts";

/** What Express (4 and 5) and Connect add to node's request that is read here. */
export interface TenantRequest extends IncomingMessage {
  /** With `trust proxy` this is what the proxy says. */
  hostname?: string;
  originalUrl?: string;
  /** With `trust proxy` the client's address, as the proxy says. */
  ip?: string;
  /** The context of the tenant that this request is for; closed when the response has been sent. */
  tenant?: Context;
  /** Who was let in; null without a gate, and where the gate is open to anyone. */
  admission?: Admitted | null;
}

export type { Admitted, GateOptions, RoutePermission } from "./gate.ts";

export interface TenancyMiddlewareOptions {
  readonly resolve: Resolve<TenantRequest>;
  /** Lets in whom Tenancy's policies let in. Default: none; the app asks who it is. */
  readonly gate?: GateOptions<TenantRequest>;
}

export type Next = (failure?: unknown) => void;

/**
 * Gives each request its tenant: `request.tenant` is a context. Unknown tenants are answered 404, suspended ones 403,
 * closed ones 410, as problem documents.
 *
 * @example
 * app.use(tenancyMiddleware(tenancy, { resolve: { by: "host", baseDomain: "studios.example.com" } }));
 * app.get("/tracks", async (request, response) => response.json(await request.tenant.table("tracks").findAll()));
 * app.use(tenancyErrors);
 */
export function tenancyMiddleware(tenancy: Tenancy, options: TenancyMiddlewareOptions) {
  const find = tenantOfRequest(tenancy, options.resolve);
  const gate = options.gate && openGate(tenancy, options.gate);
  return async (request: TenantRequest, response: ServerResponse, next: Next): Promise<void> => {
    try {
      const addressed = {
        url: request.originalUrl ?? request.url ?? "/",
        host: request.hostname ?? request.headers.host,
        headers: request.headers,
      };
      const tenantId = await find(request, addressed);
      const { method = "GET", headers } = request;
      const ip = request.ip ?? request.socket.remoteAddress;
      const route = addressed.url.split("?", 1)[0] as string; // the part before is always there
      request.admission = gate ? await gate(request, { method, headers, ip }, { tenantId, route }) : null;
      const tenant = await tenancy.data.context(tenantId);
      request.tenant = tenant;
      response.once("close", () => tenant.close());
      if (response.closed) tenant.close();
    } catch (failure) {
      tenancyErrors(failure, request, response, next);
      return;
    }
    next();
  };
}

/** Error middleware: answers the expected errors of Tenancy, passes all others on. Add it behind the routes. */
export function tenancyErrors(
  failure: unknown,
  _request: IncomingMessage,
  response: ServerResponse,
  next: Next,
): void {
  const problem = toProblem(failure);
  if (!problem || response.headersSent) {
    next(failure);
    return;
  }
  response.writeHead(problem.status, problemHeaders(problem, failure));
  response.end(JSON.stringify(problem));
}
