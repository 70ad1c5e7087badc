import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { rowsPerPage } from "../../api/limits.ts";
import type { MigrationRun } from "../../api/types.ts";
import { useFormats, useMessages } from "../../messages/LocaleProvider.tsx";
import { Paging } from "../../shell/Paging.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Blank } from "../../ui/Blank.tsx";
import { CopyButton } from "../../ui/Copyable.tsx";
import { type Column, DataTable } from "../../ui/DataTable.tsx";
import { Mark } from "../../ui/Mark.tsx";
import { Time } from "../../ui/Time.tsx";
import { runsQuery } from "./queries.ts";
import { RunMark, RunProgress } from "./RunMark.tsx";

export function RunsTab() {
  const { migrations: text } = useMessages();
  const { cursor }: { cursor?: string } = useSearch({ strict: false });
  const navigate = useNavigate();
  const runs = useQuery(runsQuery(cursor, rowsPerPage));
  return (
    <DataTable
      caption={text.tabs.runs}
      columns={useRunColumns()}
      rows={runs.data?.items}
      rowKey={(run) => run.id}
      isStale={runs.isPlaceholderData}
      problem={runs.isError && <ProblemNote error={runs.error} onRetry={() => runs.refetch()} />}
      blank={<Blank title={text.runs.none.title}>{text.runs.none.body}</Blank>}
      footer={
        runs.data && (
          <Paging
            shown={runs.data.items.length}
            cursor={cursor}
            nextCursor={runs.data.nextCursor}
            onGo={(next) => navigate({ to: "/migrations/runs", search: { cursor: next } })}
          />
        )
      }
    />
  );
}

function useRunColumns(): Column<MigrationRun>[] {
  const { migrations: text, general } = useMessages();
  const formats = useFormats();
  return [
    {
      key: "run",
      header: text.runs.one,
      cell: (run) => (
        <Link to="/migrations/runs/$runId" params={{ runId: run.id }} className="identity">
          {text.runs.to(run.toVersion)}
        </Link>
      ),
    },
    { key: "status", header: general.status, cell: (run) => <RunMark run={run} /> },
    {
      key: "wave",
      header: text.runs.wave,
      isSecondary: true,
      cell: (run) => (run.status === "running" && run.wave ? text.runs.waves[run.wave] : ""),
    },
    { key: "progress", header: text.places, isSecondary: true, cell: (run) => <RunProgress run={run} /> },
    {
      key: "failed",
      header: text.failed,
      isNumber: true,
      cell: (run) =>
        run.failed > 0 ? <Mark tone="danger">{formats.number(run.failed)}</Mark> : formats.number(0),
    },
    { key: "started", header: general.started, cell: (run) => <Time at={run.startedAt} /> },
    {
      key: "duration",
      header: general.duration,
      isNumber: true,
      isSecondary: true,
      cell: (run) =>
        run.finishedAt ? formats.duration(Date.parse(run.finishedAt) - Date.parse(run.startedAt)) : "",
    },
    {
      key: "id",
      header: general.id,
      isHeaderHidden: true,
      isNumber: true,
      isSecondary: true,
      cell: (run) => <CopyButton text={run.id} what={general.id} />,
    },
  ];
}
