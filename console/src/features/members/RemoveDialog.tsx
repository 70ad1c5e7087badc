import type { Member } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ConfirmDialog } from "../../shell/ConfirmDialog.tsx";
import { useHere } from "../../shell/here.ts";
import { useToast } from "../../ui/Toaster.tsx";
import { memberTouches, removeMember } from "./queries.ts";

interface RemoveDialogProps {
  readonly member: Member | undefined;
  readonly onClose: () => void;
}

export function RemoveDialog({ member, onClose }: RemoveDialogProps) {
  const { members: text } = useMessages();
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
    <ConfirmDialog
      title={text.removeTitle(name)}
      isOpen={member !== undefined}
      onClose={onClose}
      effect={text.removeEffect}
      verb={text.remove}
      action={remove}
      onConfirm={() => {
        if (member) remove.mutate(member.userId);
      }}
    />
  );
}
