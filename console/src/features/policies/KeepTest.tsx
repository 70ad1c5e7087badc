import { type FormEvent, useState } from "react";
import type { PolicyQuestion } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { useForbidden, useHere } from "../../shell/here.ts";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Button } from "../../ui/Button.tsx";
import { TextField } from "../../ui/fields.tsx";
import { useToast } from "../../ui/Toaster.tsx";
import { policyTouches, saveTest } from "./queries.ts";

interface KeepTestProps {
  readonly question: PolicyQuestion;
  readonly isAllowed: boolean;
}

/** Keeps an answer as what the tenant expects: later changes that would break it are refused. */
export function KeepTest({ question, isAllowed }: KeepTestProps) {
  const { policies: text } = useMessages();
  const { tenant } = useHere();
  const forbidden = useForbidden();
  const toast = useToast();
  const [name, setName] = useState("");
  const keep = useAction({
    run: (kept: string) => saveTest(tenant.id, { name: kept, question, isAllowed }),
    touches: policyTouches(tenant.id),
    onDone: (test) => {
      toast(text.tests.kept(test.name));
      setName("");
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    if (name.trim() !== "") keep.mutate(name.trim());
  }
  return (
    <form className="stack policy-name" onSubmit={submit}>
      <TextField
        label={text.tests.keepAs}
        hint={text.tests.keepHint}
        value={name}
        onChange={setName}
        maxLength={100}
      />
      {keep.isError && <ProblemNote error={keep.error} />}
      <div>
        <Button
          type="submit"
          isBusy={keep.isPending}
          disabledReason={forbidden("policies.manage") || (name.trim() === "" && text.nameMissing)}
        >
          {text.tests.keep}
        </Button>
      </div>
    </form>
  );
}
