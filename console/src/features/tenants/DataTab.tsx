import { useQuery } from "@tanstack/react-query";
import type { TenantUsage } from "../../api/types.ts";
import { useFormats, useMessages } from "../../messages/LocaleProvider.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Blank } from "../../ui/Blank.tsx";
import { type Column, DataTable } from "../../ui/DataTable.tsx";
import { Facts } from "../../ui/Facts.tsx";
import { usageQuery } from "./queries.ts";
import { useTenant } from "./use-tenant.ts";

type TableUsage = TenantUsage["tables"][number];

export function DataTab() {
  const tenant = useTenant();
  const { usage: text } = useMessages().tenants;
  const formats = useFormats();
  const usage = useQuery(usageQuery(tenant.id));
  const columns: Column<TableUsage>[] = [
    { key: "name", header: text.table, cell: (table) => <span className="mono">{table.name}</span> },
    { key: "rows", header: text.rows, isNumber: true, cell: (table) => formats.number(table.rows) },
    {
      key: "bytes",
      header: text.size,
      isNumber: true,
      cell: (table) =>
        table.bytes === null ? (
          <span className="quiet" title={text.sharedSizeMeaning}>
            {text.sharedSize}
          </span>
        ) : (
          formats.bytes(table.bytes)
        ),
    },
  ];
  return (
    <>
      {usage.data && <UsageFacts usage={usage.data} />}
      <div className="narrow">
        <DataTable
          caption={text.title}
          columns={columns}
          rows={usage.data?.tables}
          rowKey={(table) => table.name}
          problem={usage.isError && <ProblemNote error={usage.error} onRetry={() => usage.refetch()} />}
          blank={<Blank title={text.none.title}>{text.none.body}</Blank>}
        />
      </div>
    </>
  );
}

function UsageFacts({ usage }: { usage: TenantUsage }) {
  const { usage: text } = useMessages().tenants;
  const formats = useFormats();
  return (
    <div className="narrow">
      <Facts
        facts={[
          { label: text.rows, value: <span className="number">{formats.number(usage.totalRows)}</span> },
          {
            label: text.databaseSize,
            value:
              usage.databaseBytes === null ? (
                <span className="quiet">{text.sharedSizeMeaning}</span>
              ) : (
                <span className="number">{formats.bytes(usage.databaseBytes)}</span>
              ),
          },
          {
            label: text.storage,
            value: (
              <span className="number">
                {formats.bytes(usage.storageBytes)}{" "}
                <span className="quiet">{text.objects(usage.storageObjects)}</span>
              </span>
            ),
          },
        ]}
      />
    </div>
  );
}
