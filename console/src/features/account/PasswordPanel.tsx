import { type FormEvent, useState } from "react";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { useFieldErrors } from "../../shell/use-field-errors.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog, DialogActions } from "../../ui/Dialog.tsx";
import { PasswordField } from "../../ui/fields.tsx";
import { Mark } from "../../ui/Mark.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { useToast } from "../../ui/Toaster.tsx";
import { changePassword, meTouches } from "./queries.ts";
import { useStepUp } from "./StepUp.tsx";

export function PasswordPanel({ isSet }: { isSet: boolean }) {
  const { account, general } = useMessages();
  const text = account.methods;
  const [isOpen, setIsOpen] = useState(false);
  const title = isSet ? text.changePassword : text.setPassword;
  return (
    <Panel title={text.password} actions={<Button onClick={() => setIsOpen(true)}>{title}</Button>}>
      {isSet ? <Mark tone="ok">{text.passwordSet}</Mark> : <p className="quiet">{text.passwordNone}</p>}
      <Dialog title={title} isOpen={isOpen} onClose={() => setIsOpen(false)} closeLabel={general.close}>
        <PasswordForm title={title} onClose={() => setIsOpen(false)} />
      </Dialog>
    </Panel>
  );
}

function PasswordForm({ title, onClose }: { title: string; onClose: () => void }) {
  const { account, general } = useMessages();
  const text = account.methods;
  const toast = useToast();
  const fresh = useStepUp();
  const [next, setNext] = useState("");
  const save = useAction({
    run: (password: string) => fresh(() => changePassword(password)),
    touches: meTouches,
    onDone: () => {
      toast(text.passwordSaved);
      onClose();
    },
  });
  const errors = useFieldErrors(save.error);
  function submit(event: FormEvent) {
    event.preventDefault();
    if (next !== "") save.mutate(next);
  }
  return (
    <form className="stack" onSubmit={submit} noValidate>
      <PasswordField
        label={text.newPassword}
        hint={text.newPasswordHint}
        autoComplete="new-password"
        value={next}
        onChange={setNext}
        error={errors["password"]}
        autoFocus
      />
      {save.isError && <ProblemNote error={save.error} shownFields={["password"]} />}
      <DialogActions>
        <Button onClick={onClose}>{general.cancel}</Button>
        <Button type="submit" look="primary" isBusy={save.isPending}>
          {title}
        </Button>
      </DialogActions>
    </form>
  );
}
