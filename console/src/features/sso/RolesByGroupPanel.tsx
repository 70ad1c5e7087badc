import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { SsoRules, SsoRulesChange } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { useForbidden, useHere } from "../../shell/here.ts";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Bone } from "../../ui/Bone.tsx";
import { Button, IconButton } from "../../ui/Button.tsx";
import { TagsField, TextField } from "../../ui/fields.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { useToast } from "../../ui/Toaster.tsx";
import { rolesQuery } from "../access/queries.ts";
import { changeRules, rulesQuery, ssoTouches } from "./queries.ts";
import "./sso.css";

/** What groups of the directory may do, and what everybody gets whom it brings. */
export function RolesByGroupPanel() {
  const { roles: text } = useMessages().sso;
  const { tenant } = useHere();
  const rules = useQuery(rulesQuery(tenant.id));
  return (
    <Panel title={text.title}>
      <p className="prose quiet">{text.intro}</p>
      {rules.isError && <ProblemNote error={rules.error} onRetry={() => rules.refetch()} />}
      {rules.isLoading && <Bone width="160px" />}
      {rules.data && <RolesForm rules={rules.data} />}
    </Panel>
  );
}

interface Row {
  /** Keeps the keyboard in its field while rows come and go. */
  readonly id: number;
  readonly group: string;
  readonly roles: readonly string[];
}

function RolesForm({ rules }: { rules: SsoRules }) {
  const { sso, general } = useMessages();
  const { roles: text } = sso;
  const { tenant } = useHere();
  const forbidden = useForbidden();
  const toast = useToast();
  const known = useQuery(rolesQuery(tenant.id)).data?.items ?? [];
  const suggestions = known.map(({ key }) => key).filter((key) => key !== "owner");
  const [defaults, setDefaults] = useState<readonly string[]>(rules.defaultRoles);
  const [rows, setRows] = useState<readonly Row[]>(() =>
    rules.groupRoles.map(({ group, roles }, id) => ({ id, group, roles })),
  );
  const save = useAction({
    run: (body: SsoRulesChange) => changeRules(tenant.id, body),
    touches: ssoTouches(tenant.id),
    onDone: () => toast(sso.saved),
  });
  const set = (id: number, change: Partial<Row>) =>
    setRows(rows.map((row) => (row.id === id ? { ...row, ...change } : row)));
  const isMissing = rows.some(({ group, roles }) => group.trim() === "" || roles.length === 0);
  function submit(event: FormEvent) {
    event.preventDefault();
    save.mutate({
      defaultRoles: [...defaults],
      groupRoles: rows.map(({ group, roles }) => ({ group: group.trim(), roles: [...roles] })),
    });
  }
  return (
    <form className="stack narrow" onSubmit={submit} noValidate>
      <TagsField label={text.defaults} value={defaults} onChange={setDefaults} suggestions={suggestions} />
      {rows.length === 0 && <p className="quiet">{text.none}</p>}
      {rows.map((row, index) => (
        <fieldset key={row.id} className="group-row choice-group" aria-label={text.groupNumber(index + 1)}>
          <TextField
            label={text.group}
            isLabelHidden
            placeholder={text.group}
            value={row.group}
            onChange={(group) => set(row.id, { group })}
            maxLength={256}
          />
          <TagsField
            label={text.rolesOf(row.group)}
            isLabelHidden
            value={row.roles}
            onChange={(roles) => set(row.id, { roles })}
            suggestions={suggestions}
          />
          <IconButton
            icon="close"
            label={text.removeNamed(row.group)}
            onClick={() => setRows(rows.filter(({ id }) => id !== row.id))}
          />
        </fieldset>
      ))}
      {save.isError && <ProblemNote error={save.error} />}
      <div className="row">
        <Button
          icon="plus"
          disabledReason={forbidden("sso.manage")}
          onClick={() =>
            setRows([...rows, { id: 1 + Math.max(-1, ...rows.map(({ id }) => id)), group: "", roles: [] }])
          }
        >
          {text.add}
        </Button>
        <Button
          type="submit"
          look="primary"
          isBusy={save.isPending}
          disabledReason={
            forbidden("sso.manage") ||
            (defaults.length === 0 && text.defaultsMissing) ||
            (isMissing && text.missing)
          }
        >
          {general.save}
        </Button>
      </div>
    </form>
  );
}
