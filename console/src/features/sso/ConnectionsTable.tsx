import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { SsoConnection } from "../../api/types.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { useHere } from "../../shell/here.ts";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Blank } from "../../ui/Blank.tsx";
import { type Column, DataTable } from "../../ui/DataTable.tsx";
import { Mark, type Tone } from "../../ui/Mark.tsx";
import { Time } from "../../ui/Time.tsx";
import { ActorName } from "../audit/ActorName.tsx";
import { ConnectButton } from "./ConnectButton.tsx";
import { providerOf } from "./providers.ts";
import { connectionsQuery } from "./queries.ts";
import { useSsoBase } from "./use-sso-base.ts";

const tones: Readonly<Record<SsoConnection["status"], Tone>> = {
  draft: "busy",
  active: "ok",
  disabled: "quiet",
};

export function ConnectionsTable() {
  const { sso: text } = useMessages();
  const { tenant } = useHere();
  const connections = useQuery(connectionsQuery(tenant.id));
  return (
    <DataTable
      caption={text.connections}
      columns={useColumns()}
      rows={connections.data?.items}
      rowKey={({ id }) => id}
      problem={
        connections.isError && <ProblemNote error={connections.error} onRetry={() => connections.refetch()} />
      }
      blank={
        <Blank title={text.none.title} action={<ConnectButton />}>
          {text.none.body}
        </Blank>
      }
    />
  );
}

function useColumns(): Column<SsoConnection>[] {
  const { sso: text, general } = useMessages();
  const base = useSsoBase();
  return [
    {
      key: "name",
      header: text.name,
      cell: (connection) => (
        <div className="stack-tight">
          <span className="identity identity-wide">{connection.name}</span>
          <span className="quiet">
            {text.providers[providerOf(connection)]} · {text.protocols[connection.kind]}
          </span>
        </div>
      ),
    },
    { key: "status", header: general.status, cell: (connection) => <StatusMark connection={connection} /> },
    {
      key: "maker",
      header: general.madeBy,
      isSecondary: true,
      cell: ({ createdBy }) => createdBy !== null && <ActorName actor={createdBy} isShort />,
    },
    {
      key: "changed",
      header: text.changed,
      isSecondary: true,
      cell: ({ updatedAt }) => <Time at={updatedAt} />,
    },
    {
      key: "open",
      header: general.actions,
      isHeaderHidden: true,
      isNumber: true,
      cell: ({ id, name, status }) => (
        <Link
          to={base(`/${id}`)}
          aria-label={status === "draft" ? text.continueNamed(name) : text.openNamed(name)}
        >
          {status === "draft" ? text.resume : text.open}
        </Link>
      ),
    },
  ];
}

export function StatusMark({ connection }: { connection: SsoConnection }) {
  const { sso: text } = useMessages();
  const { status } = connection;
  return (
    <Mark tone={tones[status]} title={text.statusMeaning[status]}>
      {text.statuses[status]}
    </Mark>
  );
}
