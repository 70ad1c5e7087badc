import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Cell } from "../../api/types.ts";
import { useFormats, useMessages } from "../../messages/LocaleProvider.tsx";
import { ApiAndCli } from "../../shell/ApiAndCli.tsx";
import { curl, manage } from "../../shell/equivalents.ts";
import { PageHeading } from "../../shell/PageHeading.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Blank } from "../../ui/Blank.tsx";
import { type Column, DataTable } from "../../ui/DataTable.tsx";
import { Mark, type Tone } from "../../ui/Mark.tsx";
import { isolationLevels } from "../tenants/tenants-search.ts";
import { cellsQuery, regionsQuery } from "./queries.ts";

const tones: Record<Cell["status"], Tone> = { open: "ok", closed: "quiet", unreachable: "danger" };

export function CellsPage() {
  const { cells: text } = useMessages();
  const cells = useQuery(cellsQuery);
  return (
    <>
      <PageHeading
        title={text.title}
        actions={<ApiAndCli calls={{ cli: manage("cell list"), api: curl("GET", "/v1/cells") }} />}
      />
      <DataTable
        caption={text.title}
        columns={useCellColumns()}
        rows={cells.data?.items}
        rowKey={(cell) => cell.key}
        problem={cells.isError && <ProblemNote error={cells.error} onRetry={() => cells.refetch()} />}
        blank={<Blank title={text.none.title}>{text.none.body}</Blank>}
      />
    </>
  );
}

function useCellColumns(): Column<Cell>[] {
  const { cells: text, tenants } = useMessages();
  const formats = useFormats();
  const regions = useQuery(regionsQuery).data?.items ?? [];
  return [
    {
      key: "cell",
      header: text.cell,
      cell: (cell) => (
        <span>
          <Link
            to="/tenants"
            search={{ cell: cell.key }}
            className="identity"
            title={text.showTenants(cell.name)}
          >
            {cell.name}
          </Link>
          <span className="quiet nowrap">
            {regions.find(({ key }) => key === cell.region)?.name ?? cell.region}
          </span>
        </span>
      ),
    },
    {
      key: "status",
      header: text.status,
      cell: (cell) => (
        <Mark tone={tones[cell.status]} title={text.statusMeaning[cell.status]}>
          {text.statuses[cell.status]}
        </Mark>
      ),
    },
    {
      key: "engine",
      header: text.engine,
      isSecondary: true,
      cell: (cell) => <span className="nowrap">{cell.engine}</span>,
    },
    ...isolationLevels.map(
      (level): Column<Cell> => ({
        key: level,
        header: tenants.levels[level],
        hint: text.tenantsAt(tenants.levels[level]),
        isNumber: true,
        cell: (cell) => (
          <Link to="/tenants" search={{ cell: cell.key, level }}>
            {formats.number(cell.tenants[level])}
          </Link>
        ),
      }),
    ),
    {
      key: "connections",
      header: text.connections,
      isNumber: true,
      isSecondary: true,
      cell: ({ connections }) => text.used(formats.number(connections.used), formats.number(connections.max)),
    },
    ...(["schema", "database"] as const).map(
      (level): Column<Cell> => ({
        key: `warm-${level}`,
        header: text.warm[level],
        hint: text.warmMeaning,
        isNumber: true,
        isSecondary: true,
        cell: ({ warmPool }) =>
          text.used(formats.number(warmPool[level].ready), formats.number(warmPool[level].target)),
      }),
    ),
    {
      key: "size",
      header: text.size,
      isNumber: true,
      isSecondary: true,
      cell: (cell) => formats.bytes(cell.databaseBytes),
    },
  ];
}
