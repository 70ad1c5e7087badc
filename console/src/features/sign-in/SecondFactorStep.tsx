import { type FormEvent, useState } from "react";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Button } from "../../ui/Button.tsx";
import { CodeField } from "../../ui/fields.tsx";

export type SecondFactor = "totp" | "passkey" | "recovery_code";

interface SecondFactorStepProps {
  /** Those that the person has; the first is offered first. */
  readonly factors: readonly SecondFactor[];
  readonly onCode: (kind: "totp" | "recovery_code", code: string) => void;
  readonly onPasskey: () => void;
  readonly onLost?: () => void;
  readonly isBusy: boolean;
  readonly error: unknown;
}

export function SecondFactorStep(props: SecondFactorStepProps) {
  const { second } = useMessages().signIn;
  const { factors } = props;
  const [kind, setKind] = useState<SecondFactor>(factors[0] ?? "recovery_code");
  const labels = { totp: second.withApp, passkey: second.withPasskey, recovery_code: second.withRecovery };
  return (
    <>
      <p>{second.body}</p>
      {kind === "passkey" ? (
        <Button look="primary" icon="apiKeys" onClick={props.onPasskey} isBusy={props.isBusy}>
          {second.withPasskey}
        </Button>
      ) : (
        <CodeForm key={kind} kind={kind} onCode={props.onCode} isBusy={props.isBusy} />
      )}
      {props.error !== null && <ProblemNote error={props.error} />}
      <div className="stack-tight">
        {factors
          .filter((factor) => factor !== kind)
          .map((factor) => (
            <Button key={factor} look="bare" onClick={() => setKind(factor)}>
              {labels[factor]}
            </Button>
          ))}
        {props.onLost && (
          <Button look="bare" onClick={props.onLost}>
            {second.lost}
          </Button>
        )}
      </div>
    </>
  );
}

interface CodeFormProps {
  readonly kind: "totp" | "recovery_code";
  readonly onCode: (kind: "totp" | "recovery_code", code: string) => void;
  readonly isBusy: boolean;
}

function CodeForm({ kind, onCode, isBusy }: CodeFormProps) {
  const { second } = useMessages().signIn;
  const [code, setCode] = useState("");
  const [isMissing, setIsMissing] = useState(false);
  const isApp = kind === "totp";
  function submit(event: FormEvent) {
    event.preventDefault();
    const typed = isApp ? code.replaceAll(/\s/g, "") : code.trim();
    setIsMissing(typed === "");
    if (typed !== "") onCode(kind, typed);
  }
  return (
    <form className="stack" onSubmit={submit} noValidate>
      <CodeField
        label={isApp ? second.code : second.recovery}
        hint={isApp ? second.codeHint : second.recoveryHint}
        kind={isApp ? "digits" : "recovery"}
        value={code}
        onChange={setCode}
        error={isMissing ? second.codeMissing : undefined}
      />
      <Button type="submit" look="primary" isBusy={isBusy}>
        {second.submit}
      </Button>
    </form>
  );
}
