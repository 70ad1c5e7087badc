import { checkDraft, type TestOutcome } from "../../access/check-draft.ts";
import type { Draft } from "../../access/draft.ts";
import { replayWeek } from "../../access/replay-week.ts";
import { findTenant } from "../api-tenant.ts";
import { route } from "../route.ts";
import { PolicyCheck, PolicyChecked, PolicyReplay, PolicyReplayed } from "../schemas/policy-drafts.ts";
import { toApiTest } from "./policies.ts";
import { rulesParts } from "./roles.ts";

const tenant = "Id, slug or domain of the tenant.";

export const policyDraftRoutes = [
  route({
    method: "POST",
    url: "/v1/tenants/:tenant/policies/check",
    tag: "Access",
    permission: "policies.read",
    action: null,
    unrecorded:
      "It tells about the text that was sent, as often as an editor asks; nothing is decided by it.",
    summary:
      "Check a draft of policies: its faults by line and column, and the tenant's policy tests under it",
    params: { tenant },
    body: PolicyCheck,
    answer: PolicyChecked,
    handle: async ({ house, params, body }) => {
      const { id } = await findTenant(house, params.tenant);
      const { faults, tests } = await checkDraft(rulesParts(house), id, body.draft as Draft);
      return { faults: [...faults], tests: tests.map(toApiOutcome) };
    },
  }),
  route({
    method: "POST",
    url: "/v1/tenants/:tenant/policies/replay",
    tag: "Access",
    permission: "policies.replay",
    action: "policy.replayed",
    summary: "Put the last seven days' calls to a draft of the rules: which would be decided otherwise",
    description:
      "Each recorded call of members, service accounts and keys is decided by the rules in force and by the draft, with the roles and circumstances that were recorded. Changes nothing.",
    params: { tenant },
    body: PolicyReplay,
    answer: PolicyReplayed,
    handle: async ({ house, params, body, by }) => {
      const { id } = await findTenant(house, params.tenant);
      const { from, to, groups, examples, ...counts } = await replayWeek(
        rulesParts(house),
        id,
        body.draft as Draft,
        by,
      );
      return {
        ...counts,
        from: from.toISOString(),
        to: to.toISOString(),
        groups: [...groups],
        examples: examples.map(({ at, reasons, ...call }) => ({
          ...call,
          at: at.toISOString(),
          reasons: [...reasons],
        })),
      };
    },
  }),
];

function toApiOutcome({ test, allowed, reasons }: TestOutcome) {
  return { test: toApiTest(test), allowed, reasons: [...reasons] };
}
