import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { Entrance } from "../../shell/Entrance.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Button } from "../../ui/Button.tsx";
import { EmailStep } from "./EmailStep.tsx";
import { AddressLine, PasswordStep } from "./PasswordStep.tsx";
import { isSecond, SecondSteps, secondTitle } from "./SecondSteps.tsx";
import { SsoStep } from "./SsoStep.tsx";
import { useSignIn } from "./use-sign-in.ts";

interface SignInFlowProps {
  /** Where it leads. */
  readonly to: string | undefined;
  /** Of a mail that lets the person come back. */
  readonly link?: string;
  readonly title: string;
  /** Above the address. */
  readonly intro?: ReactNode;
  /** Below what tells of a sign-in link that was sent. */
  readonly sentNote?: ReactNode;
}

/** From the address to the session, step by step. */
export function SignInFlow({ to, link, title, intro, sentNote }: SignInFlowProps) {
  const messages = useMessages();
  const { signIn: text } = messages;
  const [email, setEmail] = useState("");
  const flow = useSignIn({ to, link, first: { name: "email" } });
  const { stage, isBusy, error } = flow;
  const own = stage.name === "link_sent" ? text.linkSent.title : title;
  return (
    <Entrance title={isSecond(stage) ? secondTitle(stage, messages) : own} step={stage.name}>
      {stage.name === "email" && intro}
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
          {sentNote}
        </>
      )}
      {isSecond(stage) && <SecondSteps stage={stage} flow={flow} />}
    </Entrance>
  );
}
