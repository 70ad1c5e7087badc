import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { PermissionName, RoleCreate } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { useHere } from "../../shell/here.ts";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { useFieldErrors } from "../../shell/use-field-errors.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog, DialogActions } from "../../ui/Dialog.tsx";
import { CheckField, CheckGroup, TextField } from "../../ui/fields.tsx";
import { useToast } from "../../ui/Toaster.tsx";
import { createRole, permissionsQuery, roleTouches } from "./queries.ts";

export function NewRoleDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const { access: text, general } = useMessages();
  return (
    <Dialog title={text.newRole} isOpen={isOpen} onClose={onClose} closeLabel={general.close} width={640}>
      <NewRoleForm onClose={onClose} />
    </Dialog>
  );
}

function NewRoleForm({ onClose }: { onClose: () => void }) {
  const { access: text, general } = useMessages();
  const { tenant } = useHere();
  const toast = useToast();
  const known = useQuery(permissionsQuery);
  const [draft, setDraft] = useState({ name: "", key: "", chosen: [] as readonly PermissionName[] });
  const create = useAction({
    run: (body: RoleCreate, key) => createRole(tenant.id, body, key),
    touches: roleTouches(tenant.id),
    onDone: (role) => {
      toast(text.created(role.name));
      onClose();
    },
  });
  const errors = useFieldErrors(create.error);
  const isMissing =
    draft.name.trim() === "" || draft.key.trim() === ""
      ? text.nameMissing
      : draft.chosen.length === 0
        ? text.permissionsMissing
        : false;
  function submit(event: FormEvent) {
    event.preventDefault();
    if (isMissing) return;
    const grants = [{ permissions: [...draft.chosen], conditions: [] }];
    create.mutate({ name: draft.name.trim(), key: draft.key.trim(), grants });
  }
  return (
    <form className="stack" onSubmit={submit} noValidate>
      <div className="form-columns">
        <TextField
          label={text.name}
          value={draft.name}
          onChange={(name) => setDraft({ ...draft, name })}
          error={errors["name"]}
          maxLength={100}
          autoFocus
        />
        <TextField
          label={text.key}
          hint={text.keyHint}
          value={draft.key}
          onChange={(key) => setDraft({ ...draft, key })}
          error={errors["key"]}
          maxLength={63}
          isMono
        />
      </div>
      <div className="permission-list">
        <CheckGroup label={text.permissions} error={errors["grants"]}>
          {(known.data?.items ?? [])
            .filter(({ scope }) => scope === "tenant")
            .map(({ name, sentence }) => (
              <CheckField
                key={name}
                label={<span className="mono">{name}</span>}
                hint={sentence}
                isChecked={draft.chosen.includes(name)}
                onChange={(isChecked) =>
                  setDraft({
                    ...draft,
                    chosen: isChecked
                      ? [...draft.chosen, name]
                      : draft.chosen.filter((each) => each !== name),
                  })
                }
              />
            ))}
        </CheckGroup>
      </div>
      {known.isError && <ProblemNote error={known.error} onRetry={() => known.refetch()} />}
      {create.isError && <ProblemNote error={create.error} shownFields={["name", "key", "grants"]} />}
      <DialogActions>
        <Button onClick={onClose}>{general.cancel}</Button>
        <Button type="submit" look="primary" isBusy={create.isPending} disabledReason={isMissing}>
          {text.create}
        </Button>
      </DialogActions>
    </form>
  );
}
