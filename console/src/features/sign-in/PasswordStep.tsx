import { type FormEvent, useState } from "react";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Button } from "../../ui/Button.tsx";
import { PasswordField } from "../../ui/fields.tsx";

interface PasswordStepProps {
  readonly email: string;
  readonly onPassword: (password: string) => void;
  readonly onLink: () => void;
  readonly onBack: () => void;
  readonly isBusy: boolean;
  readonly error: unknown;
}

/** The password, or a link by mail: whoever has no password is told nothing of it. */
export function PasswordStep(props: PasswordStepProps) {
  const { signIn: text } = useMessages();
  const [password, setPassword] = useState("");
  const [isMissing, setIsMissing] = useState(false);
  function submit(event: FormEvent) {
    event.preventDefault();
    setIsMissing(password === "");
    if (password !== "") props.onPassword(password);
  }
  return (
    <>
      <AddressLine email={props.email} onBack={props.onBack} />
      <form className="stack" onSubmit={submit} noValidate>
        {/* For password managers: whose password it is. */}
        <input type="text" name="username" autoComplete="username" value={props.email} readOnly hidden />
        <PasswordField
          label={text.password}
          autoComplete="current-password"
          value={password}
          onChange={setPassword}
          error={isMissing ? text.passwordMissing : undefined}
        />
        {props.error !== null && <ProblemNote error={props.error} />}
        <Button type="submit" look="primary" isBusy={props.isBusy}>
          {text.submit}
        </Button>
      </form>
      <div className="entrance-or">{text.or}</div>
      <Button icon="mail" onClick={props.onLink}>
        {text.sendLink}
      </Button>
    </>
  );
}

export function AddressLine({ email, onBack }: { email: string; onBack: () => void }) {
  const { signIn: text } = useMessages();
  return (
    <div className="row entrance-address">
      <span className="wrap-anywhere">{email}</span>
      <Button look="bare" onClick={onBack}>
        {text.change}
      </Button>
    </div>
  );
}
