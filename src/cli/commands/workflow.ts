import type { WorkflowRow } from "../../lifecycle/store.ts";
import { type Call, defineCommand, type Positional } from "../command.ts";
import { usageError } from "../errors.ts";
import { EXIT } from "../exit-codes.ts";
import type { Output } from "../output.ts";
import { at } from "../tenant-view.ts";

const ID: Positional = { name: "ID", about: "`tenant show` names it.", isRequired: true };

const show = defineCommand({
  path: ["workflow", "show"],
  action: "workflow.read",
  summary: "Show durable work on a tenant, step by step",
  positionals: [ID],
  examples: ["tenancy workflow show 01980000-0000-7000-8000-000000000001"],
  async run(call) {
    const id = await readId(call, "show");
    const { internals } = await call.open();
    const row = await internals.workflows.find(id);
    call.out.answer(toWorkflow(row), () => facts(call.out, row));
  },
});

const resume = defineCommand({
  path: ["workflow", "resume"],
  action: "workflow.resumed",
  summary: "Go on with a workflow that nobody works on, until it ends",
  about: "Running servers do it by themselves. Steps that are done are not done again.",
  positionals: [ID],
  examples: ["tenancy workflow resume 01980000-0000-7000-8000-000000000001"],
  onInterrupt: "The steps that are done stay so; the same command goes on.",
  async run(call) {
    const id = await readId(call, "resume");
    const { internals } = await call.open();
    await internals.workflows.find(id);
    const row = await internals.workflows.run(id);
    call.out.say(
      row.status === "done"
        ? `${call.out.paint("green", "Done.")}`
        : "It did not end; its last failure is below. Mend the cause and resume it again.",
    );
    call.out.answer(toWorkflow(row), () => facts(call.out, row));
    return row.status === "done" ? EXIT.ok : EXIT.failed;
  },
});

async function readId({ positionals }: Call, verb: string): Promise<string> {
  const { isUuid } = await import("../../base/ids.ts");
  const id = positionals[0] ?? "";
  if (isUuid(id)) return id;
  const message = `Expected the id of a workflow (a UUID), got ${JSON.stringify(id)}.`;
  throw usageError(["workflow", verb], [{ path: "ID", message }]);
}

function toWorkflow(row: WorkflowRow) {
  const { id, kind, tenant_id, status, steps, attempts, error, actor, created_at, updated_at } = row;
  return {
    id,
    kind,
    tenantId: tenant_id,
    status,
    steps,
    attempts,
    error,
    actor,
    createdAt: created_at,
    updatedAt: updated_at,
  };
}

function facts(out: Output, row: WorkflowRow): string {
  const head = out.facts([
    ["Workflow", row.id],
    ["Kind", row.kind],
    ["Tenant", row.tenant_id],
    ["Status", row.status],
    ["Tries", String(row.attempts)],
    ["Asked by", row.actor],
    ["Created", at(row.created_at)],
    ["Updated", at(row.updated_at)],
    ...(row.error === null ? [] : [["Failure", row.error] as const]),
  ]);
  const steps = out.table(
    [
      { title: "Step", cell: (s) => s.name },
      { title: "Status", cell: (s) => s.status },
      { title: "Finished", cell: (s) => (s.finishedAt === null ? "" : at(new Date(s.finishedAt))) },
    ],
    row.steps,
    "It has no steps.",
  );
  return `${head}\n${steps}`;
}

export const commands = [show, resume];
