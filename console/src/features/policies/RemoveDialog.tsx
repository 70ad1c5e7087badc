import { useNavigate } from "@tanstack/react-router";
import type { Policy } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ConfirmDialog } from "../../shell/ConfirmDialog.tsx";
import { useHere } from "../../shell/here.ts";
import { useToast } from "../../ui/Toaster.tsx";
import { policyTouches, removePolicy } from "./queries.ts";

interface RemoveDialogProps {
  readonly policy: Policy;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

export function RemoveDialog({ policy, isOpen, onClose }: RemoveDialogProps) {
  const { policies: text } = useMessages();
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
    <ConfirmDialog
      title={text.removeTitle(policy.name)}
      isOpen={isOpen}
      onClose={onClose}
      effect={text.removeEffect}
      verb={text.remove}
      action={remove}
      onConfirm={() => remove.mutate(undefined)}
    />
  );
}
