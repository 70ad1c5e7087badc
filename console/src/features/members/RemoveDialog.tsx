import type { Member } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { useHere } from "../../shell/here.ts";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Button } from "../../ui/Button.tsx";
import { Dialog, DialogActions } from "../../ui/Dialog.tsx";
import { useToast } from "../../ui/Toaster.tsx";
import { memberTouches, removeMember } from "./queries.ts";

interface RemoveDialogProps {
  readonly member: Member | undefined;
  readonly onClose: () => void;
}

export function RemoveDialog({ member, onClose }: RemoveDialogProps) {
  const { members: text, general } = useMessages();
  const { tenant } = useHere();
  const toast = useToast();
  const name = member ? member.name || member.email : "";
  const remove = useAction({
    run: (userId: string) => removeMember(tenant.id, userId),
    touches: memberTouches(tenant.id),
    onDone: () => {
      toast(text.removed(name));
      return onClose();
    },
  });
  return (
    <Dialog
      title={text.removeTitle(name)}
      isOpen={member !== undefined}
      onClose={onClose}
      closeLabel={general.close}
    >
      <p>{text.removeEffect}</p>
      {remove.isError && <ProblemNote error={remove.error} />}
      <DialogActions>
        <Button onClick={onClose}>{general.cancel}</Button>
        <Button
          look="danger"
          isBusy={remove.isPending}
          onClick={() => {
            if (member) remove.mutate(member.userId);
          }}
        >
          {text.remove}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
