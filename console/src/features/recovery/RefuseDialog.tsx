import type { Recovery } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ConfirmDialog } from "../../shell/ConfirmDialog.tsx";
import { useToast } from "../../ui/Toaster.tsx";
import { refuseRecovery } from "./queries.ts";

interface RefuseDialogProps {
  readonly base: string;
  readonly recovery: Recovery | undefined;
  readonly onClose: () => void;
}

export function RefuseDialog({ base, recovery, onClose }: RefuseDialogProps) {
  const { recovery: words } = useMessages();
  const text = words.list;
  const toast = useToast();
  const name = recovery ? recovery.name || recovery.email : "";
  const refuse = useAction({
    run: (id: string) => refuseRecovery(base, id),
    touches: [`${base}/recoveries`],
    onDone: () => {
      toast(text.refused(name));
      return onClose();
    },
  });
  return (
    <ConfirmDialog
      title={text.refuseTitle(name)}
      isOpen={recovery !== undefined}
      onClose={onClose}
      effect={text.refuseEffect}
      verb={text.refuse}
      action={refuse}
      onConfirm={() => {
        if (recovery) refuse.mutate(recovery.id);
      }}
    />
  );
}
