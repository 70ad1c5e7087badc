import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { Entrance } from "../../shell/Entrance.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Button } from "../../ui/Button.tsx";
import { takeToken } from "./address-token.ts";
import { SecondFactorStep } from "./SecondFactorStep.tsx";
import { useSignIn } from "./use-sign-in.ts";

/** Where the link in a mail leads. It signs in by a press, not by being opened. */
export function LinkPage() {
  const { signIn: text } = useMessages();
  const [token] = useState(() => takeToken("sign-in"));
  const flow = useSignIn({ to: undefined, first: { name: "email" } });
  const { stage, isBusy, error } = flow;
  const isSecond = stage.name === "second";
  return (
    <Entrance title={isSecond ? text.second.title : text.link.title} step={stage.name}>
      {isSecond ? (
        <SecondFactorStep
          factors={stage.factors}
          onCode={flow.secondByCode}
          onPasskey={flow.secondByPasskey}
          isBusy={isBusy}
          error={error}
        />
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
      {!isSecond && (
        <p className="quiet">
          <Link to="/sign-in">{text.link.ask}</Link>
        </p>
      )}
    </Entrance>
  );
}
