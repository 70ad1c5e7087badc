import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { Member } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { useHere } from "../../shell/here.ts";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Button } from "../../ui/Button.tsx";
import { Dialog, DialogActions } from "../../ui/Dialog.tsx";
import { useToast } from "../../ui/Toaster.tsx";
import { rolesQuery } from "../access/queries.ts";
import { memberTouches, updateMember } from "./queries.ts";
import { RoleFields } from "./RoleFields.tsx";

interface EditRolesDialogProps {
  readonly member: Member | undefined;
  readonly onClose: () => void;
}

export function EditRolesDialog({ member, onClose }: EditRolesDialogProps) {
  const { members: text, general } = useMessages();
  const name = member ? member.name || member.email : "";
  return (
    <Dialog
      title={text.editTitle(name)}
      isOpen={member !== undefined}
      onClose={onClose}
      closeLabel={general.close}
    >
      {member && <EditRolesForm member={member} name={name} onClose={onClose} />}
    </Dialog>
  );
}

function EditRolesForm({ member, name, onClose }: { member: Member; name: string; onClose: () => void }) {
  const { members: text, general } = useMessages();
  const { tenant } = useHere();
  const toast = useToast();
  const roles = useQuery(rolesQuery(tenant.id));
  const [chosen, setChosen] = useState<readonly string[]>(member.roles);
  const save = useAction({
    run: (next: readonly string[]) => updateMember(tenant.id, member.userId, { roles: [...next] }),
    touches: memberTouches(tenant.id),
    onDone: () => {
      toast(text.saved(name));
      return onClose();
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    if (chosen.length > 0) save.mutate(chosen);
  }
  return (
    <form className="stack" onSubmit={submit}>
      <RoleFields roles={roles.data?.items ?? []} chosen={chosen} onChange={setChosen} />
      {roles.isError && <ProblemNote error={roles.error} onRetry={() => roles.refetch()} />}
      {save.isError && <ProblemNote error={save.error} />}
      <DialogActions>
        <Button onClick={onClose}>{general.cancel}</Button>
        <Button
          type="submit"
          look="primary"
          isBusy={save.isPending}
          disabledReason={chosen.length === 0 && text.rolesMissing}
        >
          {general.save}
        </Button>
      </DialogActions>
    </form>
  );
}
