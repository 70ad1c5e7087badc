import { type FormEvent, useState } from "react";
import type { Tenant } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { useFieldErrors } from "../../shell/use-field-errors.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog, DialogActions } from "../../ui/Dialog.tsx";
import { TextAreaField } from "../../ui/fields.tsx";
import { useToast } from "../../ui/Toaster.tsx";
import { suspendTenant, tenantTouches } from "./queries.ts";
import { useActDialog } from "./use-act-dialog.ts";

export function SuspendDialog({ tenant }: { tenant: Tenant }) {
  const { tenants, general } = useMessages();
  const dialog = useActDialog("suspend");
  return (
    <Dialog
      title={tenants.acts.suspendTitle(tenant.name)}
      isOpen={dialog.isOpen}
      onClose={dialog.close}
      closeLabel={general.close}
    >
      <SuspendForm tenant={tenant} onClose={dialog.close} />
    </Dialog>
  );
}

function SuspendForm({ tenant, onClose }: { tenant: Tenant; onClose: () => void }) {
  const { tenants, general } = useMessages();
  const toast = useToast();
  const [reason, setReason] = useState("");
  const suspend = useAction({
    run: (text: string, key) => suspendTenant(tenant.id, text, key),
    touches: tenantTouches,
    onDone: () => {
      toast(tenants.acts.suspended(tenant.name));
      return onClose();
    },
  });

  const errors = useFieldErrors(suspend.error);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (reason.trim() !== "") suspend.mutate(reason.trim());
  }

  return (
    <form className="stack" onSubmit={submit}>
      <p>{tenants.acts.suspendEffect}</p>
      <TextAreaField
        label={tenants.acts.reason}
        hint={tenants.acts.reasonHint}
        value={reason}
        onChange={setReason}
        error={errors["reason"]}
        maxLength={500}
        autoFocus
      />
      {suspend.isError && <ProblemNote error={suspend.error} shownFields={["reason"]} />}
      <DialogActions>
        <Button onClick={onClose}>{general.cancel}</Button>
        <Button
          type="submit"
          look="danger"
          isBusy={suspend.isPending}
          disabledReason={reason.trim() === "" && tenants.acts.reasonMissing}
        >
          {tenants.acts.suspend}
        </Button>
      </DialogActions>
    </form>
  );
}
