import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { OwnRecovery } from "../../api/types.ts";
import { useFormats, useMessages } from "../../messages/LocaleProvider.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Button } from "../../ui/Button.tsx";
import { TextField } from "../../ui/fields.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { askRecovery } from "./queries.ts";

interface LostStepProps {
  /** Of the sign-in that waits for the second factor. */
  readonly token: string;
  readonly onLink: (link: string) => void;
  readonly onBack: () => void;
}

/** For whoever has no second factor left: how it goes, asking for it, and how it stands. */
export function LostStep({ token, onLink, onBack }: LostStepProps) {
  const { recovery: text } = useMessages();
  const ask = useMutation({ mutationFn: () => askRecovery(token) });
  return (
    <>
      <p>{text.lost.body}</p>
      {ask.data ? (
        <>
          <Standing recovery={ask.data} />
          {ask.data.status === "ready" && <LinkForm onLink={onLink} />}
        </>
      ) : (
        <ol className="stack-tight steps">
          {text.lost.how.map((step) => (
            <li key={step}>{step}</li>
          ))}
        </ol>
      )}
      {ask.isError && <ProblemNote error={ask.error} />}
      {ask.data?.status !== "ready" && (
        <Button look={ask.data ? "plain" : "primary"} isBusy={ask.isPending} onClick={() => ask.mutate()}>
          {ask.data ? text.lost.askAgain : text.lost.ask}
        </Button>
      )}
      <Button look="bare" onClick={onBack}>
        {text.lost.back}
      </Button>
    </>
  );
}

function Standing({ recovery }: { recovery: OwnRecovery }) {
  const { states } = useMessages().recovery;
  const formats = useFormats();
  const { status, readyAt } = recovery;
  return (
    <Notice tone={status === "asked" ? "info" : "ok"} role="status">
      {status === "asked" && states.asked}
      {status === "approved" && states.approved(formats.dateTime(readyAt ?? recovery.expiresAt))}
      {status === "ready" && states.ready}
      {!["asked", "approved", "ready"].includes(status) && states.over}
    </Notice>
  );
}

/** The page of a sign-in link does not know the link of the other mail, so it is pasted. */
function LinkForm({ onLink }: { onLink: (link: string) => void }) {
  const { recovery: text } = useMessages();
  const [pasted, setPasted] = useState("");
  const [isMissing, setIsMissing] = useState(false);
  function submit(event: FormEvent) {
    event.preventDefault();
    const token = /(?:#recovery=|^)([\w-]{20,200})$/.exec(pasted.trim())?.[1];
    setIsMissing(token === undefined);
    if (token !== undefined) onLink(token);
  }
  return (
    <form className="stack" onSubmit={submit} noValidate>
      <TextField
        label={text.link}
        value={pasted}
        onChange={setPasted}
        error={isMissing ? text.linkMissing : undefined}
        isMono
        maxLength={500}
      />
      <Button type="submit" look="primary">
        {text.useLink}
      </Button>
    </form>
  );
}
