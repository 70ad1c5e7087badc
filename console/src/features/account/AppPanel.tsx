import { type FormEvent, useState } from "react";
import type { TotpEnrolment } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ConfirmDialog } from "../../shell/ConfirmDialog.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Button } from "../../ui/Button.tsx";
import { Dialog, DialogActions } from "../../ui/Dialog.tsx";
import { Mark } from "../../ui/Mark.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { useToast } from "../../ui/Toaster.tsx";
import { AppSetup } from "./AppSetup.tsx";
import { beginTotp, confirmTotp, meTouches, removeTotp } from "./queries.ts";
import { useStepUp } from "./StepUp.tsx";

interface AppPanelProps {
  readonly isOn: boolean;
  /** The codes that come with a first factor. */
  readonly onCodes: (codes: readonly string[]) => void;
}

/** The authenticator app: one per person, in use from its first code on. */
export function AppPanel({ isOn, onCodes }: AppPanelProps) {
  const { account, general } = useMessages();
  const text = account.methods;
  const toast = useToast();
  const fresh = useStepUp();
  // In this component only: closing the dialog forgets the key.
  const [enrolment, setEnrolment] = useState<TotpEnrolment>();
  const [isLeaving, setIsLeaving] = useState(false);
  const begin = useAction({
    run: (_: undefined) => fresh(beginTotp),
    touches: [],
    onDone: setEnrolment,
  });
  const remove = useAction({
    run: (_: undefined) => fresh(removeTotp),
    touches: meTouches,
    onDone: () => {
      toast(text.appRemoved);
      setIsLeaving(false);
    },
  });
  return (
    <Panel
      title={text.app}
      actions={
        isOn ? (
          <Button onClick={() => setIsLeaving(true)}>{text.removeApp}</Button>
        ) : (
          <Button isBusy={begin.isPending} onClick={() => begin.mutate(undefined)}>
            {text.addApp}
          </Button>
        )
      }
    >
      <p className="quiet">{text.appIntro}</p>
      <Mark tone={isOn ? "ok" : "quiet"}>{isOn ? text.appOn : text.appOff}</Mark>
      {begin.isError && <ProblemNote error={begin.error} />}
      <Dialog
        title={text.addApp}
        isOpen={enrolment !== undefined}
        onClose={() => setEnrolment(undefined)}
        closeLabel={general.close}
      >
        {enrolment && (
          <ConfirmForm enrolment={enrolment} onClose={() => setEnrolment(undefined)} onCodes={onCodes} />
        )}
      </Dialog>
      <ConfirmDialog
        title={text.removeApp}
        isOpen={isLeaving}
        onClose={() => setIsLeaving(false)}
        effect={text.removeAppEffect}
        verb={text.removeApp}
        action={remove}
        onConfirm={() => remove.mutate(undefined)}
      />
    </Panel>
  );
}

interface ConfirmFormProps {
  readonly enrolment: TotpEnrolment;
  readonly onClose: () => void;
  readonly onCodes: (codes: readonly string[]) => void;
}

function ConfirmForm({ enrolment, onClose, onCodes }: ConfirmFormProps) {
  const { account, general } = useMessages();
  const text = account.methods;
  const toast = useToast();
  const [code, setCode] = useState("");
  const confirm = useAction({
    run: (typed: string) => confirmTotp(typed),
    touches: meTouches,
    onDone: ({ recoveryCodes }) => {
      toast(text.appAdded);
      onClose();
      if (recoveryCodes) onCodes(recoveryCodes);
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    const typed = code.replaceAll(/\s/g, "");
    if (typed !== "") confirm.mutate(typed);
  }
  return (
    <form className="stack" onSubmit={submit} noValidate>
      <AppSetup enrolment={enrolment} code={code} onCode={setCode} />
      {confirm.isError && <ProblemNote error={confirm.error} />}
      <DialogActions>
        <Button onClick={onClose}>{general.cancel}</Button>
        <Button type="submit" look="primary" isBusy={confirm.isPending}>
          {text.confirmSubmit}
        </Button>
      </DialogActions>
    </form>
  );
}
