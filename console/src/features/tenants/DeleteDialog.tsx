import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { Tenant, TenantDelete } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useFormats, useMessages } from "../../messages/LocaleProvider.tsx";
import { CallsList } from "../../shell/ApiAndCli.tsx";
import { curl, manage } from "../../shell/equivalents.ts";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { useFieldErrors } from "../../shell/use-field-errors.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog, DialogActions } from "../../ui/Dialog.tsx";
import { NumberField, TextField } from "../../ui/fields.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { useToast } from "../../ui/Toaster.tsx";
import { deleteTenant, tenantTouches, usageQuery } from "./queries.ts";
import { useActDialog } from "./use-act-dialog.ts";

const graceDaysDefault = 30;

export function DeleteDialog({ tenant }: { tenant: Tenant }) {
  const { tenants, general } = useMessages();
  const dialog = useActDialog("delete");
  return (
    <Dialog
      title={tenants.acts.deleteTitle(tenant.name)}
      isOpen={dialog.isOpen}
      onClose={dialog.close}
      closeLabel={general.close}
      width={520}
    >
      <DeleteForm tenant={tenant} onClose={dialog.close} />
    </Dialog>
  );
}

function DeleteForm({ tenant, onClose }: { tenant: Tenant; onClose: () => void }) {
  const { tenants, general } = useMessages();
  const toast = useToast();
  const [confirm, setConfirm] = useState("");
  const [graceDays, setGraceDays] = useState<number | undefined>(graceDaysDefault);
  const remove = useAction({
    run: (body: TenantDelete) => deleteTenant(tenant.id, body),
    touches: tenantTouches,
    onDone: () => {
      toast(tenants.acts.deleted(tenant.name));
      return onClose();
    },
  });
  const isConfirmed = confirm.trim() === tenant.slug;
  const errors = useFieldErrors(remove.error);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (isConfirmed) remove.mutate({ confirm: tenant.slug, graceDays });
  }

  return (
    <form className="stack" onSubmit={submit}>
      <div className="stack-tight">
        <p>{tenants.acts.deleteEffect}</p>
        <LostList tenant={tenant} />
      </div>
      <NumberField
        label={tenants.acts.graceDays}
        hint={tenants.acts.graceHint}
        value={graceDays}
        onChange={setGraceDays}
        error={errors["graceDays"]}
        min={0}
        max={365}
      />
      {graceDays === 0 && <Notice tone="danger">{tenants.acts.graceNone}</Notice>}
      <TextField
        label={tenants.acts.typeSlug(tenant.slug)}
        value={confirm}
        onChange={setConfirm}
        error={errors["confirm"]}
        isMono
        autoFocus
      />
      <CallsList
        calls={{
          cli: manage(`tenant delete ${tenant.slug}`, { confirm: tenant.slug, "grace-days": graceDays }),
          api: curl("DELETE", `/v1/tenants/${tenant.id}`, { confirm: tenant.slug, graceDays }),
        }}
      />
      {remove.isError && <ProblemNote error={remove.error} shownFields={["confirm", "graceDays"]} />}
      <DialogActions>
        <Button onClick={onClose}>{general.cancel}</Button>
        <Button
          type="submit"
          look="danger"
          isBusy={remove.isPending}
          disabledReason={!isConfirmed && tenants.acts.slugDiffers(tenant.slug)}
        >
          {tenants.acts.remove}
        </Button>
      </DialogActions>
    </form>
  );
}

/** What is lost, in this tenant's own numbers. */
function LostList({ tenant }: { tenant: Tenant }) {
  const { lost } = useMessages().tenants.acts;
  const formats = useFormats();
  const usage = useQuery(usageQuery(tenant.id));
  const domains = tenant.domains.map(({ domain }) => domain);
  return (
    <ul className="bullets">
      {usage.data && <li>{lost.rows(usage.data.totalRows, usage.data.tables.length)}</li>}
      {usage.data && <li>{lost.files(usage.data.storageObjects, formats.bytes(usage.data.storageBytes))}</li>}
      {usage.isError && <li>{lost.unknown}</li>}
      {domains.length > 0 && <li>{lost.domains(formats.list(domains))}</li>}
      <li>{lost.place(`${tenant.cell} / ${tenant.place.database} / ${tenant.place.schema}`)}</li>
    </ul>
  );
}
