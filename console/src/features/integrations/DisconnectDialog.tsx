import type { Integration } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { useHere } from "../../shell/here.ts";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Button } from "../../ui/Button.tsx";
import { Dialog, DialogActions } from "../../ui/Dialog.tsx";
import { useToast } from "../../ui/Toaster.tsx";
import { disconnect, integrationTouches } from "./queries.ts";

interface DisconnectDialogProps {
  readonly integration: Integration | undefined;
  readonly service: string;
  readonly onClose: () => void;
}

export function DisconnectDialog({ integration, service, onClose }: DisconnectDialogProps) {
  const { integrations: text, general } = useMessages();
  const { tenant } = useHere();
  const toast = useToast();
  const name = integration ? integration.account.name || integration.account.id : "";
  const remove = useAction({
    run: (id: string) => disconnect(tenant.id, id),
    touches: integrationTouches(tenant.id),
    onDone: () => {
      toast(text.disconnected(name));
      onClose();
    },
  });
  return (
    <Dialog
      title={text.disconnectTitle(name, service)}
      isOpen={integration !== undefined}
      onClose={onClose}
      closeLabel={general.close}
    >
      <p>{text.disconnectEffect}</p>
      {remove.isError && <ProblemNote error={remove.error} />}
      <DialogActions>
        <Button onClick={onClose}>{general.cancel}</Button>
        <Button
          look="danger"
          isBusy={remove.isPending}
          onClick={() => {
            if (integration) remove.mutate(integration.id);
          }}
        >
          {text.disconnect}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
