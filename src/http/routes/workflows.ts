import type { Static } from "typebox";
import { isUuid } from "../../base/ids.ts";
import { lifecycleError } from "../../lifecycle/errors.ts";
import type { WorkflowRow } from "../../lifecycle/store.ts";
import { route } from "../route.ts";
import { Workflow } from "../schemas/tenants.ts";

export const workflowRoutes = [
  route({
    method: "GET",
    url: "/v1/workflows/:id",
    tag: "Tenants",
    permission: "workflows.read",
    action: "workflow.read",
    summary: "Show durable work on a tenant, step by step",
    params: { id: "Id of the workflow; the tenant names it while it is at work." },
    answer: Workflow,
    handle: async ({ house, params }) => {
      if (!isUuid(params.id)) throw lifecycleError("workflow.not_found", params);
      return toApiWorkflow(await house.tenancy.internals.workflows.find(params.id));
    },
  }),
];

function toApiWorkflow(row: WorkflowRow): Static<typeof Workflow> {
  const isAtWork = row.status === "running" || row.status === "undoing";
  const current = isAtWork ? row.steps.findIndex((step) => step.status === "waiting") : -1;
  return {
    id: row.id,
    kind: row.kind,
    tenantId: row.tenant_id,
    status: row.status === "undoing" ? "running" : row.status,
    steps: row.steps.map((step, i) => ({ ...step, status: i === current ? "running" : step.status })),
    attempts: row.attempts,
    error: row.error,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}
