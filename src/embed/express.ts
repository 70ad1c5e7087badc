import type { IncomingMessage, ServerResponse } from "node:http";
import type { Context } from "../isolation/data-manager.ts";
import type { Tenancy } from "../start.ts";
import { problemHeaders, toProblem } from "./problem.ts";
import { type Resolve, tenantOfRequest } from "./tenant-of-request.ts";

/** What Express (4 and 5) and Connect add to node's request that is read here. */
export interface TenantRequest extends IncomingMessage {
  /** With `trust proxy` this is what the proxy says. */
  hostname?: string;
  originalUrl?: string;
  /** The context of the tenant that this request is for; closed when the response has been sent. */
  tenant?: Context;
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
export function tenancyMiddleware(tenancy: Tenancy, options: { resolve: Resolve<TenantRequest> }) {
  const find = tenantOfRequest(tenancy, options.resolve);
  return async (request: TenantRequest, response: ServerResponse, next: Next): Promise<void> => {
    try {
      const addressed = {
        url: request.originalUrl ?? request.url ?? "/",
        host: request.hostname ?? request.headers.host,
        headers: request.headers,
      };
      const tenant = await tenancy.data.context(await find(request, addressed));
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
  response.writeHead(problem.status, problemHeaders(problem));
  response.end(JSON.stringify(problem));
}
