import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { TenantKeyCreate, TenantKeyCreated } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { useForbidden, useHere } from "../../shell/here.ts";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { useFieldErrors } from "../../shell/use-field-errors.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog, DialogActions } from "../../ui/Dialog.tsx";
import { CheckField, CheckGroup, NumberField, SelectField, TextField } from "../../ui/fields.tsx";
import { accountsQuery, createKey, programTouches } from "./queries.ts";
import { ShownKey } from "./ShownKey.tsx";

export function CreateKeyButton() {
  const { programs: text, general } = useMessages();
  const forbidden = useForbidden();
  const [isOpen, setIsOpen] = useState(false);
  // In this component only: closing the dialog forgets the key.
  const [made, setMade] = useState<TenantKeyCreated>();
  const close = () => {
    setIsOpen(false);
    setMade(undefined);
  };
  return (
    <>
      <Button look="primary" disabledReason={forbidden("api_keys.manage")} onClick={() => setIsOpen(true)}>
        {text.createKey}
      </Button>
      <Dialog title={text.createKey} isOpen={isOpen} onClose={close} closeLabel={general.close} width={560}>
        {made ? <ShownKey made={made} onKept={close} /> : <KeyForm onMade={setMade} onClose={close} />}
      </Dialog>
    </>
  );
}

interface KeyFormProps {
  readonly onMade: (made: TenantKeyCreated) => void;
  readonly onClose: () => void;
}

/** A key has the roles of an account, or permissions of its own: only those that its maker has. */
function KeyForm({ onMade, onClose }: KeyFormProps) {
  const { programs: text, general } = useMessages();
  const { tenant, permissions } = useHere();
  const accounts = useQuery({
    ...accountsQuery(tenant.id),
    enabled: permissions.has("service_accounts.read"),
  }).data?.items.filter(({ status }) => status === "active");
  const [name, setName] = useState("");
  const [account, setAccount] = useState("");
  const [scopes, setScopes] = useState<readonly string[]>([]);
  const [days, setDays] = useState<number | undefined>(90);
  const create = useAction({
    run: (body: TenantKeyCreate, key) => createKey(tenant.id, body, key),
    touches: programTouches(tenant.id),
    onDone: onMade,
  });
  const errors = useFieldErrors(create.error);
  const isMissing =
    name.trim() === "" ? text.nameMissing : account === "" && scopes.length === 0 && text.scopesMissing;
  function submit(event: FormEvent) {
    event.preventDefault();
    if (isMissing) return;
    create.mutate({
      name: name.trim(),
      ...(account === "" ? { scopes: [...scopes] } : { serviceAccountId: account }),
      ...(days === undefined ? {} : { expiresInDays: days }),
    });
  }
  return (
    <form className="stack" onSubmit={submit} noValidate>
      <TextField
        label={text.name}
        hint={text.nameHint}
        value={name}
        onChange={setName}
        error={errors["name"]}
        maxLength={100}
        autoFocus
      />
      <SelectField
        label={text.account}
        hint={text.accountHint}
        value={account}
        onChange={setAccount}
        choices={[
          { value: "", label: text.noAccount },
          ...(accounts ?? []).map(({ id, name: label }) => ({ value: id, label })),
        ]}
      />
      {account === "" && (
        <CheckGroup label={text.scopes} error={errors["scopes"]}>
          <p className="quiet">{text.scopesHint}</p>
          <div className="scope-list">
            {[...permissions].map((scope) => (
              <CheckField
                key={scope}
                label={<span className="mono">{scope}</span>}
                isChecked={scopes.includes(scope)}
                onChange={(isChecked) =>
                  setScopes(isChecked ? [...scopes, scope] : scopes.filter((each) => each !== scope))
                }
              />
            ))}
          </div>
        </CheckGroup>
      )}
      <NumberField
        label={text.days}
        hint={text.daysHint}
        value={days}
        onChange={setDays}
        error={errors["expiresInDays"]}
        min={1}
        max={3650}
      />
      {create.isError && (
        <ProblemNote error={create.error} shownFields={["name", "scopes", "expiresInDays"]} />
      )}
      <DialogActions>
        <Button onClick={onClose}>{general.cancel}</Button>
        <Button type="submit" look="primary" isBusy={create.isPending} disabledReason={isMissing}>
          {text.createKey}
        </Button>
      </DialogActions>
    </form>
  );
}
