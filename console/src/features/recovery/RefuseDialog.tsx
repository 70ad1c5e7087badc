import type { Recovery } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Button } from "../../ui/Button.tsx";
import { Dialog, DialogActions } from "../../ui/Dialog.tsx";
import { useToast } from "../../ui/Toaster.tsx";
import { refuseRecovery } from "./queries.ts";

interface RefuseDialogProps {
  readonly base: string;
  readonly recovery: Recovery | undefined;
  readonly onClose: () => void;
}

export function RefuseDialog({ base, recovery, onClose }: RefuseDialogProps) {
  const { recovery: words, general } = useMessages();
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
    <Dialog
      title={text.refuseTitle(name)}
      isOpen={recovery !== undefined}
      onClose={onClose}
      closeLabel={general.close}
    >
      <p>{text.refuseEffect}</p>
      {refuse.isError && <ProblemNote error={refuse.error} />}
      <DialogActions>
        <Button onClick={onClose}>{general.cancel}</Button>
        <Button
          look="danger"
          isBusy={refuse.isPending}
          onClick={() => {
            if (recovery) refuse.mutate(recovery.id);
          }}
        >
          {text.refuse}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
