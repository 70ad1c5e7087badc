import type { Integration } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ConfirmDialog } from "../../shell/ConfirmDialog.tsx";
import { useHere } from "../../shell/here.ts";
import { useToast } from "../../ui/Toaster.tsx";
import { disconnect, integrationTouches } from "./queries.ts";

interface DisconnectDialogProps {
  readonly integration: Integration | undefined;
  readonly service: string;
  readonly onClose: () => void;
}

export function DisconnectDialog({ integration, service, onClose }: DisconnectDialogProps) {
  const { integrations: text } = useMessages();
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
    <ConfirmDialog
      title={text.disconnectTitle(name, service)}
      isOpen={integration !== undefined}
      onClose={onClose}
      effect={text.disconnectEffect}
      verb={text.disconnect}
      action={remove}
      onConfirm={() => {
        if (integration) remove.mutate(integration.id);
      }}
    />
  );
}
