import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { PolicyDraft, PolicyReplayed } from "../../api/types.ts";
import { useFormats, useMessages } from "../../messages/LocaleProvider.tsx";
import { ApiAndCli } from "../../shell/ApiAndCli.tsx";
import { curl, manage } from "../../shell/equivalents.ts";
import { useForbidden, useHere } from "../../shell/here.ts";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Button } from "../../ui/Button.tsx";
import { type Column, DataTable } from "../../ui/DataTable.tsx";
import { Mark } from "../../ui/Mark.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Time } from "../../ui/Time.tsx";
import { ActorName } from "../audit/ActorName.tsx";
import { replayDraft } from "./queries.ts";

type Group = PolicyReplayed["groups"][number];
type Example = PolicyReplayed["examples"][number];

/** What the draft would have changed of the last seven days' real calls. */
export function ReplayPanel({ draft, isFaulty }: { draft: PolicyDraft; isFaulty: boolean }) {
  const { policies: text } = useMessages();
  const { tenant } = useHere();
  const forbidden = useForbidden();
  const replay = useMutation({
    mutationFn: (put: PolicyDraft) => replayDraft(tenant.id, put),
  });
  // What is shown is about the text that was put, and says so once another stands in the editor.
  const isStale = replay.data !== undefined && JSON.stringify(replay.variables) !== JSON.stringify(draft);
  return (
    <Panel
      title={text.replay.title}
      actions={
        <div className="row">
          <ApiAndCli
            calls={{
              cli: manage(`policy replay ${tenant.slug} policy.cedar`, { without: draft.without?.[0] }),
              api: curl("POST", `/v1/tenants/${tenant.id}/policies/replay`, { draft }),
            }}
          />
          <Button
            isBusy={replay.isPending}
            disabledReason={forbidden("policies.replay") || (isFaulty && text.faulty)}
            onClick={() => replay.mutate(draft)}
          >
            {text.replay.act}
          </Button>
        </div>
      }
    >
      <p className="quiet prose">{text.replay.intro}</p>
      {replay.isError && <ProblemNote error={replay.error} />}
      {isStale && <Notice tone="info">{text.replay.stale}</Notice>}
      {replay.data && <Report report={replay.data} slug={tenant.slug} />}
    </Panel>
  );
}

function Report({ report, slug }: { report: PolicyReplayed; slug: string }) {
  const { policies: text } = useMessages();
  const formats = useFormats();
  const groupColumns = useGroupColumns();
  const exampleColumns = useExampleColumns(slug);
  const { replayed, isSample, others, undetermined, allowedToDenied, deniedToAllowed } = report;
  const changed = allowedToDenied + deniedToAllowed;
  return (
    <div className="stack" role="status">
      <Notice
        tone={changed === 0 ? "ok" : "warn"}
        title={
          changed === 0
            ? text.replay.nothing(formats.number(replayed))
            : text.replay.changes(
                formats.number(allowedToDenied),
                formats.number(deniedToAllowed),
                formats.number(replayed),
              )
        }
      >
        {isSample && <p>{text.replay.sample}</p>}
        {undetermined > 0 && <p>{text.replay.undetermined(formats.number(undetermined))}</p>}
        <p>{text.replay.others(formats.number(others))}</p>
      </Notice>
      {changed > 0 && (
        <>
          <DataTable
            caption={text.replay.groups}
            columns={groupColumns}
            rows={report.groups}
            rowKey={({ actor, permission, isAllowedNow }) => `${actor} ${permission} ${isAllowedNow}`}
            blank={null}
          />
          <DataTable
            caption={text.replay.examples}
            columns={exampleColumns}
            rows={report.examples}
            rowKey={({ recordId }) => recordId}
            blank={null}
          />
        </>
      )}
    </div>
  );
}

function Change({ isAllowedNow }: { isAllowedNow: boolean }) {
  const { policies: text } = useMessages();
  return (
    <Mark tone={isAllowedNow ? "warn" : "ok"}>
      {isAllowedNow ? text.replay.wouldBeDenied : text.replay.wouldBeAllowed}
    </Mark>
  );
}

function useGroupColumns(): Column<Group>[] {
  const { policies: text } = useMessages();
  const formats = useFormats();
  return [
    { key: "who", header: text.replay.who, cell: ({ actor }) => <ActorName actor={actor} isShort /> },
    {
      key: "permission",
      header: text.replay.permission,
      cell: ({ permission }) => <span className="mono">{permission}</span>,
    },
    {
      key: "change",
      header: text.replay.change,
      cell: ({ isAllowedNow }) => <Change isAllowedNow={isAllowedNow} />,
    },
    {
      key: "calls",
      header: text.replay.calls,
      isNumber: true,
      cell: ({ calls }) => formats.number(calls),
    },
  ];
}

function useExampleColumns(slug: string): Column<Example>[] {
  const { policies: text } = useMessages();
  return [
    {
      key: "at",
      header: text.replay.example,
      cell: ({ at, recordId }) => (
        <Link to="/t/$slug/audit" params={{ slug }} search={{ record: recordId }}>
          <Time at={at} />
        </Link>
      ),
    },
    {
      key: "action",
      header: text.replay.action,
      cell: ({ action }) => <span className="mono">{action}</span>,
    },
    {
      key: "who",
      header: text.replay.who,
      isSecondary: true,
      cell: ({ actor }) => <ActorName actor={actor} isShort />,
    },
    {
      key: "change",
      header: text.replay.change,
      cell: ({ isAllowedNow }) => <Change isAllowedNow={isAllowedNow} />,
    },
    {
      key: "why",
      header: text.replay.why,
      isSecondary: true,
      cell: ({ reasons }) => <span className="quiet wrap-anywhere">{reasons.join(" ")}</span>,
    },
  ];
}
