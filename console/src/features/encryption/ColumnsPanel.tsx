import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import type { Items, SealedColumn, TenantColumn } from "../../api/types.ts";
import { useFormats, useMessages } from "../../messages/LocaleProvider.tsx";
import { ApiAndCli } from "../../shell/ApiAndCli.tsx";
import { curl, manage } from "../../shell/equivalents.ts";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Blank } from "../../ui/Blank.tsx";
import { type Column, DataTable } from "../../ui/DataTable.tsx";
import { Mark, type Tone } from "../../ui/Mark.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Time } from "../../ui/Time.tsx";
import { columnsQuery, tenantColumnsQuery } from "./column-queries.ts";

type Staged = Pick<SealedColumn, "table" | "column" | "stage">;

const tones: Readonly<Record<SealedColumn["stage"], Tone>> = {
  declared: "quiet",
  readable: "quiet",
  sealing: "busy",
  sealed: "ok",
};

/** How far each sealed column has come in all places of the platform. */
export function PlatformColumnsPanel() {
  const { sealedColumns: text } = useMessages();
  const formats = useFormats();
  return (
    <ColumnsTable<SealedColumn>
      columns={useQuery(columnsQuery)}
      cli={manage("encryption columns")}
      path="/v1/encryption/columns"
      more={[
        {
          key: "places",
          header: text.places,
          isNumber: true,
          cell: ({ places, placesSealed }) =>
            text.placesOf(formats.number(placesSealed), formats.number(places)),
        },
        {
          key: "since",
          header: text.since,
          isSecondary: true,
          cell: ({ since }) => since && <Time at={since} />,
        },
      ]}
    />
  );
}

/** How many of one tenant's values lie sealed, and how many still plain. */
export function TenantColumnsPanel({ tenant }: { tenant: { readonly id: string; readonly slug: string } }) {
  const { sealedColumns: text } = useMessages();
  const formats = useFormats();
  return (
    <ColumnsTable<TenantColumn>
      columns={useQuery(tenantColumnsQuery(tenant.id))}
      cli={manage(`encryption columns ${tenant.slug}`)}
      path={`/v1/tenants/${tenant.id}/keys/columns`}
      more={[
        {
          key: "sealed",
          header: text.sealedValues,
          isNumber: true,
          cell: ({ sealed }) => formats.number(sealed),
        },
        {
          key: "plain",
          header: text.plainValues,
          isNumber: true,
          cell: ({ plain }) => formats.number(plain),
        },
      ]}
    />
  );
}

interface ColumnsTableProps<Row extends Staged> {
  readonly columns: UseQueryResult<Items<Row>>;
  readonly cli: string;
  readonly path: string;
  readonly more: readonly Column<Row>[];
}

function ColumnsTable<Row extends Staged>({ columns, cli, path, more }: ColumnsTableProps<Row>) {
  const { sealedColumns: text } = useMessages();
  const named: Column<Row>[] = [
    {
      key: "column",
      header: text.column,
      cell: ({ table, column }) => <span className="mono">{`${table}.${column}`}</span>,
    },
    {
      key: "stage",
      header: text.stage,
      cell: ({ stage }) => (
        <Mark tone={tones[stage]} title={text.stageMeaning[stage]}>
          {text.stages[stage]}
        </Mark>
      ),
    },
  ];
  return (
    <Panel title={text.title} actions={<ApiAndCli calls={{ cli, api: curl("GET", path) }} />}>
      <p className="quiet prose">{text.intro}</p>
      <DataTable
        caption={text.title}
        columns={[...named, ...more]}
        rows={columns.data?.items}
        rowKey={({ table, column }) => `${table}.${column}`}
        problem={columns.isError && <ProblemNote error={columns.error} onRetry={() => columns.refetch()} />}
        blank={<Blank title={text.none.title}>{text.none.body}</Blank>}
      />
    </Panel>
  );
}
