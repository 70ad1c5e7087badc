import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Action, Actor, ReadAction } from "../audit/record.ts";
import { isTenancyError } from "../base/errors.ts";
import { enterWays, onceEnded, paceCredential } from "../gate/pace.ts";
import { ScimFault } from "../scim/fault.ts";
import { parseFilter } from "../scim/filter.ts";
import {
  createGroup,
  listGroupResources,
  patchGroupById,
  readGroupById,
  removeGroup,
  replaceGroup,
} from "../scim/groups.ts";
import { type Listed, type ListQuery, PAGE_MAX } from "../scim/list.ts";
import { isObject, type JsonObject } from "../scim/matches.ts";
import { readOperations } from "../scim/patch.ts";
import { project } from "../scim/resource.ts";
import { ERROR_SCHEMA, LIST_SCHEMA } from "../scim/schema.ts";
import { verifyToken } from "../scim/tokens.ts";
import {
  createUser,
  listUserResources,
  patchUserById,
  readUserById,
  removeUser,
  replaceUser,
} from "../scim/users.ts";
import { findTenant } from "./api-tenant.ts";
import type { House } from "./house.ts";
import { WRONG_CREDENTIALS } from "./limits.ts";
import { publicUrl } from "./public-url.ts";
import { RateLimit } from "./rate-limit.ts";
import { discoveryDocument } from "./scim-discovery.ts";

const TYPE = "application/scim+json; charset=utf-8";
const BODY_BYTES_MAX = 2 * 1024 * 1024;

interface ScimCall {
  readonly tenantId: string;
  readonly by: Actor;
  /** Of this tenant's SCIM, without a slash at the end. */
  readonly baseUrl: string;
  readonly id: string;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly body: unknown;
  readonly precondition: string | null;
}

type Handler = (call: ScimCall) => Promise<{ readonly status: number; readonly body?: JsonObject }>;

/** SCIM 2.0 of each tenant (RFC 7644): other documents and another credential than the API, so apart from its routes. */
export function addScim(app: FastifyInstance, house: House): void {
  const { parts } = house.tenancy.internals.scim;
  const enter = gatekeeper(house);
  void app.register(async (scope) => {
    scope.addContentTypeParser(
      "application/scim+json",
      { parseAs: "string", bodyLimit: BODY_BYTES_MAX },
      app.getDefaultJsonParser("error", "error"),
    );
    const add = (
      method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
      path: string,
      action: Action | ReadAction,
      handle: Handler,
    ) =>
      scope.route({
        method,
        url: `/scim/v2/:tenant${path}`,
        config: { isPublic: true, action },
        bodyLimit: BODY_BYTES_MAX,
        handler: async (request, reply) =>
          answer(house, request, reply, async () => handle(await enter(request, reply))),
      });

    for (const path of ["/ServiceProviderConfig", "/Schemas", "/ResourceTypes"]) {
      add("GET", path, "scim_schema.read", async ({ baseUrl }) => ({
        status: 200,
        body: discoveryDocument(path, undefined, baseUrl),
      }));
    }
    for (const path of ["/Schemas", "/ResourceTypes"]) {
      add("GET", `${path}/:id`, "scim_schema.read", async ({ baseUrl, id }) => ({
        status: 200,
        body: discoveryDocument(path, id, baseUrl),
      }));
    }

    add("GET", "/Users", "scim_user.read", async (call) =>
      list(call, "Users", await listUserResources(parts, call.tenantId, listQuery(call))),
    );
    add("POST", "/Users", "scim.user_created", async (call) =>
      one(201, call, "Users", await createUser(parts, call.tenantId, call.body, call.by)),
    );
    add("GET", "/Users/:id", "scim_user.read", async (call) =>
      one(200, call, "Users", await readUserById(parts, call.tenantId, call.id)),
    );
    add("PUT", "/Users/:id", "scim.user_updated", async (call) =>
      one(200, call, "Users", await replaceUser(parts, call, call.body, call.precondition, call.by)),
    );
    add("PATCH", "/Users/:id", "scim.user_updated", async (call) =>
      one(
        200,
        call,
        "Users",
        await patchUserById(parts, call, readOperations(call.body), call.precondition, call.by),
      ),
    );
    add("DELETE", "/Users/:id", "scim.user_removed", async (call) => {
      await removeUser(parts, call, call.precondition, call.by);
      return { status: 204 };
    });

    add("GET", "/Groups", "scim_group.read", async (call) =>
      list(
        call,
        "Groups",
        await listGroupResources(parts, call.tenantId, listQuery(call), wantsMembers(call)),
      ),
    );
    add("POST", "/Groups", "scim.group_created", async (call) =>
      one(201, call, "Groups", await createGroup(parts, call.tenantId, call.body, call.by)),
    );
    add("GET", "/Groups/:id", "scim_group.read", async (call) =>
      one(200, call, "Groups", await readGroupById(parts, call.tenantId, call.id, wantsMembers(call))),
    );
    add("PUT", "/Groups/:id", "scim.group_updated", async (call) =>
      one(200, call, "Groups", await replaceGroup(parts, call, call.body, call.precondition, call.by)),
    );
    add("PATCH", "/Groups/:id", "scim.group_updated", async (call) =>
      one(
        200,
        call,
        "Groups",
        await patchGroupById(parts, call, readOperations(call.body), call.precondition, call.by),
      ),
    );
    add("DELETE", "/Groups/:id", "scim.group_removed", async (call) => {
      await removeGroup(parts, call, call.precondition, call.by);
      return { status: 204 };
    });
  });
}

/** The token must be that tenant's: another tenant's is refused like none, and so is a tenant that is not there. */
function gatekeeper(house: House) {
  const { limits } = house.tenancy.internals;
  const wrong = new RateLimit(WRONG_CREDENTIALS, house.clock);
  return async (request: FastifyRequest, reply: FastifyReply): Promise<ScimCall> => {
    const params = request.params as { tenant: string; id?: string }; // of the path
    const token = /^Bearer (\S{10,200})$/i.exec(request.headers.authorization ?? "")?.[1] ?? "";
    const tenant = await findTenant(house, params.tenant).catch((error: unknown) => {
      if (isTenancyError(error)) return undefined;
      throw error;
    });
    const by = tenant && (await verifyToken(house.tenancy.internals.scim.parts, tenant.id, token));
    if (!tenant || !by) {
      wrong.take(request.ip);
      reply.header("www-authenticate", 'Bearer realm="scim"');
      throw new ScimFault(401, null, "The bearer token is not valid for this tenant.");
    }
    request.audited.actor = by.actor;
    const tell = (headers: Readonly<Record<string, string>>) => void reply.headers(headers);
    await paceCredential(limits, by.actor, tell);
    onceEnded(reply.raw, await enterWays(limits, by.actor, null, tell));
    return {
      tenantId: tenant.id,
      by: { ...by, requestId: request.id },
      baseUrl: `${publicUrl(house, request)}/scim/v2/${tenant.id}`,
      id: params.id ?? "",
      query: request.query as Record<string, string | undefined>, // one value each, checked where it is read
      body: request.body,
      precondition: request.headers["if-match"] ?? null,
    };
  };
}

async function answer(
  house: House,
  request: FastifyRequest,
  reply: FastifyReply,
  work: () => ReturnType<Handler>,
) {
  try {
    const { status, body } = await work();
    const meta = body && isObject(body["meta"]) ? body["meta"] : {};
    const { version, location } = meta;
    if (typeof version === "string") reply.header("etag", version);
    if (typeof location === "string" && status === 201) reply.header("location", location);
    if (request.method === "GET" && version !== undefined && request.headers["if-none-match"] === version)
      return reply.code(304).send();
    return body === undefined
      ? reply.code(status).send()
      : reply.code(status).type(TYPE).send(JSON.stringify(body));
  } catch (failure) {
    const fault = asFault(failure);
    if (isTenancyError(failure)) request.audited.code = failure.code;
    const retryAfterS = isTenancyError(failure) ? failure.details["retryAfterS"] : undefined;
    if (typeof retryAfterS === "number") reply.header("retry-after", retryAfterS);
    if (fault.status >= 500) house.log.error("SCIM failed", { error: failure, requestId: request.id });
    const { status, scimType, message: detail } = fault;
    const body = {
      schemas: [ERROR_SCHEMA],
      status: String(status),
      ...(scimType ? { scimType } : {}),
      detail,
    };
    return reply.code(status).type(TYPE).send(JSON.stringify(body));
  }
}

function asFault(failure: unknown): ScimFault {
  if (failure instanceof ScimFault) return failure;
  if (isTenancyError(failure)) {
    const scimType = failure.status === 409 ? "uniqueness" : failure.status === 422 ? "invalidValue" : null;
    return new ScimFault(failure.status === 422 ? 400 : failure.status, scimType, failure.message, {
      cause: failure,
    });
  }
  // Two that create the same at once: the index decides.
  if ((failure as { code?: unknown }).code === "23505")
    return new ScimFault(409, "uniqueness", "It is there already.");
  return new ScimFault(500, null, "The server failed at this request; the fault is ours.", {
    cause: failure,
  });
}

function one(status: number, call: ScimCall, type: string, resource: JsonObject) {
  return { status, body: shown(call, type, resource) };
}

function list(call: ScimCall, type: string, { total, resources }: Listed) {
  const { startIndex } = listQuery(call);
  const body: JsonObject = {
    schemas: [LIST_SCHEMA],
    totalResults: total,
    startIndex,
    itemsPerPage: resources.length,
    Resources: resources.map((resource) => shown(call, type, resource)),
  };
  return { status: 200, body };
}

/** With its address, and only what was asked for. */
function shown(call: ScimCall, type: string, resource: JsonObject): JsonObject {
  const meta = { ...(resource["meta"] as JsonObject), location: `${call.baseUrl}/${type}/${resource["id"]}` };
  return project(
    { ...resource, meta },
    namesOf(call.query["attributes"]),
    namesOf(call.query["excludedAttributes"]),
  );
}

function namesOf(text: unknown): string[] {
  return typeof text === "string"
    ? text
        .split(",")
        .map((name) => name.trim())
        .filter(Boolean)
    : [];
}

function listQuery({ query }: ScimCall): ListQuery {
  const { filter } = query;
  return {
    filter: typeof filter === "string" && filter.trim() !== "" ? parseFilter(filter) : null,
    startIndex: Math.max(1, integer(query["startIndex"], 1)),
    count: Math.min(PAGE_MAX, Math.max(0, integer(query["count"], 100))),
  };
}

function integer(text: unknown, otherwise: number): number {
  return typeof text === "string" && /^-?\d{1,9}$/.test(text) ? Number(text) : otherwise;
}

/** Members are read unless the client does without and the filter does not ask for them. */
function wantsMembers({ query }: ScimCall): boolean {
  const isExcluded = namesOf(query["excludedAttributes"]).some((name) => name.toLowerCase() === "members");
  const wanted = namesOf(query["attributes"]).map((name) => name.toLowerCase());
  const isWanted = wanted.length === 0 ? !isExcluded : wanted.includes("members");
  return isWanted || /members/i.test(String(query["filter"] ?? ""));
}
