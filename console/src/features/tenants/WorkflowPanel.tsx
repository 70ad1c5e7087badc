import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { refresh } from "../../api/get-query.ts";
import type { Workflow, WorkflowStep } from "../../api/types.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Mark, type Tone } from "../../ui/Mark.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Time } from "../../ui/Time.tsx";
import { tenantTouches, workflowQuery } from "./queries.ts";

const stepTones: Record<WorkflowStep["status"], Tone> = {
  waiting: "quiet",
  running: "busy",
  done: "ok",
  undone: "warn",
  failed: "danger",
};
const statusTones: Record<Workflow["status"], Tone> = {
  running: "busy",
  done: "ok",
  failed: "danger",
  undone: "warn",
};

/** The work under way on a tenant, step by step, until it ends. */
export function WorkflowPanel({ id }: { id: string }) {
  const { tenants, general } = useMessages();
  const client = useQueryClient();
  const workflow = useQuery(workflowQuery(id));
  const isOver = workflow.data !== undefined && workflow.data.status !== "running";
  useEffect(() => {
    if (isOver) void refresh(client, tenantTouches);
  }, [isOver, client]);

  if (workflow.isError) return <ProblemNote error={workflow.error} onRetry={() => workflow.refetch()} />;
  if (!workflow.data) return null;
  const { kind, status, steps, attempts, error } = workflow.data;
  return (
    <Panel
      title={tenants.workflow.kinds[kind] ?? kind}
      actions={
        <span className="row">
          {attempts > 1 && <span className="quiet">{tenants.workflow.attempt(attempts)}</span>}
          <Mark tone={statusTones[status]}>{tenants.workflow.statuses[status]}</Mark>
        </span>
      }
    >
      <ol className="steps">
        {steps.map((step) => (
          <li key={step.name}>
            <Mark tone={stepTones[step.status]}>{stepName(step.name)}</Mark>
            <span className="only-for-readers">{tenants.workflow.steps[step.status]}</span>
            {step.finishedAt && (
              <span className="quiet">
                <Time at={step.finishedAt} />
              </span>
            )}
          </li>
        ))}
      </ol>
      {error && (
        <Notice tone="danger" title={general.status}>
          {error}
        </Notice>
      )}
    </Panel>
  );
}

/** Steps are the server's own names: shown as they stand in its log, with spaces. */
function stepName(name: string): string {
  return name.replaceAll(/[_-]/g, " ");
}
