import type { ReactNode } from "react";
import { useMessages } from "../messages/LocaleProvider.tsx";
import { Button } from "../ui/Button.tsx";
import { Dialog, DialogActions } from "../ui/Dialog.tsx";
import { ProblemNote } from "./ProblemNote.tsx";

interface ConfirmDialogProps {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  /** What will be so afterwards, above all what cannot be taken back. */
  readonly effect: string;
  /** The verb on the button. */
  readonly verb: string;
  readonly action: { readonly isPending: boolean; readonly isError: boolean; readonly error: Error | null };
  readonly onConfirm: () => void;
  readonly disabledReason?: string | false;
  /** What to look at before; it stands above the effect. */
  readonly children?: ReactNode;
  readonly width?: number;
}

/** Asks before something that cannot simply be undone; what went wrong is told where it was asked. */
export function ConfirmDialog({
  title,
  isOpen,
  onClose,
  effect,
  verb,
  action,
  onConfirm,
  disabledReason = false,
  children,
  width,
}: ConfirmDialogProps) {
  const { general } = useMessages();
  return (
    <Dialog
      title={title}
      isOpen={isOpen}
      onClose={onClose}
      closeLabel={general.close}
      {...(width === undefined ? {} : { width })}
    >
      {children}
      <p>{effect}</p>
      {action.isError && <ProblemNote error={action.error} />}
      <DialogActions>
        <Button onClick={onClose}>{general.cancel}</Button>
        <Button look="danger" isBusy={action.isPending} disabledReason={disabledReason} onClick={onConfirm}>
          {verb}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
