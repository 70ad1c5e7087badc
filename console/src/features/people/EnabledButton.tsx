import { useState } from "react";
import type { User } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ConfirmDialog } from "../../shell/ConfirmDialog.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Button } from "../../ui/Button.tsx";
import { useToast } from "../../ui/Toaster.tsx";
import { useForbiddenToStaff } from "../session/use-forbidden-to-staff.ts";
import { peopleTouches, setEnabled } from "./queries.ts";

/** Closes an account everywhere, after saying what that does; opens it again at once. */
export function EnabledButton({ user, name }: { user: User; name: string }) {
  const { people: text } = useMessages();
  const toast = useToast();
  const forbidden = useForbiddenToStaff();
  const [isAsking, setIsAsking] = useState(false);
  const set = useAction({
    run: (isEnabled: boolean) => setEnabled(user.id, isEnabled),
    touches: peopleTouches,
    onDone: (_, isEnabled) => {
      toast(isEnabled ? text.enabled(name) : text.disabled(name));
      setIsAsking(false);
    },
  });
  if (user.status === "disabled") {
    return (
      <>
        {set.isError && <ProblemNote error={set.error} />}
        <Button
          isBusy={set.isPending}
          disabledReason={forbidden("users.manage")}
          onClick={() => set.mutate(true)}
        >
          {text.enable}
        </Button>
      </>
    );
  }
  return (
    <>
      <Button disabledReason={forbidden("users.manage")} onClick={() => setIsAsking(true)}>
        {text.disable}
      </Button>
      <ConfirmDialog
        title={text.disableTitle(name)}
        isOpen={isAsking}
        onClose={() => setIsAsking(false)}
        effect={text.disableEffect}
        verb={text.disable}
        action={set}
        onConfirm={() => set.mutate(false)}
      />
    </>
  );
}
