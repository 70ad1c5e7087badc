import type { IncomingMessage, ServerResponse } from "node:http";
import { isTenancyError } from "../base/errors.ts";
import { isRecordedDenial } from "../gate/denial.ts";
import { onceEnded } from "../gate/pace.ts";
import { actingAs } from "../identity/principal.ts";
import type { Context } from "../isolation/data-manager.ts";
import type { Tenancy } from "../start.ts";
import { appRecord } from "./app-record.ts";
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
  /** With `trust proxy` how the client came, as the proxy says. */
  protocol?: string;
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
  /**
   * Each request to a tenant leaves one record, `app.request`, durable before it is worked on. `actor` tells who acts,
   * such as `user:42`. False: the app keeps no such records.
   */
  readonly audit?: { readonly actor?: (request: TenantRequest) => string } | false;
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
  const { writer } = tenancy.internals.audit;
  const record = async (request: TenantRequest, status: number, tenantId: string | null) => {
    if (options.audit === false) return;
    const { actor } = options.audit ?? {};
    const route = (request.originalUrl ?? request.url ?? "/").split(/[?#]/, 1)[0] as string; // split gives one at least
    await writer.write(
      appRecord({
        by: request.admission
          ? actingAs(request.admission.principal)
          : { actor: tenantId !== null && actor ? actor(request) : "app" },
        ip: request.ip ?? request.socket.remoteAddress,
        requestId: undefined,
        method: request.method ?? "GET",
        route,
        status,
        tenantId,
        asked: request.admission?.asked,
      }),
      { mayRelax: true },
    );
  };
  return async (request: TenantRequest, response: ServerResponse, next: Next): Promise<void> => {
    try {
      const addressed = {
        url: request.originalUrl ?? request.url ?? "/",
        host: request.hostname ?? request.headers.host,
        headers: request.headers,
      };
      const tenantId = await find(request, addressed);
      const { method = "GET", headers, protocol = "http" } = request;
      const ip = request.ip ?? request.socket.remoteAddress;
      const route = addressed.url.split("?", 1)[0] as string; // the part before is always there
      const reply = {
        tell: (told: Readonly<Record<string, string>>) =>
          void response.setHeaders(new Map(Object.entries(told))),
        onEnd: (listener: () => void) => onceEnded(response, listener),
      };
      request.admission = gate
        ? await gate(request, { method, headers, ip, protocol }, { tenantId, route }, reply)
        : null;
      const tenant = await tenancy.data.context(tenantId);
      request.tenant = tenant;
      onceEnded(response, () => tenant.close());
      // Express tells nobody before an answer leaves, so the request is recorded before it is worked on.
      await record(request, 200, tenant.tenantId);
    } catch (failure) {
      const refusal = toProblem(failure);
      // A denial by the gate has the gate's own record.
      const isTold = isTenancyError(failure) && isRecordedDenial(failure.code);
      if (refusal && refusal.status < 500 && !request.tenant && !isTold) {
        await record(request, refusal.status, null).then(
          () => tenancyErrors(failure, request, response, next),
          (unrecorded) => tenancyErrors(unrecorded, request, response, next),
        );
      } else tenancyErrors(failure, request, response, next);
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
