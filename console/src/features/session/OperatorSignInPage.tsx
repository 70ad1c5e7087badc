import { useNavigate, useSearch } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { Entrance } from "../../shell/Entrance.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Button } from "../../ui/Button.tsx";
import { CodeBlock } from "../../ui/CodeBlock.tsx";
import { TextField } from "../../ui/fields.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { localPath } from "../../url/search.ts";
import { tokenFrom } from "./link.ts";
import { openSession } from "./queries.ts";

export interface OperatorSignInSearch {
  readonly to?: string;
  readonly because?: "ended" | "link";
}

export function OperatorSignInPage() {
  const { session } = useMessages();
  const search: OperatorSignInSearch = useSearch({ strict: false });
  const navigate = useNavigate();
  const [text, setText] = useState("");
  const [isMissing, setIsMissing] = useState(false);
  const signIn = useAction({
    run: openSession,
    touches: ["/v1/"],
    onDone: () => navigate({ href: localPath(search.to) ?? "/tenants", replace: true }),
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    const token = tokenFrom(text);
    setIsMissing(token === null);
    if (token !== null) signIn.mutate(token);
  }

  return (
    <Entrance title={session.title}>
      {search.because === "ended" && <Notice tone="info">{session.ended}</Notice>}
      {search.because === "link" && !signIn.isError && (
        <Notice tone="danger" role="alert">
          {session.linkFailed}
        </Notice>
      )}
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
        {signIn.isError && <ProblemNote error={signIn.error} />}
        <div>
          <Button type="submit" look="primary" isBusy={signIn.isPending}>
            {session.submit}
          </Button>
        </div>
      </form>
    </Entrance>
  );
}
