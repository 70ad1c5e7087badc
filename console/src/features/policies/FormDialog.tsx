import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Condition } from "../../../../src/access/conditions.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { useHere } from "../../shell/here.ts";
import { Button } from "../../ui/Button.tsx";
import { CodeBlock } from "../../ui/CodeBlock.tsx";
import { Dialog, DialogActions } from "../../ui/Dialog.tsx";
import { SelectField, TagsField } from "../../ui/fields.tsx";
import { permissionsQuery, rolesQuery } from "../access/queries.ts";
import { ConditionFields } from "./ConditionFields.tsx";
import {
  type ConditionKind,
  composePolicy,
  conditionKinds,
  emptyCondition,
  isWhole,
  type PolicyForm,
} from "./compose-policy.ts";

interface FormDialogProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly onWritten: (cedar: string) => void;
}

/** Writes the Cedar text from a form: who, what, under which conditions. */
export function FormDialog({ isOpen, onClose, onWritten }: FormDialogProps) {
  const { policies: text, general } = useMessages();
  return (
    <Dialog title={text.form.title} isOpen={isOpen} onClose={onClose} closeLabel={general.close} width={720}>
      <FormOfPolicy onClose={onClose} onWritten={onWritten} />
    </Dialog>
  );
}

/** Conditions have no name of their own, so each gets a number when it is added. */
interface Numbered {
  readonly n: number;
  readonly condition: Condition;
}

function FormOfPolicy({ onClose, onWritten }: Omit<FormDialogProps, "isOpen">) {
  const { policies: text, general, access } = useMessages();
  const { tenant } = useHere();
  const roles = useQuery(rolesQuery(tenant.id)).data?.items ?? [];
  const known = (useQuery(permissionsQuery).data?.items ?? [])
    .filter(({ scope }) => scope === "tenant")
    .map(({ name }) => name as string);
  const [form, setForm] = useState<Omit<PolicyForm, "conditions">>({
    effect: "forbid",
    role: "",
    permissions: [],
  });
  const [conditions, setConditions] = useState<readonly Numbered[]>([]);
  const cedar = composePolicy({ ...form, conditions: conditions.map(({ condition }) => condition) });
  const unknown = form.permissions.filter((name) => !known.includes(name));
  const why =
    (form.permissions.length === 0 && text.form.permissionsMissing) ||
    (unknown.length > 0 && text.form.unknownPermission(unknown.join(", "))) ||
    (conditions.some(({ condition }) => !isWhole(condition)) && text.form.conditionOpen);
  return (
    <>
      <div className="form-columns">
        <SelectField
          label={text.effect}
          value={form.effect}
          onChange={(effect) => setForm({ ...form, effect: effect === "permit" ? "permit" : "forbid" })}
          choices={[
            { value: "forbid", label: text.form.forbid },
            { value: "permit", label: text.form.permit },
          ]}
        />
        <SelectField
          label={text.form.who}
          value={form.role}
          onChange={(role) => setForm({ ...form, role })}
          choices={[
            { value: "", label: text.form.everyone },
            ...roles.map(({ key, name }) => ({ value: key, label: access.roleNames[key] ?? name })),
          ]}
        />
      </div>
      <TagsField
        label={access.permissions}
        hint={text.form.permissionsHint}
        value={form.permissions}
        onChange={(permissions) => setForm({ ...form, permissions })}
        suggestions={known}
      />
      {conditions.map(({ n, condition }) => (
        <ConditionFields
          key={n}
          condition={condition}
          onChange={(next) =>
            setConditions(conditions.map((each) => (each.n === n ? { n, condition: next } : each)))
          }
          onRemove={() => setConditions(conditions.filter((each) => each.n !== n))}
        />
      ))}
      <SelectField
        label={text.form.addCondition}
        value=""
        onChange={(kind) => {
          if (kind === "") return;
          const n = Math.max(0, ...conditions.map((each) => each.n)) + 1;
          setConditions([...conditions, { n, condition: emptyCondition(kind as ConditionKind) }]);
        }}
        choices={[
          { value: "", label: text.form.choose },
          ...conditionKinds.map((kind) => ({ value: kind, label: text.form.kinds[kind] })),
        ]}
      />
      <CodeBlock code={cedar} label={text.form.preview} />
      <DialogActions>
        <Button onClick={onClose}>{general.cancel}</Button>
        <Button look="primary" disabledReason={why} onClick={() => onWritten(cedar)}>
          {text.form.act}
        </Button>
      </DialogActions>
    </>
  );
}
