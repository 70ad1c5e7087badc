import { Link, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { Entrance } from "../../shell/Entrance.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Button } from "../../ui/Button.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { EmailStep } from "./EmailStep.tsx";
import { AddressLine, PasswordStep } from "./PasswordStep.tsx";
import { SecondFactorStep } from "./SecondFactorStep.tsx";
import { SsoStep } from "./SsoStep.tsx";
import { type Stage, useSignIn } from "./use-sign-in.ts";

export interface UserSignInSearch {
  readonly to?: string;
  readonly because?: "ended" | "needed";
}

const titles = {
  email: "title",
  password: "title",
  sso: "title",
  link_sent: "linkSent",
  second: "second",
} as const satisfies Record<Stage["name"], string>;

/** One door for everybody who is a member of a tenant, whatever they sign in by. */
export function SignInPage() {
  const { signIn: text } = useMessages();
  const search: UserSignInSearch = useSearch({ strict: false });
  const [email, setEmail] = useState("");
  const flow = useSignIn({ to: search.to, first: { name: "email" } });
  const { stage, isBusy, error } = flow;
  const named = text[titles[stage.name]];
  return (
    <Entrance title={typeof named === "string" ? named : named.title} step={stage.name}>
      {search.because && stage.name === "email" && <Notice tone="info">{text[search.because]}</Notice>}
      {stage.name === "email" && (
        <EmailStep
          email={email}
          onEmail={setEmail}
          onNext={() => flow.withAddress(email.trim())}
          onPasskey={flow.withPasskey}
          isBusy={isBusy}
          error={error}
          footer={
            <p className="quiet">
              <Link to="/operator/sign-in">{text.staff}</Link>
            </p>
          }
        />
      )}
      {stage.name === "sso" && (
        <SsoStep
          email={email.trim()}
          choices={stage.choices}
          onChoose={(choice) => flow.withSso(choice, email.trim())}
          onOther={() => flow.goTo({ name: "password" })}
          onBack={() => flow.goTo({ name: "email" })}
          isBusy={isBusy}
          error={error}
        />
      )}
      {stage.name === "password" && (
        <PasswordStep
          email={email.trim()}
          onPassword={(password) => flow.withPassword(email.trim(), password)}
          onLink={() => flow.sendLink(email.trim())}
          onBack={() => flow.goTo({ name: "email" })}
          isBusy={isBusy}
          error={error}
        />
      )}
      {stage.name === "link_sent" && (
        <>
          <AddressLine email={email.trim()} onBack={() => flow.goTo({ name: "email" })} />
          <p role="status">{text.linkSent.body(email.trim())}</p>
          {error !== null && <ProblemNote error={error} />}
          <Button isBusy={isBusy} onClick={() => flow.sendLink(email.trim())}>
            {text.linkSent.again}
          </Button>
        </>
      )}
      {stage.name === "second" && (
        <SecondFactorStep
          factors={stage.factors}
          onCode={flow.secondByCode}
          onPasskey={flow.secondByPasskey}
          isBusy={isBusy}
          error={error}
        />
      )}
    </Entrance>
  );
}
