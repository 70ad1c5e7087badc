import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import type { MigrationRun } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useFormats, useMessages } from "../../messages/LocaleProvider.tsx";
import { ApiAndCli } from "../../shell/ApiAndCli.tsx";
import { describeProblem } from "../../shell/describe-problem.ts";
import { curl, manage } from "../../shell/equivalents.ts";
import { PageHeading } from "../../shell/PageHeading.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Button } from "../../ui/Button.tsx";
import { CopyableId } from "../../ui/Copyable.tsx";
import { Facts } from "../../ui/Facts.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { ExactTime } from "../../ui/Time.tsx";
import { useToast } from "../../ui/Toaster.tsx";
import { useForbiddenToStaff } from "../session/use-forbidden-to-staff.ts";
import { PlaceErrors } from "./PlaceErrors.tsx";
import { runQuery, runTouches, stopRun } from "./queries.ts";
import { RunMark, RunProgress } from "./RunMark.tsx";

export function RunPage() {
  const { migrations: text } = useMessages();
  const { runId = "" } = useParams({ strict: false });
  const query = useQuery(runQuery(runId));
  const run = query.data;
  return (
    <>
      <PageHeading
        title={run ? text.runs.to(run.toVersion) : text.runs.one}
        beside={run && <RunMark run={run} />}
        actions={
          <>
            <ApiAndCli
              calls={{
                cli: manage("app status"),
                api: curl("GET", `/v1/migrations/runs/${runId}`),
              }}
            />
            {run && <StopButton run={run} />}
          </>
        }
      />
      {query.isError && <ProblemNote error={query.error} onRetry={() => query.refetch()} />}
      {run && <RunBody run={run} />}
    </>
  );
}

function RunBody({ run }: { run: MigrationRun }) {
  const { migrations: text, general } = useMessages();
  const formats = useFormats();
  return (
    <>
      <div className="narrow">
        <Facts
          facts={[
            {
              label: general.status,
              value: text.runs.statuses[run.status],
              hint: text.runs.statusMeaning[run.status],
            },
            { label: text.places, value: <RunProgress run={run} /> },
            { label: text.failed, value: <span className="number">{formats.number(run.failed)}</span> },
            ...(run.wave ? [{ label: text.runs.wave, value: text.runs.waves[run.wave] }] : []),
            { label: general.started, value: <ExactTime at={run.startedAt} /> },
            ...(run.finishedAt
              ? [{ label: general.finished, value: <ExactTime at={run.finishedAt} /> }]
              : []),
            { label: general.id, value: <CopyableId id={run.id} what={general.id} /> },
          ]}
        />
      </div>
      <Panel title={text.runs.errors}>
        {run.errors.length === 0 ? (
          <p className="quiet">{text.runs.noErrors}</p>
        ) : (
          <PlaceErrors errors={run.errors} failed={run.failed} />
        )}
      </Panel>
      <span className="only-for-readers" role="status">
        {text.runs.statuses[run.status]}
      </span>
    </>
  );
}

function StopButton({ run }: { run: MigrationRun }) {
  const messages = useMessages();
  const { runs } = messages.migrations;
  const toast = useToast();
  const forbidden = useForbiddenToStaff();
  const stop = useAction({
    run: (id: string, key) => stopRun(id, key),
    touches: runTouches,
    onDone: () => toast(runs.stopping),
  });
  return (
    <Button
      isBusy={stop.isPending}
      disabledReason={forbidden("migrations.run") || (run.status !== "running" && runs.notRunning)}
      onClick={() =>
        stop.mutate(run.id, { onError: (error) => toast(describeProblem(error, messages).title, "danger") })
      }
    >
      {runs.stop}
    </Button>
  );
}
