import type { MigrationRun } from "../../api/types.ts";
import { useFormats, useMessages } from "../../messages/LocaleProvider.tsx";
import { Mark, type Tone } from "../../ui/Mark.tsx";
import { Progress } from "../../ui/Progress.tsx";

const tones: Record<MigrationRun["status"], Tone> = {
  running: "busy",
  done: "ok",
  stopped: "warn",
  failed: "danger",
};

export function RunMark({ run }: { run: MigrationRun }) {
  const { runs } = useMessages().migrations;
  return (
    <Mark tone={tones[run.status]} title={runs.statusMeaning[run.status]}>
      {runs.statuses[run.status]}
    </Mark>
  );
}

export function RunProgress({ run }: { run: MigrationRun }) {
  const { runs } = useMessages().migrations;
  const formats = useFormats();
  return (
    <div className="run-progress">
      <Progress label={runs.progress} done={run.done} failed={run.failed} total={run.total} />
      <span className="number nowrap">
        {runs.progressOf(formats.number(run.done), formats.number(run.total))}
      </span>
    </div>
  );
}
