import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useEffect, useId, useRef, useState } from "react";
import type { Policy, PolicyDraft } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ApiAndCli } from "../../shell/ApiAndCli.tsx";
import { curl, manage } from "../../shell/equivalents.ts";
import { useForbidden, useHere } from "../../shell/here.ts";
import { PageHeading } from "../../shell/PageHeading.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { useFieldErrors } from "../../shell/use-field-errors.ts";
import { Blank } from "../../ui/Blank.tsx";
import { Bone } from "../../ui/Bone.tsx";
import { Button } from "../../ui/Button.tsx";
import { CheckField, TextField } from "../../ui/fields.tsx";
import { TextEditor, type TextEditorHandle } from "../../ui/TextEditor.tsx";
import { useToast } from "../../ui/Toaster.tsx";
import { TryPanel } from "../access/TryPanel.tsx";
import { FaultList } from "./FaultList.tsx";
import { FormDialog } from "./FormDialog.tsx";
import { checkQuery, createPolicy, policiesQuery, policyTouches, updatePolicy } from "./queries.ts";
import { RemoveDialog } from "./RemoveDialog.tsx";
import { ReplayPanel } from "./ReplayPanel.tsx";
import { TestsPanel } from "./TestsPanel.tsx";
import "./policies.css";

const CHARACTERS_MAX = 10_000;
const CHECK_AFTER_MS = 400;

const EXAMPLE = `forbid (
  principal,
  action in [Action::"audit.read"],
  resource
)
unless {
  context has mfaAge && context.mfaAge <= 600
};
`;

export function NewPolicyPage() {
  return <Editor policy={undefined} />;
}

export function PolicyPage() {
  const { policies: text } = useMessages();
  const { tenant } = useHere();
  const { policyId } = useParams({ strict: false });
  const navigate = useNavigate();
  const policies = useQuery(policiesQuery(tenant.id));
  const policy = policies.data?.items.find(({ id }) => id === policyId);
  if (policy) return <Editor key={policy.id} policy={policy} />;
  return (
    <>
      <PageHeading title={text.one} />
      {policies.isError ? (
        <ProblemNote error={policies.error} onRetry={() => void policies.refetch()} />
      ) : policies.data ? (
        <Blank
          title={text.gone}
          action={
            <Button onClick={() => void navigate({ to: "/t/$slug/policies", params: { slug: tenant.slug } })}>
              {text.all}
            </Button>
          }
        />
      ) : (
        <div className="stack" aria-busy="true">
          <Bone width="70%" />
          <Bone width="50%" />
        </div>
      )}
    </>
  );
}

/** A policy's text, marked by the official engine as it is typed; and what it would do, before it does it. */
function Editor({ policy }: { policy: Policy | undefined }) {
  const { policies: text } = useMessages();
  const { tenant } = useHere();
  const forbidden = useForbidden();
  const toast = useToast();
  const navigate = useNavigate();
  const [name, setName] = useState(policy?.name ?? "");
  const [cedar, setCedar] = useState(policy?.text ?? `// ${text.example}\n${EXAMPLE}`);
  const [isEnabled, setIsEnabled] = useState(policy?.isEnabled ?? true);
  const [opened, setOpened] = useState<"form" | "remove">();
  const editor = useRef<TextEditorHandle>(null);
  const faultsId = useId();
  const settled = useSettled(cedar, CHECK_AFTER_MS);
  const draft: PolicyDraft = { policies: [cedar], ...(policy ? { without: [policy.id] } : {}) };
  const checked = useQuery(checkQuery(tenant.id, { ...draft, policies: [settled] }, settled.trim() !== ""));
  const isCurrent = settled === cedar && !checked.isPlaceholderData;
  const faults = checked.data?.faults ?? [];
  const save = useAction({
    run: (input: { name: string; text: string; isEnabled: boolean }, key) =>
      policy
        ? updatePolicy(tenant.id, policy.id, { text: input.text, isEnabled: input.isEnabled })
        : createPolicy(tenant.id, input, key),
    touches: policyTouches(tenant.id),
    onDone: (saved) => {
      toast(text.saved(saved.name));
      if (!policy)
        void navigate({
          to: "/t/$slug/policies/$policyId",
          params: { slug: tenant.slug, policyId: saved.id },
        });
    },
  });
  const errors = useFieldErrors(save.error);
  const why =
    forbidden("policies.manage") ||
    (name.trim() === "" && text.nameMissing) ||
    (cedar.trim() === "" && text.textMissing) ||
    (isCurrent && faults.length > 0 && text.faulty);
  return (
    <>
      <PageHeading
        title={policy?.name ?? text.write}
        actions={
          <>
            <ApiAndCli
              calls={{
                cli: manage(`policy check ${tenant.slug} policy.cedar`),
                api: curl("POST", `/v1/tenants/${tenant.id}/policies/check`, { draft }),
              }}
            />
            {policy && (
              <Button disabledReason={forbidden("policies.manage")} onClick={() => setOpened("remove")}>
                {text.remove}
              </Button>
            )}
          </>
        }
      />
      <form
        className="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!why) save.mutate({ name: name.trim(), text: cedar, isEnabled });
        }}
      >
        {!policy && (
          <div className="policy-name">
            <TextField
              label={text.name}
              hint={text.nameHint}
              value={name}
              onChange={setName}
              error={errors["name"]}
              maxLength={100}
            />
          </div>
        )}
        <TextEditor
          ref={editor}
          label={text.cedar}
          value={cedar}
          onChange={setCedar}
          marks={faults}
          describedBy={faultsId}
          maxLength={CHARACTERS_MAX}
        />
        <FaultList
          id={faultsId}
          faults={cedar.trim() === "" ? [] : faults}
          isChecking={!isCurrent}
          onGo={(line, column) => editor.current?.goTo(line, column)}
        />
        {checked.isError && <ProblemNote error={checked.error} onRetry={() => void checked.refetch()} />}
        <div className="row">
          <Button onClick={() => setOpened("form")}>{text.byForm}</Button>
        </div>
        <CheckField
          label={text.inForce}
          hint={text.inForceHint}
          isChecked={isEnabled}
          onChange={setIsEnabled}
        />
        {save.isError && <ProblemNote error={save.error} shownFields={["name"]} />}
        <div>
          <Button type="submit" look="primary" isBusy={save.isPending} disabledReason={why}>
            {text.save}
          </Button>
        </div>
      </form>
      <div className="stack-wide">
        <ReplayPanel draft={draft} isFaulty={faults.length > 0} />
        <TestsPanel outcomes={checked.data?.tests} isFaulty={faults.length > 0} />
        <TryPanel draft={draft} />
      </div>
      <FormDialog
        isOpen={opened === "form"}
        onClose={() => setOpened(undefined)}
        onWritten={(written) => {
          setCedar(written);
          setOpened(undefined);
        }}
      />
      {policy && (
        <RemoveDialog policy={policy} isOpen={opened === "remove"} onClose={() => setOpened(undefined)} />
      )}
    </>
  );
}

/** The value once it has not changed for a while. */
function useSettled<T>(value: T, afterMs: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), afterMs);
    return () => clearTimeout(timer);
  }, [value, afterMs]);
  return settled;
}
