import { useQuery } from "@tanstack/react-query";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { SelectField } from "../../ui/fields.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { oneOf } from "../../url/search.ts";
import { cellsQuery, regionsQuery } from "../cells/queries.ts";
import type { DraftPartProps } from "./NewTenantPage.tsx";
import { warnOfEmptyPool } from "./new-tenant.ts";
import { isolationLevels } from "./tenants-search.ts";

export function PlacementFields({ draft, onChange, errors }: DraftPartProps) {
  const { tenants, cells: cellText } = useMessages();
  const { form } = tenants;
  const regions = useQuery(regionsQuery).data?.items ?? [];
  const cells = (useQuery(cellsQuery).data?.items ?? []).filter(
    (cell) => draft.region === "" || cell.region === draft.region,
  );
  const warning = warnOfEmptyPool(draft, cells);
  return (
    <>
      <SelectField
        label={tenants.level}
        hint={draft.isolation ? tenants.levelMeaning[draft.isolation] : undefined}
        value={draft.isolation}
        onChange={(value) => onChange({ isolation: oneOf(isolationLevels, value) ?? "" })}
        choices={[
          { value: "", label: form.levelDefault },
          ...isolationLevels.map((level) => ({ value: level, label: tenants.levels[level] })),
        ]}
        error={errors["isolation"]}
      />
      <div className="form-columns">
        <SelectField
          label={tenants.region}
          value={draft.region}
          onChange={(region) => onChange({ region, cell: "" })}
          choices={[
            { value: "", label: form.regionDefault },
            ...regions.map(({ key, name }) => ({ value: key, label: name })),
          ]}
          error={errors["region"]}
        />
        <SelectField
          label={tenants.cell}
          value={draft.cell}
          onChange={(cell) => onChange({ cell })}
          choices={[
            { value: "", label: form.cellDefault },
            ...cells.map((cell) => ({
              value: cell.key,
              label: cell.status === "open" ? cell.name : `${cell.name} (${cellText.statuses[cell.status]})`,
              isDisabled: cell.status !== "open",
            })),
          ]}
          error={errors["cell"]}
        />
      </div>
      {warning && (
        <Notice tone="warn" role="status">
          {form.noPool(warning.cell.name, form.poolOf[warning.level])}
        </Notice>
      )}
    </>
  );
}
