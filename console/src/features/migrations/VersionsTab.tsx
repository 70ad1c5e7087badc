import { useQuery } from "@tanstack/react-query";
import type { MigrationStatus } from "../../api/types.ts";
import { useFormats, useMessages } from "../../messages/LocaleProvider.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Blank } from "../../ui/Blank.tsx";
import { CopyButton } from "../../ui/Copyable.tsx";
import { type Column, DataTable } from "../../ui/DataTable.tsx";
import { Mark } from "../../ui/Mark.tsx";
import { Time } from "../../ui/Time.tsx";
import { migrationsQuery } from "./queries.ts";

export function VersionsTab() {
  const { migrations: text } = useMessages();
  const migrations = useQuery(migrationsQuery);
  const items = migrations.data?.items ?? [];
  const failed = items.filter(({ places }) => places.failed > 0).length;
  const behind = items.filter(({ places }) => places.failed + places.pending > 0).length;
  return (
    <>
      {items.length > 0 && (
        <p>
          <Mark tone={failed > 0 ? "danger" : behind > 0 ? "warn" : "ok"}>
            {behind === 0 ? text.upToDate : text.behind(behind)}
          </Mark>{" "}
          <span className="quiet">{text.placesMeaning}</span>
        </p>
      )}
      <DataTable
        caption={text.title}
        columns={useVersionColumns()}
        rows={migrations.data && [...items].sort((one, other) => other.version - one.version)}
        rowKey={(migration) => String(migration.version)}
        problem={
          migrations.isError && <ProblemNote error={migrations.error} onRetry={() => migrations.refetch()} />
        }
        blank={<Blank title={text.none.title}>{text.none.body}</Blank>}
      />
    </>
  );
}

function useVersionColumns(): Column<MigrationStatus>[] {
  const { migrations: text, general } = useMessages();
  const formats = useFormats();
  return [
    {
      key: "version",
      header: text.version,
      cell: (migration) => <span className="number">{formats.number(migration.version)}</span>,
    },
    {
      key: "name",
      header: text.name,
      cell: (migration) => <span className="identity mono">{migration.name}</span>,
    },
    {
      key: "created",
      header: general.created,
      isSecondary: true,
      cell: (row) => <Time at={row.createdAt} />,
    },
    {
      key: "applied",
      header: text.applied,
      isNumber: true,
      cell: ({ places }) => formats.number(places.applied),
    },
    {
      key: "pending",
      header: text.pending,
      isNumber: true,
      cell: ({ places }) =>
        places.pending > 0 ? <strong>{formats.number(places.pending)}</strong> : formats.number(0),
    },
    {
      key: "failed",
      header: text.failed,
      isNumber: true,
      cell: ({ places }) =>
        places.failed > 0 ? <Mark tone="danger">{formats.number(places.failed)}</Mark> : formats.number(0),
    },
    {
      key: "checksum",
      header: text.checksum,
      isNumber: true,
      isSecondary: true,
      cell: ({ checksum }) => (
        <span className="copyable">
          <span className="mono quiet" title={checksum}>
            {checksum.slice(0, 10)}
          </span>
          <CopyButton text={checksum} what={text.checksum} />
        </span>
      ),
    },
  ];
}
