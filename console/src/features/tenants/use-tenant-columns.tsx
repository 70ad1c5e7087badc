import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Tenant } from "../../api/types.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { CopyButton } from "../../ui/Copyable.tsx";
import type { Column, ColumnSort } from "../../ui/DataTable.tsx";
import { Mark } from "../../ui/Mark.tsx";
import { Time } from "../../ui/Time.tsx";
import { plansQuery } from "./queries.ts";
import { tenantStatusTones } from "./status-tone.ts";
import type { TenantsSearch } from "./tenants-search.ts";

type Sort = NonNullable<TenantsSearch["sort"]>;

export function useTenantColumns(search: TenantsSearch, onSort: (sort: Sort) => void): Column<Tenant>[] {
  const { tenants, general } = useMessages();
  const plans = useQuery(plansQuery).data?.items ?? [];
  const sort = search.sort ?? "-createdAt";
  const sortBy = (column: "name" | "createdAt", header: string): ColumnSort => ({
    direction: sort === column ? "ascending" : sort === `-${column}` ? "descending" : "none",
    label: tenants.sortBy(header),
    onToggle: () =>
      onSort(sort === column ? `-${column}` : sort === `-${column}` ? column : firstOrder[column]),
  });
  return [
    {
      key: "name",
      header: tenants.name,
      sort: sortBy("name", tenants.name),
      cell: (tenant) => (
        <Link to="/tenants/$tenantId" params={{ tenantId: tenant.id }} className="identity identity-wide">
          {tenant.name}
        </Link>
      ),
    },
    {
      key: "slug",
      header: tenants.slug,
      isSecondary: true,
      cell: (tenant) => <span className="mono quiet cut">{tenant.slug}</span>,
    },
    {
      key: "status",
      header: tenants.status,
      cell: (tenant) => (
        <Mark tone={tenantStatusTones[tenant.status]} title={tenants.statusMeaning[tenant.status]}>
          {tenants.statuses[tenant.status]}
        </Mark>
      ),
    },
    {
      key: "plan",
      header: tenants.plan,
      cell: (tenant) => plans.find(({ key }) => key === tenant.plan)?.name ?? tenant.plan,
    },
    {
      key: "level",
      header: tenants.level,
      isSecondary: true,
      cell: (tenant) => (
        <span className="nowrap" title={tenants.levelMeaning[tenant.level]}>
          {tenants.levels[tenant.level]}
        </span>
      ),
    },
    {
      key: "cell",
      header: tenants.cell,
      isSecondary: true,
      cell: (tenant) => <span className="nowrap">{tenant.cell}</span>,
    },
    {
      key: "domain",
      header: tenants.domain,
      isSecondary: true,
      cell: (tenant) => (
        <span className="cut">{tenant.domains.find((domain) => domain.isPrimary)?.domain ?? ""}</span>
      ),
    },
    {
      key: "createdAt",
      header: general.created,
      isSecondary: true,
      sort: sortBy("createdAt", general.created),
      cell: (tenant) => <Time at={tenant.createdAt} />,
    },
    {
      key: "id",
      header: general.id,
      isHeaderHidden: true,
      isSecondary: true,
      isNumber: true,
      cell: (tenant) => <CopyButton text={tenant.id} what={general.id} />,
    },
  ];
}

/** Names read from A, ages from the newest. */
const firstOrder = { name: "name", createdAt: "-createdAt" } as const;
