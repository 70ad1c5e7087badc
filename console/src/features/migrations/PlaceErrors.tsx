import type { MigrationRun } from "../../api/types.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { DataTable } from "../../ui/DataTable.tsx";

interface PlaceErrorsProps {
  readonly errors: MigrationRun["errors"];
  readonly failed: number;
}

export function PlaceErrors({ errors, failed }: PlaceErrorsProps) {
  const { runs } = useMessages().migrations;
  return (
    <DataTable
      caption={runs.errors}
      rows={errors}
      rowKey={(error) => error.place}
      blank={null}
      columns={[
        {
          key: "place",
          header: runs.place,
          cell: ({ place }) => <span className="mono nowrap">{place}</span>,
        },
        {
          key: "message",
          header: runs.message,
          cell: ({ message }) => <span className="wrap-anywhere">{message}</span>,
        },
      ]}
      footer={failed > errors.length && <div className="table-footer">{runs.errorsFirst}</div>}
    />
  );
}
