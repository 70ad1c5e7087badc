import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { SignInRules } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { useForbidden, useHere } from "../../shell/here.ts";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { useFieldErrors } from "../../shell/use-field-errors.ts";
import { Bone } from "../../ui/Bone.tsx";
import { Button } from "../../ui/Button.tsx";
import { CheckField, NumberField } from "../../ui/fields.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { useToast } from "../../ui/Toaster.tsx";
import { saveSignInRules, signInRulesQuery } from "../recovery/queries.ts";

/** What the tenant demands of its members' sessions, and of their recovery. */
export function RulesPanel() {
  const { rules: text } = useMessages().recovery;
  const { tenant } = useHere();
  const rules = useQuery(signInRulesQuery(tenant.id));
  return (
    <Panel title={text.title}>
      {rules.isError && <ProblemNote error={rules.error} onRetry={() => rules.refetch()} />}
      {rules.data ? (
        <RulesForm key={JSON.stringify(rules.data)} rules={rules.data} />
      ) : (
        !rules.isError && <Bone width="160px" />
      )}
    </Panel>
  );
}

function RulesForm({ rules }: { rules: SignInRules }) {
  const { rules: text } = useMessages().recovery;
  const { tenant } = useHere();
  const forbidden = useForbidden()("security.manage");
  const toast = useToast();
  const [draft, setDraft] = useState(rules);
  const save = useAction({
    run: (next: SignInRules) => saveSignInRules(tenant.id, next),
    touches: [`/v1/tenants/${tenant.id}/`],
    onDone: () => toast(text.saved),
  });
  const errors = useFieldErrors(save.error);
  function submit(event: FormEvent) {
    event.preventDefault();
    save.mutate(draft);
  }
  return (
    <form className="stack" onSubmit={submit} noValidate>
      <CheckField
        label={text.mfa}
        hint={text.mfaHint}
        isChecked={draft.mfaRequired}
        onChange={(mfaRequired) => setDraft({ ...draft, mfaRequired })}
        disabledReason={forbidden}
      />
      <CheckField
        label={text.staff}
        hint={text.staffHint}
        isChecked={draft.recoveryByOperators}
        onChange={(recoveryByOperators) => setDraft({ ...draft, recoveryByOperators })}
        disabledReason={forbidden}
      />
      <NumberField
        label={text.hours}
        hint={text.hoursHint}
        value={draft.recoveryHours}
        onChange={(hours) => setDraft({ ...draft, recoveryHours: hours ?? rules.recoveryHours })}
        error={errors["recoveryHours"]}
        min={12}
        max={336}
      />
      {save.isError && <ProblemNote error={save.error} shownFields={["recoveryHours"]} />}
      <div>
        <Button type="submit" isBusy={save.isPending} disabledReason={forbidden}>
          {text.save}
        </Button>
      </div>
    </form>
  );
}
