import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Type } from "typebox";
import { actingAs } from "../identity/principal.ts";
import { actorOf } from "./audit-trail.ts";
import { inputChecker } from "./check-input.ts";
import type { House } from "./house.ts";
import { type Answer, once } from "./idempotency.ts";
import { asExpected, PROBLEM_TYPE, toProblem } from "./problem.ts";
import type { Call, Route } from "./route.ts";
import { Problem } from "./schemas/common.ts";

const NOTHING = Type.Object({}, { additionalProperties: false });

/** Puts a declared route on the server: input checked, work done once per Idempotency-Key, answer by its schema. */
export function addRoute(app: FastifyInstance, house: House, route: Route): void {
  const answer = inputCheckedAnswer(house, route);
  app.route({
    method: route.method,
    url: route.url,
    config: {
      isPublic: route.isPublic === true,
      isSignIn: route.isSignIn === true,
      isPersonal: route.isPersonal === true,
      permission: route.permission,
      action: route.action,
    },
    schema: {
      response: { ...(route.answer ? { [route.status]: route.answer } : {}), "4xx": Problem, "5xx": Problem },
    },
    handler: async (request, reply) => {
      const { status, body } = await answer(request, reply);
      if (route.isFile) return body;
      reply.code(status);
      if (status >= 400) reply.type(PROBLEM_TYPE);
      return status === 204 ? reply.send() : body;
    },
  });
}

function inputCheckedAnswer(house: House, route: Route) {
  const checkQuery = inputChecker(
    route.query ? { ...route.query, additionalProperties: false } : NOTHING,
    "query",
  );
  const checkBody = inputChecker(route.body ?? NOTHING, "body");
  const mayLackBody = route.body === undefined || route.isBodyOptional;
  return async (request: FastifyRequest, reply: FastifyReply): Promise<Answer> => {
    const query = checkQuery(request.query);
    const body = checkBody(request.body === undefined && mayLackBody ? {} : request.body);
    const call = toCall(house, request, reply, { query, body });
    const work = async () => ({ status: route.status, body: await route.handle(call) });
    const key = request.headers["idempotency-key"];
    // A public route has no principal whose key it could be; a sign-in link works once by itself.
    if (route.method !== "POST" || key === undefined || !request.principal) return work();
    const outcome = await once(
      house.tenancy.internals.control,
      {
        // An answer in a visit is none outside of it.
        principal: Object.values(actingAs(request.principal)).join(" "),
        key: String(key),
        method: request.method,
        url: request.url,
        body,
        isSecret: route.isSecret === true,
        now: house.clock.now(),
      },
      () => refusalsAsAnswers(work, request.id),
    );
    if (outcome.isReplayed) reply.header("idempotency-replayed", "true");
    return outcome;
  };
}

/** A refusal is an answer too, and is kept like one; a fault of ours is not. */
async function refusalsAsAnswers(work: () => Promise<Answer>, requestId: string): Promise<Answer> {
  try {
    return await work();
  } catch (failure) {
    const error = asExpected(failure);
    if (error.status >= 500) throw failure;
    return { status: error.status, body: toProblem(error, requestId) };
  }
}

function toCall(
  house: House,
  request: FastifyRequest,
  reply: FastifyReply,
  input: { query: unknown; body: unknown },
): Call<Readonly<Record<string, string>>, unknown, unknown> {
  return {
    house,
    ...input,
    params: request.params as Record<string, string>, // parameters of a path are text
    by: actorOf(request),
    requestId: request.id,
    get principal() {
      if (!request.principal)
        throw new Error(`${request.method} ${request.url} is public: it has no principal.`);
      return request.principal;
    },
    request,
    reply,
  };
}
