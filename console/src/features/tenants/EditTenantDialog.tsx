import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { Tenant, TenantUpdate } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { useFieldErrors } from "../../shell/use-field-errors.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog, DialogActions } from "../../ui/Dialog.tsx";
import { NumberField, SelectField, TagsField, TextField } from "../../ui/fields.tsx";
import { useToast } from "../../ui/Toaster.tsx";
import { limitNames } from "./limit-names.ts";
import { plansQuery, tenantTouches, updateTenant } from "./queries.ts";
import { addedFeatures, ownLimits, tenantChange } from "./tenant-change.ts";
import { useActDialog } from "./use-act-dialog.ts";

export function EditTenantDialog({ tenant }: { tenant: Tenant }) {
  const { tenants, general } = useMessages();
  const dialog = useActDialog("edit");
  const plans = useQuery(plansQuery).data?.items;
  return (
    <Dialog
      title={tenants.overview.editTitle(tenant.name)}
      isOpen={dialog.isOpen && plans !== undefined}
      onClose={dialog.close}
      closeLabel={general.close}
      width={520}
    >
      <EditTenantForm tenant={tenant} onClose={dialog.close} />
    </Dialog>
  );
}

function EditTenantForm({ tenant, onClose }: { tenant: Tenant; onClose: () => void }) {
  const { tenants, general } = useMessages();
  const toast = useToast();
  const plans = useQuery(plansQuery).data?.items ?? [];
  const planOfTenant = plans.find(({ key }) => key === tenant.plan);
  const [name, setName] = useState(tenant.name);
  const [planKey, setPlanKey] = useState(tenant.plan);
  const [limits, setLimits] = useState(ownLimits(tenant, planOfTenant));
  const [features, setFeatures] = useState(addedFeatures(tenant, planOfTenant));
  const plan = plans.find(({ key }) => key === planKey);
  const change = tenantChange(tenant, planOfTenant, { name: name.trim(), plan: planKey, limits, features });

  const update = useAction({
    run: (body: TenantUpdate) => updateTenant(tenant.id, body),
    touches: tenantTouches,
    onDone: () => {
      toast(tenants.overview.saved);
      return onClose();
    },
  });
  const errors = useFieldErrors(update.error);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (change) update.mutate(change);
  }

  return (
    <form className="stack" onSubmit={submit}>
      <TextField
        label={tenants.name}
        value={name}
        onChange={setName}
        error={errors["name"]}
        maxLength={100}
        autoFocus
      />
      <SelectField
        label={tenants.plan}
        hint={tenants.form.planHint}
        value={planKey}
        onChange={setPlanKey}
        choices={plans.map(({ key, name: label }) => ({ value: key, label }))}
        error={errors["plan"]}
      />
      <div className="form-columns">
        {limitNames.map((limit) => (
          <NumberField
            key={limit}
            label={tenants.limits[limit]}
            value={limits[limit]}
            onChange={(value) => setLimits({ ...limits, [limit]: value })}
            isWhole={limit !== "maxStorageGb"}
            placeholder={plan?.limits[limit]?.toString()}
            error={errors[limit]}
          />
        ))}
      </div>
      <p className="quiet">{tenants.overview.emptyLimit}</p>
      <TagsField
        label={tenants.overview.addedFeatures}
        hint={tenants.overview.featuresHint}
        value={features}
        onChange={setFeatures}
        suggestions={[...new Set(plans.flatMap((one) => one.features))].filter(
          (key) => !plan?.features.includes(key),
        )}
        error={errors["features"]}
      />
      {update.isError && (
        <ProblemNote error={update.error} shownFields={["name", "plan", "features", ...limitNames]} />
      )}
      <DialogActions>
        <Button onClick={onClose}>{general.cancel}</Button>
        <Button
          type="submit"
          look="primary"
          isBusy={update.isPending}
          disabledReason={change === null && tenants.overview.nothingChanged}
        >
          {general.save}
        </Button>
      </DialogActions>
    </form>
  );
}
