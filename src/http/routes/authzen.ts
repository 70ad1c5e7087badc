import { accessError } from "../../access/errors.ts";
import {
  type EvaluationParts,
  evaluate,
  readActionSearch,
  readEvaluation,
  readSubjectSearch,
  searchActions,
  searchMembers,
} from "../../gate/authzen.ts";
import { evaluateAll } from "../../gate/authzen-batch.ts";
import { PAGE_MAX } from "../../identity/limits.ts";
import { readMembers } from "../../identity/members.ts";
import { findTenant } from "../api-tenant.ts";
import type { House } from "../house.ts";
import { route } from "../route.ts";
import {
  AuthzenActions,
  AuthzenConfiguration,
  AuthzenDecision,
  AuthzenDecisions,
  AuthzenEvaluation,
  AuthzenEvaluations,
  AuthzenSearch,
  AuthzenSubjects,
} from "../schemas/authzen.ts";

const BASE = "/v1/tenants/:tenant";
const ASKS = {
  method: "POST",
  tag: "Access",
  permission: "access.evaluate",
  action: "access.evaluated",
  params: { tenant: "Id, slug or domain of the tenant." },
} as const;

/** OpenID AuthZEN 1.0: each tenant is a policy decision point of its own, at its path. */
export const authzenRoutes = [
  route({
    ...ASKS,
    url: `${BASE}/access/v1/evaluation`,
    summary: "Ask whether somebody may do something (AuthZEN 1.0)",
    description: "A denial is `200` with `decision: false` and its reasons in `context`.",
    body: AuthzenEvaluation,
    answer: AuthzenDecision,
    handle: async ({ house, params, body, request }) => {
      const { id } = await findTenant(house, params.tenant);
      const asked = readEvaluation(body);
      request.audited.resource = `${asked.subject.type}:${asked.subject.id}`;
      return evaluate(partsOf(house), id, asked) as Promise<{ decision: boolean }>;
    },
  }),
  route({
    ...ASKS,
    url: `${BASE}/access/v1/evaluations`,
    summary: "Ask many such questions at once (AuthZEN 1.0)",
    body: AuthzenEvaluations,
    answer: AuthzenDecisions,
    handle: async ({ house, params, body }) => {
      const { id } = await findTenant(house, params.tenant);
      return evaluateAll(partsOf(house), id, body) as Promise<{ decision?: boolean }>;
    },
  }),
  route({
    ...ASKS,
    url: `${BASE}/access/v1/search/action`,
    summary: "List what somebody may do with a resource (AuthZEN 1.0)",
    body: AuthzenSearch,
    answer: AuthzenActions,
    handle: async ({ house, params, body }) => {
      const { id } = await findTenant(house, params.tenant);
      const names = await searchActions(partsOf(house), id, readActionSearch(body));
      return { results: names.map((name) => ({ name })) };
    },
  }),
  route({
    ...ASKS,
    url: `${BASE}/access/v1/search/subject`,
    summary: "List the members who may do something with a resource (AuthZEN 1.0)",
    description:
      "A page looks at `limit` members, so it may hold fewer results; go on while there is a `next_token`.",
    body: AuthzenSearch,
    answer: AuthzenSubjects,
    handle: async ({ house, params, body }) => {
      const { id } = await findTenant(house, params.tenant);
      const asked = readSubjectSearch(body);
      const { page, ...question } = body;
      const { limit, afterEmail, list } = pageOf(house, id, page, question);
      const members = await readMembers(house.identity.pool, id, {
        limit: limit + 1,
        ...(afterEmail === undefined ? {} : { afterEmail }),
      });
      const looked = members.slice(0, limit);
      const last = looked.at(-1);
      return {
        results: await searchMembers(partsOf(house), id, asked, looked),
        page: { next_token: members.length > limit && last ? house.cursors.write(list, last.email) : "" },
      };
    },
  }),
  route({
    method: "GET",
    url: `/.well-known/authzen-configuration${BASE}`,
    tag: "Access",
    permission: "anyone",
    isPublic: true,
    action: null,
    unrecorded: "It says where to ask, the same for each name, and nothing of the tenant.",
    summary: "Show where a tenant's decisions are asked for (AuthZEN 1.0)",
    params: ASKS.params,
    answer: AuthzenConfiguration,
    handle: async ({ house, params }) => {
      const point = `${house.identity.site.origin()}/v1/tenants/${encodeURIComponent(params.tenant)}`;
      return {
        policy_decision_point: point,
        access_evaluation_endpoint: `${point}/access/v1/evaluation`,
        access_evaluations_endpoint: `${point}/access/v1/evaluations`,
        search_subject_endpoint: `${point}/access/v1/search/subject`,
        search_action_endpoint: `${point}/access/v1/search/action`,
      };
    },
  }),
];

function partsOf(house: House): EvaluationParts {
  const { memberships } = house.tenancy.internals.identity;
  return { access: house.access, memberships, pool: house.identity.pool, clock: house.clock };
}

function pageOf(house: House, tenantId: string, page: unknown, question: object) {
  const { token, limit = PAGE_MAX } = (page ?? {}) as { token?: unknown; limit?: unknown };
  const isLimit = Number.isInteger(limit) && (limit as number) >= 1;
  if (!isLimit || (token !== undefined && typeof token !== "string")) {
    const problems = [
      { path: "page", message: "Expected `page.limit` to be a number above 0, `page.token` text." },
    ];
    throw accessError("authzen.bad_request", {}, { problems });
  }
  const count = Math.min(limit as number, PAGE_MAX);
  // A token goes on with the very question that it came from.
  const list = `authzen ${tenantId} ${count} ${JSON.stringify(question)}`;
  const isFirst = token === undefined || token === "";
  return {
    limit: count,
    list,
    afterEmail: isFirst ? undefined : house.cursors.read<string>(list, token as string),
  };
}
