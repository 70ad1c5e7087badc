import { Readable } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Actor, Asked, RecordInput } from "../audit/body.ts";
import { isTenancyError } from "../base/errors.ts";
import { outcomeOf } from "../gate/denial.ts";
import { actingAs } from "../identity/principal.ts";
import { findTenant } from "./api-tenant.ts";
import { isConsolePath } from "./console-files.ts";
import type { House } from "./house.ts";
import { PROBLEM_TYPE, toProblem } from "./problem.ts";
import type { RefusalTally } from "./refusal-tally.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** What the record of this request says besides what is seen from outside. */
    audited: {
      code?: string;
      /** Who is no principal of the API: a directory. */
      actor?: string;
      tenantId?: string | null;
      resource?: string;
      policies?: readonly string[];
      asked?: Asked;
    };
  }
  interface FastifyContextConfig {
    /** The action that the route leaves; null: none, for a reason that the route gives. */
    action?: string | null;
  }
}

/**
 * The last hook before an answer leaves: the request has its one record by then, and it is durable. A read is recorded
 * here, and so is whatever was refused; a change has left its record in its own transaction.
 */
export function auditor(house: House, refusals: RefusalTally) {
  const { audit } = house.tenancy.internals;
  return async (request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> => {
    const action = actionOf(request);
    if (action === null) return payload;
    const isAnonymous =
      request.principal === null &&
      request.audited.actor === undefined &&
      outcomeOf(reply.statusCode) !== "allowed";
    if (isAnonymous && !refusals.takes(request.ip, reply.statusCode)) return payload;
    try {
      const record = await recordOf(house, request, reply, action);
      const isRead = request.method === "GET" || request.method === "HEAD";
      // A refusal may have its record from where it was decided.
      if (!isRead || record.outcome !== "allowed") await audit.recordUnlessRecorded(record, request.id);
      else await audit.writer.write(record, { mayRelax: true });
      return payload;
    } catch (failure) {
      if (!isTenancyError(failure)) throw failure;
      if (payload instanceof Readable) payload.destroy();
      // Unaudited means unanswered: what was read stays here.
      for (const name of Object.keys(reply.getHeaders())) {
        if (/^(set-cookie|etag|content-)/.test(name)) reply.removeHeader(name);
      }
      reply.code(failure.status).type(PROBLEM_TYPE);
      return JSON.stringify(toProblem(failure, request.id));
    }
  };
}

/** Pages and files of the console say nothing of anybody; all else below /v1 leaves a record, also where there is no route. */
function actionOf(request: FastifyRequest): string | null {
  const { action } = request.routeOptions.config;
  if (action !== undefined) return action;
  return request.is404 && !isConsolePath(request) ? "request.refused" : null;
}

async function recordOf(
  house: House,
  request: FastifyRequest,
  reply: FastifyReply,
  action: string,
): Promise<Omit<RecordInput, "boot" | "number">> {
  const { audited, method } = request;
  const status = reply.statusCode;
  const isReplayed = reply.getHeader("idempotency-replayed") !== undefined;
  return {
    kind: method === "GET" || method === "HEAD" ? "read" : "request",
    action,
    by: actorOf(request),
    outcome: outcomeOf(status),
    tenantId: audited.tenantId !== undefined ? audited.tenantId : await tenantIdOf(house, request),
    ...(audited.resource === undefined ? {} : { resource: audited.resource }),
    ...(audited.policies === undefined ? {} : { policies: audited.policies }),
    detail: {
      method,
      // Without its query, which may hold what people searched for.
      path: request.url.split("?", 1)[0],
      status,
      ...(audited.code === undefined ? {} : { code: audited.code }),
      ...(isReplayed ? { isReplayed } : {}),
    },
  };
}

export function actorOf(request: FastifyRequest): Actor {
  const { principal, audited } = request;
  return {
    ...(principal ? actingAs(principal) : { actor: audited.actor ?? "nobody" }),
    requestId: request.id,
    ip: request.ip,
    ...(principal && "sessionId" in principal ? { session: principal.sessionId } : {}),
    ...(audited.asked ? { asked: audited.asked } : {}),
  };
}

/** The tenant in the path, if it is one: its own log tells who was refused there. */
async function tenantIdOf(house: House, { params, principal }: FastifyRequest): Promise<string | null> {
  const name = (params as { tenant?: string } | undefined)?.tenant;
  if (name !== undefined) {
    const found = await findTenant(house, name).catch((failure: Error) => {
      if (isTenancyError(failure)) return undefined;
      throw failure;
    });
    return found?.id ?? null;
  }
  return principal?.kind === "key" ? principal.tenantId : null;
}
