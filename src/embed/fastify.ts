import { Readable } from "node:stream";
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import { isTenancyError } from "../base/errors.ts";
import { isRecordedDenial } from "../gate/denial.ts";
import { onceEnded } from "../gate/pace.ts";
import { actingAs } from "../identity/principal.ts";
import type { Context } from "../isolation/data-manager.ts";
import type { Tenancy } from "../start.ts";
import { appRecord } from "./app-record.ts";
import { type Admitted, type GateOptions, openGate, type Reply, type RoutePermission } from "./gate.ts";
import { problemHeaders, toProblem } from "./problem.ts";
import { type Resolve, tenantOfRequest } from "./tenant-of-request.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** The context of the tenant that this request is for; closed when the response has been sent. */
    tenant: Context;
    /** Who was let in; null without a gate, and where the gate is open to anyone. */
    admission: Admitted | null;
  }
  interface FastifyContextConfig {
    /** What the gate asks for on this route, in place of its default. */
    asks?: RoutePermission;
    /** False: the route serves no tenant, such as a health check. */
    tenant?: boolean;
  }
}

export type { Admitted, GateOptions, RoutePermission } from "./gate.ts";
export interface AppAuditOptions {
  /** Who acts, such as `user:42`. Default: `app`. Never a token. */
  readonly actor?: (request: FastifyRequest) => string;
}

export interface TenancyPluginOptions {
  /**
   * Each request to a tenant leaves one record, `app.request`, durable before the answer goes out unless the tenant
   * chose relaxed reads. False: the app keeps no such records.
   */
  readonly audit?: AppAuditOptions | false;
  readonly resolve: Resolve<FastifyRequest>;
  /** Lets in whom Tenancy's policies let in. Default: none; the app asks who it is. */
  readonly gate?: GateOptions<FastifyRequest>;
  /** False: the app's own error handler answers, with `sendProblem`. Default true. */
  readonly handleErrors?: boolean;
}

/**
 * Gives each request its tenant: `request.tenant` is a context. Unknown tenants are answered 404, suspended ones 403,
 * closed ones 410, as problem documents. A context holds no connection until a statement needs one.
 *
 * @example
 * await app.register(tenancyPlugin(tenancy, { resolve: { by: "host", baseDomain: "studios.example.com" } }));
 * app.get("/tracks", (request) => request.tenant.table("tracks").findAll({ limit: 20 }));
 */
export function tenancyPlugin(tenancy: Tenancy, options: TenancyPluginOptions): FastifyPluginAsync {
  const find = tenantOfRequest(tenancy, options.resolve);
  const gate = options.gate && openGate(tenancy, options.gate);
  const plugin = async (app: FastifyInstance) => {
    // Empty until the hook below has run, which comes before all code of the app.
    app.decorateRequest("tenant", null as unknown as Context);
    app.decorateRequest("admission", null);
    const told = new WeakSet<FastifyRequest>();
    if (options.audit !== false) app.addHook("onSend", auditor(tenancy, options.audit ?? {}, told));
    app.addHook("onRequest", async (request, reply) => {
      const { config, url: route = request.url.split("?", 1)[0] as string } = request.routeOptions;
      if (config.tenant === false) return;
      const { url, host, headers, method, ip, protocol } = request;
      const tenantId = await find(request, { url, host, headers });
      if (gate) {
        const at = { tenantId, route, requestId: request.id, ...(config.asks ? { asked: config.asks } : {}) };
        request.admission = await gate(request, { method, headers, ip, protocol }, at, replyOf(reply)).catch(
          (refusal: Error) => {
            // The gate's own record of it is the one.
            if (isTenancyError(refusal) && isRecordedDenial(refusal.code)) told.add(request);
            throw refusal;
          },
        );
      }
      request.tenant = await tenancy.data.context(tenantId);
    });
    app.addHook("onResponse", async (request) => {
      request.tenant?.close();
    });
    if (options.handleErrors === false) return;
    const next = app.errorHandler;
    app.setErrorHandler((failure, request, reply) =>
      sendProblem(failure, request, reply) ? reply : next.call(app, failure as never, request, reply),
    );
  };
  // The hooks are for the whole app, not for a scope of the plugin's own.
  return Object.assign(plugin, { [Symbol.for("skip-override")]: true });
}

function replyOf(reply: FastifyReply): Reply {
  return {
    tell: (headers) => void reply.headers(headers),
    onEnd: (listener) => onceEnded(reply.raw, listener),
  };
}

/** Holds the answer until its record is durable; without one nothing is answered. */
function auditor(tenancy: Tenancy, { actor }: AppAuditOptions, told: WeakSet<FastifyRequest>) {
  const { writer } = tenancy.internals.audit;
  return async (request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> => {
    if (request.routeOptions.config.tenant === false || told.has(request)) return payload;
    try {
      await writer.write(
        appRecord({
          by: request.admission
            ? actingAs(request.admission.principal)
            : { actor: request.tenant && actor ? actor(request) : "app" },
          ip: request.ip,
          requestId: request.id,
          method: request.method,
          // The route, not the path: paths hold what people looked for.
          route: request.routeOptions.url ?? "",
          status: reply.statusCode,
          tenantId: request.tenant?.tenantId ?? null,
          asked: request.admission?.asked,
        }),
        { mayRelax: true },
      );
      return payload;
    } catch (failure) {
      const problem = toProblem(failure, request.id);
      if (!problem) throw failure;
      if (payload instanceof Readable) payload.destroy();
      reply.removeHeader("content-length");
      reply.code(problem.status).headers(problemHeaders(problem, failure));
      return JSON.stringify(problem);
    }
  };
}

/** Answers an expected error of Tenancy; false for any other. For apps with an error handler of their own. */
export function sendProblem(failure: unknown, request: FastifyRequest, reply: FastifyReply): boolean {
  const problem = toProblem(failure, request.id);
  if (!problem) return false;
  reply.code(problem.status).headers(problemHeaders(problem, failure)).send(problem);
  return true;
}
