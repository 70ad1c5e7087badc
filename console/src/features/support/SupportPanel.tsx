import { useQuery } from "@tanstack/react-query";
import type { SupportVisit } from "../../api/types.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ApiAndCli } from "../../shell/ApiAndCli.tsx";
import { curl } from "../../shell/equivalents.ts";
import { useHere } from "../../shell/here.ts";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Blank } from "../../ui/Blank.tsx";
import { type Column, DataTable } from "../../ui/DataTable.tsx";
import { Mark, type Tone } from "../../ui/Mark.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Time } from "../../ui/Time.tsx";
import { visitsQuery } from "./queries.ts";

const tones: Readonly<Record<SupportVisit["state"], Tone>> = {
  requested: "busy",
  active: "warn",
  declined: "quiet",
  expired: "quiet",
  over: "quiet",
  ended: "quiet",
};

/** When support asked to act in the tenant, and when it did. Consent is given in the notice above the rooms. */
export function SupportPanel() {
  const { support: text } = useMessages();
  const { tenant } = useHere();
  const visits = useQuery(visitsQuery(tenant.id));
  return (
    <Panel
      title={text.title}
      actions={<ApiAndCli calls={{ api: curl("GET", `/v1/tenants/${tenant.id}/support-visits`) }} />}
    >
      <DataTable
        caption={text.title}
        columns={useVisitColumns()}
        rows={visits.data?.items}
        rowKey={({ id }) => id}
        problem={visits.isError && <ProblemNote error={visits.error} onRetry={() => visits.refetch()} />}
        blank={<Blank title={text.none.title}>{text.none.body}</Blank>}
      />
    </Panel>
  );
}

function useVisitColumns(): Column<SupportVisit>[] {
  const { support: text } = useMessages();
  return [
    {
      key: "who",
      header: text.operator,
      cell: ({ operatorName }) => <span className="identity">{operatorName}</span>,
    },
    { key: "reason", header: text.reason, isSecondary: true, cell: ({ reason }) => reason },
    { key: "scope", header: text.scope, cell: ({ scope }) => text.scopes[scope] },
    {
      key: "state",
      header: text.state,
      cell: ({ state }) => <Mark tone={tones[state]}>{text.states[state]}</Mark>,
    },
    {
      key: "at",
      header: text.asked,
      isSecondary: true,
      cell: ({ requestedAt }) => <Time at={requestedAt} />,
    },
    {
      key: "until",
      header: text.until,
      cell: ({ endsAt, endedAt }) => (endedAt ?? endsAt) && <Time at={(endedAt ?? endsAt) as string} />,
    },
  ];
}
