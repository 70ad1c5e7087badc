import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { Entrance } from "../../shell/Entrance.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Button } from "../../ui/Button.tsx";
import { takeToken } from "./address-token.ts";
import { isSecond, SecondSteps, secondTitle } from "./SecondSteps.tsx";
import { useSignIn } from "./use-sign-in.ts";

/** Where the link in a mail leads. It signs in by a press, not by being opened. */
export function LinkPage() {
  const messages = useMessages();
  const { signIn: text } = messages;
  const [token] = useState(() => takeToken("sign-in"));
  const flow = useSignIn({ to: undefined, first: { name: "email" } });
  const { stage, isBusy, error } = flow;
  return (
    <Entrance title={isSecond(stage) ? secondTitle(stage, messages) : text.link.title} step={stage.name}>
      {isSecond(stage) ? (
        <SecondSteps stage={stage} flow={flow} />
      ) : token === null ? (
        <p>{text.link.missing}</p>
      ) : (
        <>
          <p>{text.link.body}</p>
          {error !== null && <ProblemNote error={error} />}
          <Button look="primary" isBusy={isBusy} onClick={() => flow.withLink(token)}>
            {text.submit}
          </Button>
        </>
      )}
      {!isSecond(stage) && (
        <p className="quiet">
          <Link to="/sign-in">{text.link.ask}</Link>
        </p>
      )}
    </Entrance>
  );
}
