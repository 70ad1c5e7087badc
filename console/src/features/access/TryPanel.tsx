import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { PermissionName, PolicyAnswer, PolicyDraft, PolicyQuestion } from "../../api/types.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { useForbidden, useHere } from "../../shell/here.ts";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Button } from "../../ui/Button.tsx";
import { NumberField, SelectField, TextField } from "../../ui/fields.tsx";
import { Notice } from "../../ui/Notice.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { KeepTest } from "../policies/KeepTest.tsx";
import { permissionsQuery, rolesQuery, tryPolicies } from "./queries.ts";
import "./access.css";

interface TryPanelProps {
  /** Rules that are not in force yet, to be asked instead; their answer can be kept as a policy test. */
  readonly draft?: PolicyDraft;
}

interface Asked {
  readonly question: PolicyQuestion;
  readonly draft: PolicyDraft | undefined;
}

/** Asks the policies about somebody made up: what would be decided, by which policies, and why. */
export function TryPanel({ draft }: TryPanelProps) {
  const { access: text, policies } = useMessages();
  const { tenant } = useHere();
  const forbidden = useForbidden();
  const roles = useQuery(rolesQuery(tenant.id)).data?.items ?? [];
  const permissions = (useQuery(permissionsQuery).data?.items ?? []).filter(
    ({ scope }) => scope === "tenant",
  );
  const [role, setRole] = useState("member");
  const [permission, setPermission] = useState<PermissionName>("data.read");
  const [ip, setIp] = useState("");
  const [mfaAgeMinutes, setMfaAgeMinutes] = useState<number>();
  const ask = useMutation({
    mutationFn: ({ question, draft: rules }: Asked) => tryPolicies(tenant.id, question, rules),
  });
  // An answer is about the text that was asked; once another stands in the editor it is no test of that one.
  const isStale = ask.data !== undefined && JSON.stringify(ask.variables.draft) !== JSON.stringify(draft);
  function submit(event: FormEvent) {
    event.preventDefault();
    const question = {
      roles: [role],
      permission,
      ...(ip.trim() === "" ? {} : { ip: ip.trim() }),
      ...(mfaAgeMinutes === undefined ? {} : { mfaAgeMinutes }),
    };
    ask.mutate({ question, draft });
  }
  return (
    <Panel title={text.tester}>
      <p className="quiet prose">{text.testerIntro}</p>
      <form className="stack form" onSubmit={submit}>
        <div className="form-columns">
          <SelectField
            label={text.role}
            value={role}
            onChange={setRole}
            choices={roles.map(({ key, name }) => ({ value: key, label: text.roleNames[key] ?? name }))}
          />
          <SelectField
            label={text.permission}
            value={permission}
            onChange={(next) => {
              const known = permissions.find(({ name }) => name === next);
              if (known) setPermission(known.name);
            }}
            choices={permissions.map(({ name }) => ({ value: name, label: name }))}
          />
          <TextField label={text.ip} hint={text.ipHint} value={ip} onChange={setIp} maxLength={45} isMono />
          <NumberField
            label={text.mfaAge}
            hint={text.mfaAgeHint}
            value={mfaAgeMinutes}
            onChange={setMfaAgeMinutes}
            min={0}
            max={525_600}
          />
        </div>
        <div>
          <Button type="submit" isBusy={ask.isPending} disabledReason={forbidden("policies.read")}>
            {text.ask}
          </Button>
        </div>
        {ask.isError && <ProblemNote error={ask.error} />}
        {isStale && <Notice tone="info">{policies.tests.stale}</Notice>}
        {ask.data && <Decision answer={ask.data} />}
      </form>
      {draft && ask.data && !isStale && (
        <KeepTest question={ask.variables.question} isAllowed={ask.data.allowed} />
      )}
    </Panel>
  );
}

function Decision({ answer }: { answer: PolicyAnswer }) {
  const { access: text } = useMessages();
  return (
    <Notice
      tone={answer.allowed ? "ok" : "warn"}
      role="status"
      title={answer.allowed ? text.allowed : text.denied}
    >
      <ul>
        {answer.reasons.map((reason) => (
          <li key={reason}>{reason}</li>
        ))}
      </ul>
      {answer.stepUpMaxAgeS !== null && <p>{text.afterStepUp(Math.round(answer.stepUpMaxAgeS / 60))}</p>}
    </Notice>
  );
}
