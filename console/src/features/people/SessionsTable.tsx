import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { PersonSession } from "../../api/types.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Blank } from "../../ui/Blank.tsx";
import { type Column, DataTable } from "../../ui/DataTable.tsx";
import { Time } from "../../ui/Time.tsx";
import { personSessionsQuery } from "./queries.ts";

interface SessionsTableProps {
  readonly base: string;
  /** What can be done with one; nothing without it. */
  readonly act?: (session: PersonSession) => ReactNode;
}

/** Where somebody else is signed in. */
export function SessionsTable({ base, act }: SessionsTableProps) {
  const { people: text } = useMessages();
  const sessions = useQuery(personSessionsQuery(base));
  return (
    <DataTable
      caption={text.sessions}
      columns={useColumns(act)}
      rows={sessions.data?.items}
      rowKey={(session) => session.id}
      problem={sessions.isError && <ProblemNote error={sessions.error} onRetry={() => sessions.refetch()} />}
      blank={<Blank title={text.noSessions.title}>{text.noSessions.body}</Blank>}
    />
  );
}

function useColumns(act: SessionsTableProps["act"]): Column<PersonSession>[] {
  const { account, general } = useMessages();
  const text = account.sessions;
  const columns: Column<PersonSession>[] = [
    {
      key: "device",
      header: text.device,
      cell: ({ device, ip }) => (
        <div className="stack-tight">
          <span className="identity identity-wide">{device || text.unknownDevice}</span>
          <span className="quiet mono">{ip}</span>
        </div>
      ),
    },
    {
      key: "by",
      header: text.by,
      isSecondary: true,
      cell: ({ amr }) => [...new Set(amr.map((method) => text.amr[method] ?? method))].join(", "),
    },
    { key: "used", header: text.lastUsed, cell: ({ lastUsedAt }) => <Time at={lastUsedAt} /> },
  ];
  if (!act) return columns;
  return [
    ...columns,
    { key: "act", header: general.actions, isHeaderHidden: true, isNumber: true, cell: act },
  ];
}
