import { useQuery } from "@tanstack/react-query";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { Button } from "../../ui/Button.tsx";
import { SelectField } from "../../ui/fields.tsx";
import { SearchField } from "../../ui/SearchField.tsx";
import { oneOf } from "../../url/search.ts";
import { cellsQuery } from "../cells/queries.ts";
import { plansQuery } from "./queries.ts";
import { isFiltered, isolationLevels, type TenantsSearch, tenantStatuses } from "./tenants-search.ts";

interface TenantFiltersProps {
  readonly search: TenantsSearch;
  readonly onChange: (change: Partial<TenantsSearch>, replace?: boolean) => void;
}

export function TenantFilters({ search, onChange }: TenantFiltersProps) {
  const { tenants, general } = useMessages();
  const plans = useQuery(plansQuery).data?.items ?? [];
  const cells = useQuery(cellsQuery).data?.items ?? [];
  return (
    <search className="filters">
      <SearchField
        label={tenants.search}
        placeholder={tenants.searchPlaceholder}
        value={search.q ?? ""}
        onChange={(q) => onChange({ q: q || undefined }, true)}
      />
      <SelectField
        label={tenants.status}
        isLabelHidden
        value={search.status ?? ""}
        onChange={(value) => onChange({ status: oneOf(tenantStatuses, value) })}
        choices={[
          { value: "", label: tenants.anyStatus },
          ...tenantStatuses.map((status) => ({ value: status, label: tenants.statuses[status] })),
        ]}
      />
      <SelectField
        label={tenants.plan}
        isLabelHidden
        value={search.plan ?? ""}
        onChange={(plan) => onChange({ plan: plan || undefined })}
        choices={[
          { value: "", label: tenants.anyPlan },
          ...withCurrent(search.plan, plans).map(({ key, name }) => ({ value: key, label: name })),
        ]}
      />
      <SelectField
        label={tenants.level}
        isLabelHidden
        value={search.level ?? ""}
        onChange={(value) => onChange({ level: oneOf(isolationLevels, value) })}
        choices={[
          { value: "", label: tenants.anyLevel },
          ...isolationLevels.map((level) => ({ value: level, label: tenants.levels[level] })),
        ]}
      />
      {(cells.length > 1 || search.cell) && (
        <SelectField
          label={tenants.cell}
          isLabelHidden
          value={search.cell ?? ""}
          onChange={(cell) => onChange({ cell: cell || undefined })}
          choices={[
            { value: "", label: tenants.anyCell },
            ...withCurrent(search.cell, cells).map(({ key, name }) => ({ value: key, label: name })),
          ]}
        />
      )}
      {isFiltered(search) && (
        <Button
          look="bare"
          onClick={() =>
            onChange({ q: undefined, status: undefined, plan: undefined, level: undefined, cell: undefined })
          }
        >
          {general.clearFilters}
        </Button>
      )}
    </search>
  );
}

/** The address may name a choice that is not loaded yet, or is gone: the field still shows it. */
function withCurrent(current: string | undefined, known: readonly { key: string; name: string }[]) {
  const isKnown = current === undefined || known.some(({ key }) => key === current);
  return isKnown ? known : [{ key: current, name: current }, ...known];
}
