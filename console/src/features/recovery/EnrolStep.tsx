import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useEffect, useState } from "react";
import { isApiError } from "../../api/api-error.ts";
import { hasPasskeys, makePasskey } from "../../api/passkeys.ts";
import type { TotpEnrolment } from "../../api/types.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Button } from "../../ui/Button.tsx";
import { TextField } from "../../ui/fields.tsx";
import { AppSetup } from "../account/AppSetup.tsx";
import { ShownCodes } from "../account/ShownCodes.tsx";
import { beginApp, beginPasskey, complete, type Proofs } from "./queries.ts";

interface EnrolStepProps {
  readonly proofs: Proofs;
  /** The sign-in took too long: it begins again. */
  readonly onExpired: () => void;
}

type Way =
  | { readonly name: "choose" }
  | { readonly name: "app"; readonly enrolment: TotpEnrolment }
  | { readonly name: "passkey" }
  | { readonly name: "codes"; readonly codes: readonly string[] };

/** The last step of coming back: a new factor, with which everything old ends. */
export function EnrolStep({ proofs, onExpired }: EnrolStepProps) {
  const { recovery, errors } = useMessages();
  const text = recovery.enrol;
  const client = useQueryClient();
  const navigate = useNavigate();
  const [way, setWay] = useState<Way>({ name: "choose" });
  const act = useMutation({ mutationFn: async (next: () => Promise<Way>) => setWay(await next()) });
  const isExpired = isApiError(act.error, "sign_in.expired");
  useEffect(() => {
    if (isExpired) onExpired();
  }, [isExpired, onExpired]);
  const finish = (factor: () => Promise<Parameters<typeof complete>[1]>) =>
    act.mutate(async () => {
      const { recoveryCodes } = await complete(proofs, await factor());
      return { name: "codes", codes: recoveryCodes };
    });
  const enter = () => {
    client.clear();
    return navigate({ to: "/account", replace: true });
  };
  const problem = act.isError && <ProblemNote error={act.error} />;

  if (way.name === "codes") return <ShownCodes codes={way.codes} onKept={() => void enter()} />;
  return (
    <>
      <p>{text.body}</p>
      {way.name === "choose" && (
        <>
          {problem}
          <Button
            look="primary"
            isBusy={act.isPending}
            onClick={() => act.mutate(async () => ({ name: "app", enrolment: await beginApp(proofs) }))}
          >
            {text.app}
          </Button>
          <Button
            icon="apiKeys"
            disabledReason={!hasPasskeys() && (errors.local["console.passkey_unsupported"]?.title ?? "")}
            onClick={() => setWay({ name: "passkey" })}
          >
            {text.passkey}
          </Button>
        </>
      )}
      {way.name === "app" && (
        <AppForm
          enrolment={way.enrolment}
          isBusy={act.isPending}
          problem={problem}
          onCode={(totp) => finish(async () => ({ totp }))}
        />
      )}
      {way.name === "passkey" && (
        <PasskeyForm
          isBusy={act.isPending}
          problem={problem}
          onName={(name) =>
            finish(async () => {
              const { token, options } = await beginPasskey(proofs);
              return { passkey: { token, name, response: await makePasskey(options) } };
            })
          }
        />
      )}
      {way.name !== "choose" && (
        <Button
          look="bare"
          onClick={() => {
            act.reset();
            setWay({ name: "choose" });
          }}
        >
          {text.other}
        </Button>
      )}
    </>
  );
}

interface FormProps {
  readonly isBusy: boolean;
  readonly problem: React.ReactNode;
}

function AppForm(props: FormProps & { enrolment: TotpEnrolment; onCode: (code: string) => void }) {
  const { enrol } = useMessages().recovery;
  const [code, setCode] = useState("");
  function submit(event: FormEvent) {
    event.preventDefault();
    const typed = code.replaceAll(/\s/g, "");
    if (typed !== "") props.onCode(typed);
  }
  return (
    <form className="stack" onSubmit={submit} noValidate>
      <AppSetup enrolment={props.enrolment} code={code} onCode={setCode} />
      {props.problem}
      <Button type="submit" look="primary" isBusy={props.isBusy}>
        {enrol.finish}
      </Button>
    </form>
  );
}

function PasskeyForm(props: FormProps & { onName: (name: string) => void }) {
  const { recovery, account } = useMessages();
  const [name, setName] = useState("");
  function submit(event: FormEvent) {
    event.preventDefault();
    if (name.trim() !== "") props.onName(name.trim());
  }
  return (
    <form className="stack" onSubmit={submit} noValidate>
      <TextField
        label={account.methods.passkeyName}
        hint={account.methods.passkeyNameHint}
        value={name}
        onChange={setName}
        maxLength={100}
      />
      {props.problem}
      <Button
        type="submit"
        look="primary"
        isBusy={props.isBusy}
        disabledReason={name.trim() === "" && account.methods.passkeyNameHint}
      >
        {recovery.enrol.finish}
      </Button>
    </form>
  );
}
