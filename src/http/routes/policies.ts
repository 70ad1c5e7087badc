import type { Static } from "typebox";
import type { Draft } from "../../access/draft.ts";
import {
  changePolicy,
  createPolicy,
  type Policy as Known,
  type PolicyTest as KnownTest,
  readPolicies,
  readPolicyTests,
  removePolicy,
  removePolicyTest,
  savePolicyTest,
} from "../../access/policies.ts";
import type { DraftQuestion } from "../../access/question.ts";
import { tryQuestion } from "../../access/try-question.ts";
import { findTenant } from "../api-tenant.ts";
import { route } from "../route.ts";
import {
  Policy,
  PolicyAnswer,
  PolicyCreate,
  PolicyList,
  PolicyTest,
  PolicyTestList,
  PolicyTestSave,
  PolicyTry,
  PolicyUpdate,
} from "../schemas/access.ts";
import { authorOf, rulesParts } from "./roles.ts";

const tenant = "Id, slug or domain of the tenant.";
const policy = "Id of the policy.";

export const policyRoutes = [
  route({
    method: "GET",
    url: "/v1/tenants/:tenant/policies",
    tag: "Access",
    permission: "policies.read",
    action: "policy.read",
    summary: "List the policies that a tenant wrote",
    params: { tenant },
    answer: PolicyList,
    handle: async ({ house, params }) => {
      const { id } = await findTenant(house, params.tenant);
      return { items: (await readPolicies(rulesParts(house), id)).map(toApiPolicy) };
    },
  }),
  route({
    method: "POST",
    url: "/v1/tenants/:tenant/policies",
    tag: "Access",
    permission: "policies.manage",
    action: "policy.created",
    summary: "Write a policy in Cedar",
    description:
      "Checked by the official engine against the platform's schema, and against the tenant's policy tests. A permit names its actions, and its author holds each of them without condition.",
    params: { tenant },
    body: PolicyCreate,
    status: 201,
    answer: Policy,
    handle: async ({ house, params, body, ...call }) => {
      const { id } = await findTenant(house, params.tenant);
      return toApiPolicy(await createPolicy(rulesParts(house), id, body, authorOf(call)));
    },
  }),
  route({
    method: "PATCH",
    url: "/v1/tenants/:tenant/policies/:policy",
    tag: "Access",
    permission: "policies.manage",
    action: "policy.updated",
    summary: "Change a policy, or switch it off and on",
    params: { tenant, policy },
    body: PolicyUpdate,
    answer: Policy,
    handle: async ({ house, params, body, ...call }) => {
      const { id } = await findTenant(house, params.tenant);
      return toApiPolicy(await changePolicy(rulesParts(house), id, params.policy, body, authorOf(call)));
    },
  }),
  route({
    method: "DELETE",
    url: "/v1/tenants/:tenant/policies/:policy",
    tag: "Access",
    permission: "policies.manage",
    action: "policy.deleted",
    summary: "Remove a policy",
    params: { tenant, policy },
    answer: null,
    handle: async ({ house, params, ...call }) => {
      const { id } = await findTenant(house, params.tenant);
      await removePolicy(rulesParts(house), id, params.policy, authorOf(call));
    },
  }),
  route({
    method: "POST",
    url: "/v1/tenants/:tenant/policies/try",
    tag: "Access",
    permission: "policies.read",
    action: "policy.tried",
    summary: "Ask what would be decided, and why",
    description:
      "About a made-up member; with a draft, under rules that are not in force yet. Changes nothing.",
    params: { tenant },
    body: PolicyTry,
    answer: PolicyAnswer,
    handle: async ({ house, params, body, by }) => {
      const { id } = await findTenant(house, params.tenant);
      const { allowed, policies, reasons, needs } = await tryQuestion(
        rulesParts(house),
        id,
        {
          question: body.question as DraftQuestion,
          draft: body.draft as Draft | undefined,
        },
        by,
      );
      return {
        allowed,
        policies: [...policies],
        reasons: [...reasons],
        stepUpMaxAgeS: needs?.maxAgeS ?? null,
      };
    },
  }),
  route({
    method: "GET",
    url: "/v1/tenants/:tenant/policy-tests",
    tag: "Access",
    permission: "policies.read",
    action: "policy_test.read",
    summary: "List what a tenant expects of its rules",
    params: { tenant },
    answer: PolicyTestList,
    handle: async ({ house, params }) => {
      const { id } = await findTenant(house, params.tenant);
      return { items: (await readPolicyTests(rulesParts(house), id)).map(toApiTest) };
    },
  }),
  route({
    method: "PUT",
    url: "/v1/tenants/:tenant/policy-tests",
    tag: "Access",
    permission: "policies.manage",
    action: "policy_test.saved",
    summary: "Save a policy test, by its name",
    description:
      "It is run now and with each later change of roles or policies; a change that breaks it is refused.",
    params: { tenant },
    body: PolicyTestSave,
    answer: PolicyTest,
    handle: async ({ house, params, body, ...call }) => {
      const { id } = await findTenant(house, params.tenant);
      const input = { ...body, question: body.question as DraftQuestion };
      return toApiTest(await savePolicyTest(rulesParts(house), id, input, authorOf(call)));
    },
  }),
  route({
    method: "DELETE",
    url: "/v1/tenants/:tenant/policy-tests/:test",
    tag: "Access",
    permission: "policies.manage",
    action: "policy_test.deleted",
    summary: "Remove a policy test",
    params: { tenant, test: "Id of the test." },
    answer: null,
    handle: async ({ house, params, ...call }) => {
      const { id } = await findTenant(house, params.tenant);
      await removePolicyTest(rulesParts(house), id, params.test, authorOf(call));
    },
  }),
];

function toApiPolicy(known: Known): Static<typeof Policy> {
  return { ...known, createdAt: known.createdAt.toISOString(), updatedAt: known.updatedAt.toISOString() };
}

export function toApiTest({ id, name, question, isAllowed }: KnownTest): Static<typeof PolicyTest> {
  return { id, name, question: question as Static<typeof PolicyTest>["question"], isAllowed };
}
