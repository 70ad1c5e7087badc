import type { ReactNode } from "react";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Button } from "../../ui/Button.tsx";
import { Icon } from "../../ui/Icon.tsx";
import { AddressLine } from "./PasswordStep.tsx";
import type { SsoChoice } from "./sso.ts";

interface SsoChoicesProps {
  readonly choices: readonly SsoChoice[];
  readonly onChoose: (choice: SsoChoice) => void;
  readonly isBusy: boolean;
}

/** A button for each provider. The tenant stands beside it where several share a domain. */
export function SsoChoices({ choices, onChoose, isBusy }: SsoChoicesProps) {
  const { signIn: text } = useMessages();
  const isOfOne = new Set(choices.map(({ slug }) => slug)).size < 2;
  return (
    <div className="stack-tight sso-choices">
      {choices.map((choice, index) => (
        <Button
          key={choice.connectionId}
          look={index === 0 ? "primary" : "plain"}
          isBusy={isBusy}
          onClick={() => onChoose(choice)}
        >
          {isOfOne ? text.withSso(choice.name) : text.sso.withSsoOf(choice.name, choice.tenant)}
          <Icon name="right" size={14} />
        </Button>
      ))}
    </div>
  );
}

interface SsoStepProps extends SsoChoicesProps {
  readonly email: string;
  readonly onOther: () => void;
  readonly onBack: () => void;
  readonly error: unknown;
  readonly children?: ReactNode;
}

/** The address's own organisation signs in; the other ways stay, for those who need them. */
export function SsoStep({ email, onOther, onBack, error, ...choices }: SsoStepProps) {
  const { signIn: text } = useMessages();
  const isOnly = choices.choices.every(({ isRequired }) => isRequired);
  return (
    <>
      <AddressLine email={email} onBack={onBack} />
      <p>{isOnly ? text.ssoOnly : text.sso.body}</p>
      <SsoChoices {...choices} />
      {error !== null && <ProblemNote error={error} />}
      <div className="entrance-or">{text.or}</div>
      <Button onClick={onOther}>{text.sso.other}</Button>
      {isOnly && <p className="quiet">{text.sso.otherHint}</p>}
    </>
  );
}
