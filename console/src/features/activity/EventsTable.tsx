import type { ReactNode } from "react";
import type { AuditEvent } from "../../api/types.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { CopyButton } from "../../ui/Copyable.tsx";
import { type Column, DataTable } from "../../ui/DataTable.tsx";
import { Time } from "../../ui/Time.tsx";
import { ActorName } from "../audit/ActorName.tsx";
import { TenantLink } from "../tenants/TenantLink.tsx";
import { describeDetail } from "./describe-detail.ts";

interface EventsTableProps {
  readonly events: readonly AuditEvent[] | undefined;
  readonly isStale: boolean;
  readonly problem: ReactNode;
  readonly blank: ReactNode;
  readonly footer: ReactNode;
  /** On a tenant's own page the tenant is known. */
  readonly hasTenantColumn: boolean;
}

export function EventsTable({ events, hasTenantColumn, ...states }: EventsTableProps) {
  const { activity } = useMessages();
  const tenantColumn: Column<AuditEvent> = {
    key: "tenant",
    header: activity.tenant,
    isSecondary: true,
    cell: ({ tenantId, detail }) =>
      tenantId && (
        <TenantLink
          tenantId={tenantId}
          name={typeof detail["slug"] === "string" ? detail["slug"] : undefined}
        />
      ),
  };
  const columns: Column<AuditEvent>[] = [
    { key: "at", header: activity.at, cell: (event) => <Time at={event.at} /> },
    { key: "action", header: activity.action, cell: (event) => <span className="mono">{event.action}</span> },
    { key: "actor", header: activity.actor, cell: (event) => <ActorName actor={event.actor} isShort /> },
    ...(hasTenantColumn ? [tenantColumn] : []),
    {
      key: "detail",
      header: activity.detail,
      isSecondary: true,
      cell: (event) => <span className="quiet wrap-anywhere">{describeDetail(event.detail)}</span>,
    },
    {
      key: "request",
      header: activity.request,
      isHeaderHidden: true,
      isNumber: true,
      isSecondary: true,
      cell: ({ requestId }) => requestId && <CopyButton text={requestId} what={activity.requestId} />,
    },
  ];
  return (
    <DataTable
      caption={activity.title}
      columns={columns}
      rows={events}
      rowKey={(event) => event.id}
      {...states}
    />
  );
}
