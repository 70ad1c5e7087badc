import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { queryString } from "../../api/client.ts";
import { rowsPerPage } from "../../api/limits.ts";
import type { AuditRecord } from "../../api/types.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ApiAndCli } from "../../shell/ApiAndCli.tsx";
import { curl, manage } from "../../shell/equivalents.ts";
import { PageHeading } from "../../shell/PageHeading.tsx";
import { Paging } from "../../shell/Paging.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Blank } from "../../ui/Blank.tsx";
import { Button } from "../../ui/Button.tsx";
import { type Column, DataTable } from "../../ui/DataTable.tsx";
import { Mark } from "../../ui/Mark.tsx";
import { Time } from "../../ui/Time.tsx";
import { TenantLink } from "../tenants/TenantLink.tsx";
import { ActorName } from "./ActorName.tsx";
import { AuditFilterForm } from "./AuditFilterForm.tsx";
import { CheckpointPanel } from "./CheckpointPanel.tsx";
import { ExportButton } from "./ExportButton.tsx";
import { outcomeTones } from "./outcome-tones.ts";
import { type AuditFilters, type AuditSearch, auditPath, parseAuditSearch, recordsQuery } from "./queries.ts";
import { RecordDialog } from "./RecordDialog.tsx";
import "./audit.css";

interface AuditExplorerProps {
  /** Null: the whole platform's log. */
  readonly tenantId: string | null;
  /** Why the reader may not take records out, or put a hold. */
  readonly exportReason: string | false;
  readonly manageReason: string | false;
}

/** The log, searched by whatever it knows; each record with the proof that this browser made. */
export function AuditExplorer({ tenantId, exportReason, manageReason }: AuditExplorerProps) {
  const { audit, general } = useMessages();
  const search = parseAuditSearch(useSearch({ strict: false }));
  const { cursor, record, ...filters } = search;
  const path = auditPath(tenantId);
  const navigate = useNavigate();
  const records = useQuery(recordsQuery(path, { ...filters, cursor }, rowsPerPage));
  const isFiltered = Object.values(filters).some(Boolean);
  const show = (next: AuditSearch) => void navigate({ to: ".", search: next });
  const { tenantId: chosen, requestId, onBehalfOf: _, ...options } = filters;
  const cli = { tenant: tenantId ?? chosen, "request-id": requestId, ...options };
  return (
    <>
      <PageHeading
        title={audit.title}
        actions={
          <>
            <ApiAndCli
              calls={{
                cli: manage("audit search", cli),
                api: curl("GET", `${path}/records${queryString({ ...filters })}`),
              }}
            />
            <ExportButton path={path} filters={filters} disabledReason={exportReason} />
          </>
        }
      />
      <CheckpointPanel path={path} manageReason={manageReason} />
      <AuditFilterForm
        filters={filters}
        hasTenant={tenantId === null}
        isFiltered={isFiltered}
        onApply={show}
      />
      <DataTable
        caption={audit.title}
        columns={useColumns(tenantId === null, search)}
        rows={records.data?.items}
        rowKey={({ id }) => id}
        isStale={records.isPlaceholderData}
        problem={
          records.isError && <ProblemNote error={records.error} onRetry={() => void records.refetch()} />
        }
        blank={
          isFiltered || cursor ? (
            <Blank
              title={general.noMatch}
              action={<Button onClick={() => show({})}>{general.clearFilters}</Button>}
            />
          ) : (
            <Blank title={audit.none.title}>{audit.none.body}</Blank>
          )
        }
        footer={
          records.data && (
            <Paging
              shown={records.data.items.length}
              cursor={cursor}
              nextCursor={records.data.nextCursor}
              onGo={(next) => show({ ...filters, cursor: next })}
            />
          )
        }
      />
      <RecordDialog
        path={path}
        id={record}
        hasTenant={tenantId === null}
        onClose={() => show({ ...filters, cursor })}
        onFilter={(only: AuditFilters) => show(only)}
      />
    </>
  );
}

function useColumns(hasTenant: boolean, search: AuditSearch): Column<AuditRecord>[] {
  const { audit, activity } = useMessages();
  const tenant: Column<AuditRecord> = {
    key: "tenant",
    header: activity.tenant,
    isSecondary: true,
    cell: ({ tenantId }) => tenantId && <TenantLink tenantId={tenantId} />,
  };
  return [
    { key: "at", header: audit.fields.at, cell: ({ at }) => <Time at={at} /> },
    {
      key: "action",
      header: audit.fields.action,
      cell: ({ id, action }) => (
        <Link to="." search={{ ...search, record: id }} className="mono" resetScroll={false}>
          {action}
        </Link>
      ),
    },
    {
      key: "outcome",
      header: audit.fields.outcome,
      cell: ({ outcome }) => (
        <Mark tone={outcomeTones[outcome] ?? "quiet"}>{audit.outcomes[outcome] ?? outcome}</Mark>
      ),
    },
    {
      key: "actor",
      header: audit.fields.actor,
      cell: ({ actor, onBehalfOf }) => (
        <>
          <ActorName actor={actor} isShort />
          {onBehalfOf && (
            <div className="quiet">
              {audit.fields.onBehalfOf} <ActorName actor={onBehalfOf} isShort />
            </div>
          )}
        </>
      ),
    },
    ...(hasTenant ? [tenant] : []),
    {
      key: "kind",
      header: audit.fields.kind,
      isSecondary: true,
      cell: ({ kind }) => <span className="quiet">{audit.kinds[kind] ?? kind}</span>,
    },
    {
      key: "ip",
      header: audit.fields.ip,
      isSecondary: true,
      cell: ({ ip }) => ip && <span className="mono nowrap">{ip}</span>,
    },
  ];
}
