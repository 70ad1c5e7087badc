import { type FormEvent, useState } from "react";
import type { SsoConnection } from "../../api/types.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Button } from "../../ui/Button.tsx";
import { CheckField, CheckGroup, TextField } from "../../ui/fields.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { NextButton } from "./NextButton.tsx";
import { RolesByGroupPanel } from "./RolesByGroupPanel.tsx";
import { useForbiddenChange } from "./use-forbidden-change.ts";
import { useSaveConnection } from "./use-save-connection.ts";

/** Who comes in by this provider, what of its word is believed, and what its groups may do. */
export function PeopleStep({ connection }: { connection: SsoConnection }) {
  return (
    <div className="stack-wide narrow">
      <MappingPanel connection={connection} />
      <RolesByGroupPanel />
      <NextButton connection={connection} to="test" />
    </div>
  );
}

const claims = ["email", "name", "groups"] as const;

function MappingPanel({ connection }: { connection: SsoConnection }) {
  const { sso, general } = useMessages();
  const { people: text } = sso;
  const forbidden = useForbiddenChange(connection);
  const [draft, setDraft] = useState(connection.mapping);
  const save = useSaveConnection(connection);
  function submit(event: FormEvent) {
    event.preventDefault();
    const named = (claim: string | null) => claim?.trim() || null;
    const { email, name, groups } = draft;
    save.mutate({
      mapping: { ...draft, email: named(email), name: named(name), groups: named(groups) },
    });
  }
  return (
    <Panel title={text.title}>
      <form className="stack" onSubmit={submit} noValidate>
        <CheckField
          label={text.jit}
          hint={text.jitHint}
          isChecked={draft.isJitEnabled}
          onChange={(isJitEnabled) => setDraft({ ...draft, isJitEnabled })}
        />
        <CheckField
          label={text.mfa}
          hint={text.mfaHint}
          isChecked={draft.trustsMfa}
          onChange={(trustsMfa) => setDraft({ ...draft, trustsMfa })}
        />
        <CheckGroup label={text.claims}>
          <p className="quiet">{text.claimsHint}</p>
          <div className="form-columns">
            {claims.map((claim) => (
              <TextField
                key={claim}
                label={text[claim]}
                value={draft[claim] ?? ""}
                onChange={(value) => setDraft({ ...draft, [claim]: value })}
                maxLength={200}
                isMono
              />
            ))}
          </div>
        </CheckGroup>
        {save.isError && <ProblemNote error={save.error} />}
        <div className="row">
          <Button type="submit" look="primary" isBusy={save.isPending} disabledReason={forbidden}>
            {general.save}
          </Button>
        </div>
      </form>
    </Panel>
  );
}
