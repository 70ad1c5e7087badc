import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Member, SsoRules, SsoRulesChange } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ConfirmDialog } from "../../shell/ConfirmDialog.tsx";
import { useForbidden, useHere } from "../../shell/here.ts";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Bone } from "../../ui/Bone.tsx";
import { Button } from "../../ui/Button.tsx";
import { SelectField } from "../../ui/fields.tsx";
import { Mark } from "../../ui/Mark.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { useToast } from "../../ui/Toaster.tsx";
import { changeRules, connectionsQuery, ownersQuery, rulesQuery, ssoTouches } from "./queries.ts";

/** Whether any other sign-in counts in the tenant, and whose does in any case. */
export function RequirePanel() {
  const { require: text } = useMessages().sso;
  const { tenant } = useHere();
  const rules = useQuery(rulesQuery(tenant.id));
  const owners = useQuery(ownersQuery(tenant.id));
  const failed = [rules, owners].find(({ isError }) => isError);
  return (
    <Panel title={text.title}>
      <p className="prose quiet">{text.intro}</p>
      {failed && <ProblemNote error={failed.error} onRetry={() => failed.refetch()} />}
      {(rules.isLoading || owners.isLoading) && <Bone width="160px" />}
      {rules.data && owners.data && <RequireForm rules={rules.data} owners={owners.data} />}
    </Panel>
  );
}

function nameOf(member: Member | undefined): string {
  return member ? member.name || member.email : "";
}

function RequireForm({ rules, owners }: { rules: SsoRules; owners: readonly Member[] }) {
  const { sso } = useMessages();
  const { require: text } = sso;
  const { tenant } = useHere();
  const forbidden = useForbidden()("sso.manage");
  const toast = useToast();
  const connections = useQuery(connectionsQuery(tenant.id)).data?.items ?? [];
  const hasActive = connections.some(({ status }) => status === "active");
  const [owner, setOwner] = useState(rules.breakGlassUserId ?? "");
  const [isAsking, setIsAsking] = useState(false);
  const save = useAction({
    run: (body: SsoRulesChange) => changeRules(tenant.id, body),
    touches: [...ssoTouches(tenant.id), `/v1/tenants/${tenant.id}/access`],
    onDone: (_, body) => {
      setIsAsking(false);
      toast(body.isRequired === undefined ? sso.saved : body.isRequired ? text.required : text.released);
    },
  });
  const chosen = owners.find(({ userId }) => userId === owner);
  return (
    <div className="stack form">
      <Mark tone={rules.isRequired ? "ok" : "quiet"}>{rules.isRequired ? text.isOn : text.isOff}</Mark>
      <SelectField
        label={text.breakGlass}
        hint={text.breakGlassHint}
        value={owner}
        onChange={(next) => {
          setOwner(next);
          if (rules.isRequired && next !== "" && !forbidden) save.mutate({ breakGlassUserId: next });
        }}
        choices={[
          { value: "", label: text.choose, isDisabled: rules.isRequired },
          ...owners.map((each) => ({ value: each.userId, label: `${nameOf(each)} (${each.email})` })),
        ]}
      />
      {save.isError && !isAsking && <ProblemNote error={save.error} />}
      <div className="row">
        {rules.isRequired ? (
          <Button
            isBusy={save.isPending}
            disabledReason={forbidden}
            onClick={() => save.mutate({ isRequired: false })}
          >
            {text.release}
          </Button>
        ) : (
          <Button
            disabledReason={
              forbidden || (!hasActive && text.noActive) || (chosen === undefined && text.ownerMissing)
            }
            onClick={() => setIsAsking(true)}
          >
            {text.require}
          </Button>
        )}
      </div>
      <ConfirmDialog
        title={text.require}
        isOpen={isAsking}
        onClose={() => {
          setIsAsking(false);
          save.reset();
        }}
        effect={text.requireEffect(nameOf(chosen))}
        verb={text.require}
        action={save}
        onConfirm={() => save.mutate({ isRequired: true, breakGlassUserId: owner })}
      />
    </div>
  );
}
