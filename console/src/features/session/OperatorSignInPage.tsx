import { useSearch } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { hasPasskeys } from "../../api/passkeys.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { Entrance } from "../../shell/Entrance.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Button } from "../../ui/Button.tsx";
import { CodeBlock } from "../../ui/CodeBlock.tsx";
import { TextField } from "../../ui/fields.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { SecondFactorStep } from "../sign-in/SecondFactorStep.tsx";
import { type SignInFlowState, type Stage, useSignIn } from "../sign-in/use-sign-in.ts";
import { tokenFrom } from "./link.ts";
import { waitingStep } from "./waiting-step.ts";

export interface OperatorSignInSearch {
  readonly to?: string;
  readonly because?: "ended" | "link";
}

/** Staff's own door: a one-time link or a passkey, and the second factor of whoever has one. */
export function OperatorSignInPage() {
  const { session, signIn } = useMessages();
  const search: OperatorSignInSearch = useSearch({ strict: false });
  const flow = useSignIn({ to: search.to ?? "/tenants", first: firstStage() });
  const { stage } = flow;
  if (stage.name === "second") {
    return (
      <Entrance title={signIn.second.title} step={stage.name}>
        <SecondFactorStep
          factors={stage.factors}
          onCode={flow.secondByCode}
          onPasskey={flow.secondByPasskey}
          isBusy={flow.isBusy}
          error={flow.error}
        />
        <p className="quiet">{session.lost}</p>
        <CodeBlock code="npx tenancy operator remove-factors NAME" label={session.lost} />
      </Entrance>
    );
  }
  return (
    <Entrance title={session.title} step={stage.name}>
      {search.because === "ended" && <Notice tone="info">{session.ended}</Notice>}
      {search.because === "link" && flow.error === null && (
        <Notice tone="danger" role="alert">
          {session.linkFailed}
        </Notice>
      )}
      <LinkForm flow={flow} />
      {hasPasskeys() && (
        <>
          <div className="entrance-or">{signIn.or}</div>
          <Button icon="apiKeys" onClick={flow.withPasskey} isBusy={flow.isBusy}>
            {signIn.withPasskey}
          </Button>
        </>
      )}
    </Entrance>
  );
}

function LinkForm({ flow }: { flow: SignInFlowState }) {
  const { session } = useMessages();
  const [text, setText] = useState("");
  const [isMissing, setIsMissing] = useState(false);
  function submit(event: FormEvent) {
    event.preventDefault();
    const token = tokenFrom(text);
    setIsMissing(token === null);
    if (token !== null) flow.withOperatorLink(token);
  }
  return (
    <>
      <div className="stack">
        <p>{session.intro}</p>
        <CodeBlock code="npx tenancy operator link" label={session.title} />
        <p className="quiet">{session.orManage}</p>
        <CodeBlock code="./manage operator link" label={session.orManage} />
      </div>
      <form className="stack" onSubmit={submit}>
        <TextField
          label={session.field}
          hint={session.fieldHint}
          value={text}
          onChange={setText}
          isMono
          error={isMissing ? session.empty : undefined}
        />
        {flow.error !== null && <ProblemNote error={flow.error} />}
        <div>
          <Button type="submit" look="primary" isBusy={flow.isBusy}>
            {session.submit}
          </Button>
        </div>
      </form>
    </>
  );
}

/** The link in the address may have been used already, and the second factor be all that is missing. */
function firstStage(): Stage {
  const step = waitingStep();
  if (step?.token) return { name: "second", token: step.token, factors: step.methods };
  return { name: "email" };
}
