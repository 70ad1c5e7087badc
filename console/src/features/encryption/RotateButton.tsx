import { useState } from "react";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { CallsList } from "../../shell/ApiAndCli.tsx";
import { curl, manage } from "../../shell/equivalents.ts";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Button } from "../../ui/Button.tsx";
import { Dialog, DialogActions } from "../../ui/Dialog.tsx";
import { useToast } from "../../ui/Toaster.tsx";
import { keyTouches, rotateKeys } from "./queries.ts";

interface RotateButtonProps {
  readonly tenant: { readonly id: string; readonly slug: string; readonly name: string };
  readonly disabledReason: string | false;
}

export function RotateButton({ tenant, disabledReason }: RotateButtonProps) {
  const { encryption: text, general } = useMessages();
  const toast = useToast();
  const [isOpen, setIsOpen] = useState(false);
  const close = () => setIsOpen(false);
  const rotate = useAction({
    run: (_: undefined, key) => rotateKeys(tenant.id, key),
    touches: keyTouches,
    onDone: () => {
      toast(text.rotated(tenant.name));
      close();
    },
  });
  return (
    <>
      <Button disabledReason={disabledReason} onClick={() => setIsOpen(true)}>
        {text.rotate}
      </Button>
      <Dialog
        title={text.rotateTitle(tenant.name)}
        isOpen={isOpen}
        onClose={close}
        closeLabel={general.close}
        width={520}
      >
        <p>{text.rotateEffect}</p>
        <CallsList
          calls={{
            cli: manage(`encryption rotate ${tenant.slug}`),
            api: curl("POST", `/v1/tenants/${tenant.id}/keys/rotate`),
          }}
        />
        {rotate.isError && <ProblemNote error={rotate.error} />}
        <DialogActions>
          <Button onClick={close}>{general.cancel}</Button>
          <Button look="primary" isBusy={rotate.isPending} onClick={() => rotate.mutate(undefined)}>
            {text.rotate}
          </Button>
        </DialogActions>
      </Dialog>
    </>
  );
}
