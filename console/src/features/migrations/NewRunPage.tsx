import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { MigrationRun, MigrationRunCreate } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { CallsList } from "../../shell/ApiAndCli.tsx";
import { curl, manage } from "../../shell/equivalents.ts";
import { PageHeading } from "../../shell/PageHeading.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { useFieldErrors } from "../../shell/use-field-errors.ts";
import { Button } from "../../ui/Button.tsx";
import { NumberField } from "../../ui/fields.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { useToast } from "../../ui/Toaster.tsx";
import { PlaceErrors } from "./PlaceErrors.tsx";
import { runTouches, startRun } from "./queries.ts";

/** First a try that changes nothing, then the run: the second button waits for the first. */
export function NewRunPage() {
  const { migrations, general } = useMessages();
  const text = migrations.start;
  const navigate = useNavigate();
  const toast = useToast();
  const [canary, setCanary] = useState<number | undefined>();
  const [errorBudget, setErrorBudget] = useState<number | undefined>(0);
  const tryOut = useAction({
    run: (body: MigrationRunCreate, key) => startRun({ ...body, dryRun: true }, key),
    touches: [],
  });
  const start = useAction({
    run: (body: MigrationRunCreate, key) => startRun(body, key),
    touches: runTouches,
    onDone: (run) => {
      toast(text.started);
      void navigate({ to: "/migrations/runs/$runId", params: { runId: run.id } });
    },
  });
  const body: MigrationRunCreate = { canary, errorBudget };
  const failure = start.error ?? tryOut.error;
  const errors = useFieldErrors(failure);
  const hasNothing = tryOut.data?.total === 0;

  return (
    <>
      <PageHeading title={text.title} />
      <div className="two-columns">
        <div className="stack">
          <NumberField
            label={text.canary}
            hint={text.canaryHint}
            value={canary}
            onChange={setCanary}
            error={errors["canary"]}
            min={0}
            max={1000}
          />
          <NumberField
            label={text.budget}
            hint={text.budgetHint}
            value={errorBudget}
            onChange={setErrorBudget}
            error={errors["errorBudget"]}
            min={0}
            max={1000}
          />
          {tryOut.data && <DryRunResult run={tryOut.data} />}
          {failure && <ProblemNote error={failure} shownFields={["canary", "errorBudget"]} />}
          <div className="row">
            <Button
              look={tryOut.data && !hasNothing ? "plain" : "primary"}
              isBusy={tryOut.isPending}
              onClick={() => tryOut.mutate(body)}
            >
              {text.dryRun}
            </Button>
            <Button
              look={tryOut.data && !hasNothing ? "primary" : "plain"}
              isBusy={start.isPending}
              disabledReason={!tryOut.data ? text.dryFirst : hasNothing && text.nothingToDo}
              onClick={() => start.mutate(body)}
            >
              {text.run}
            </Button>
            <Button look="bare" onClick={() => navigate({ to: "/migrations" })}>
              {general.cancel}
            </Button>
          </div>
        </div>
        <Panel title={general.apiAndCli.title}>
          <CallsList
            calls={{
              cli: manage("app migrate", { canary, "error-budget": errorBudget }),
              api: curl("POST", "/v1/migrations/runs", body),
            }}
          />
        </Panel>
      </div>
    </>
  );
}

function DryRunResult({ run }: { run: MigrationRun }) {
  const text = useMessages().migrations.start;
  if (run.total === 0) return <Notice tone="ok">{text.nothingToDo}</Notice>;
  return (
    <>
      <Notice tone={run.failed > 0 ? "warn" : "info"} role="status">
        <p>{text.would(run.total, run.toVersion)}</p>
        {run.failed > 0 && <p>{text.wouldFail(run.failed)}</p>}
      </Notice>
      {run.errors.length > 0 && <PlaceErrors errors={run.errors} failed={run.failed} />}
    </>
  );
}
