import { useNavigate } from "@tanstack/react-router";
import type { Policy } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { useHere } from "../../shell/here.ts";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Button } from "../../ui/Button.tsx";
import { Dialog, DialogActions } from "../../ui/Dialog.tsx";
import { useToast } from "../../ui/Toaster.tsx";
import { policyTouches, removePolicy } from "./queries.ts";

interface RemoveDialogProps {
  readonly policy: Policy;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

export function RemoveDialog({ policy, isOpen, onClose }: RemoveDialogProps) {
  const { policies: text, general } = useMessages();
  const { tenant } = useHere();
  const toast = useToast();
  const navigate = useNavigate();
  const remove = useAction({
    run: () => removePolicy(tenant.id, policy.id),
    touches: policyTouches(tenant.id),
    onDone: () => {
      toast(text.removed(policy.name));
      void navigate({ to: "/t/$slug/policies", params: { slug: tenant.slug } });
    },
  });
  return (
    <Dialog
      title={text.removeTitle(policy.name)}
      isOpen={isOpen}
      onClose={onClose}
      closeLabel={general.close}
    >
      <p>{text.removeEffect}</p>
      {remove.isError && <ProblemNote error={remove.error} />}
      <DialogActions>
        <Button onClick={onClose}>{general.cancel}</Button>
        <Button look="danger" isBusy={remove.isPending} onClick={() => remove.mutate(undefined)}>
          {text.remove}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
