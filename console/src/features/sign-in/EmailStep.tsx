import { type FormEvent, type ReactNode, useState } from "react";
import { hasPasskeys } from "../../api/passkeys.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Button } from "../../ui/Button.tsx";
import { TextField } from "../../ui/fields.tsx";

interface EmailStepProps {
  readonly email: string;
  readonly onEmail: (email: string) => void;
  readonly onNext: () => void;
  readonly onPasskey: () => void;
  readonly isBusy: boolean;
  readonly error: unknown;
  readonly footer: ReactNode;
}

/** Who it is: an address, or a passkey, which says so itself. */
export function EmailStep(props: EmailStepProps) {
  const { signIn: text } = useMessages();
  const [isMissing, setIsMissing] = useState(false);
  function submit(event: FormEvent) {
    event.preventDefault();
    setIsMissing(props.email.trim() === "");
    if (props.email.trim() !== "") props.onNext();
  }
  return (
    <>
      <form className="stack" onSubmit={submit} noValidate>
        <TextField
          label={text.email}
          type="email"
          autoComplete="username webauthn"
          value={props.email}
          onChange={props.onEmail}
          error={isMissing ? text.emailMissing : undefined}
          maxLength={254}
        />
        <Button type="submit" look="primary" isBusy={props.isBusy}>
          {text.next}
        </Button>
      </form>
      {hasPasskeys() && (
        <>
          <div className="entrance-or">{text.or}</div>
          <Button icon="apiKeys" onClick={props.onPasskey} isBusy={props.isBusy}>
            {text.withPasskey}
          </Button>
        </>
      )}
      {props.error !== null && <ProblemNote error={props.error} />}
      {props.footer}
    </>
  );
}
