import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ConfirmDialog } from "../../shell/ConfirmDialog.tsx";
import { useToast } from "../../ui/Toaster.tsx";
import { endAllSessions } from "./queries.ts";
import { SessionsTable } from "./SessionsTable.tsx";

interface EndAllDialogProps {
  /** `/v1/tenants/{id}/members/{id}` or `/v1/users/{id}`. */
  readonly base: string;
  readonly name: string;
  readonly isOpen: boolean;
  /** Shows the sessions first: where no page does. */
  readonly isWithList?: boolean;
  readonly disabledReason?: string | false;
  readonly onClose: () => void;
}

/** All sessions of somebody, ended at once. */
export function EndAllDialog(props: EndAllDialogProps) {
  const { base, name, isOpen, isWithList = false, disabledReason = false, onClose } = props;
  const { people: text } = useMessages();
  const toast = useToast();
  const end = useAction({
    run: (_: undefined) => endAllSessions(base),
    touches: [`${base}/sessions`],
    onDone: () => {
      toast(text.allEnded(name));
      return onClose();
    },
  });
  return (
    <ConfirmDialog
      title={isWithList ? text.sessionsOf(name) : text.endAllTitle(name)}
      isOpen={isOpen}
      onClose={onClose}
      effect={text.endAllEffect}
      verb={text.endAll}
      action={end}
      onConfirm={() => end.mutate(undefined)}
      disabledReason={disabledReason}
      width={isWithList ? 640 : 480}
    >
      {isWithList && <SessionsTable base={base} />}
    </ConfirmDialog>
  );
}
