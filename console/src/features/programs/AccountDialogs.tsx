import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { ServiceAccount, ServiceAccountCreate } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ConfirmDialog } from "../../shell/ConfirmDialog.tsx";
import { useForbidden, useHere } from "../../shell/here.ts";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { useFieldErrors } from "../../shell/use-field-errors.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog, DialogActions } from "../../ui/Dialog.tsx";
import { TextField } from "../../ui/fields.tsx";
import { useToast } from "../../ui/Toaster.tsx";
import { rolesQuery } from "../access/queries.ts";
import { RoleFields } from "../members/RoleFields.tsx";
import { changeAccount, createAccount, programTouches, removeAccount } from "./queries.ts";

export function CreateAccountButton() {
  const { programs: text, general } = useMessages();
  const forbidden = useForbidden();
  const [isOpen, setIsOpen] = useState(false);
  const close = () => setIsOpen(false);
  return (
    <>
      <Button
        look="primary"
        disabledReason={forbidden("service_accounts.manage")}
        onClick={() => setIsOpen(true)}
      >
        {text.createAccount}
      </Button>
      <Dialog title={text.createAccount} isOpen={isOpen} onClose={close} closeLabel={general.close}>
        <CreateForm onClose={close} />
      </Dialog>
    </>
  );
}

function CreateForm({ onClose }: { onClose: () => void }) {
  const { programs: text, general } = useMessages();
  const { tenant } = useHere();
  const toast = useToast();
  const roles = useQuery(rolesQuery(tenant.id)).data?.items ?? [];
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState<readonly string[]>(["member"]);
  const create = useAction({
    run: (body: ServiceAccountCreate, key) => createAccount(tenant.id, body, key),
    touches: programTouches(tenant.id),
    onDone: (made) => {
      toast(text.created(made.name));
      return onClose();
    },
  });
  const errors = useFieldErrors(create.error);
  const isMissing = name.trim() === "" ? text.nameMissing : chosen.length === 0 && text.rolesMissing;
  function submit(event: FormEvent) {
    event.preventDefault();
    if (!isMissing) create.mutate({ name: name.trim(), roles: [...chosen] });
  }
  return (
    <form className="stack" onSubmit={submit} noValidate>
      <p className="quiet">{text.accountIntro}</p>
      <TextField
        label={text.name}
        hint={text.nameHint}
        value={name}
        onChange={setName}
        error={errors["name"]}
        maxLength={100}
        autoFocus
      />
      <RoleFields roles={roles} chosen={chosen} onChange={setChosen} error={errors["roles"]} />
      {create.isError && <ProblemNote error={create.error} shownFields={["name", "roles"]} />}
      <DialogActions>
        <Button onClick={onClose}>{general.cancel}</Button>
        <Button type="submit" look="primary" isBusy={create.isPending} disabledReason={isMissing}>
          {text.createAccount}
        </Button>
      </DialogActions>
    </form>
  );
}

interface AccountDialogProps {
  readonly account: ServiceAccount | undefined;
  readonly onClose: () => void;
}

export function AccountRolesDialog({ account, onClose }: AccountDialogProps) {
  const { programs: text, general } = useMessages();
  return (
    <Dialog
      title={text.editTitle(account?.name ?? "")}
      isOpen={account !== undefined}
      onClose={onClose}
      closeLabel={general.close}
    >
      {account && <RolesForm account={account} onClose={onClose} />}
    </Dialog>
  );
}

function RolesForm({ account, onClose }: { account: ServiceAccount; onClose: () => void }) {
  const { programs: text, general } = useMessages();
  const { tenant } = useHere();
  const toast = useToast();
  const roles = useQuery(rolesQuery(tenant.id)).data?.items ?? [];
  const [chosen, setChosen] = useState<readonly string[]>(account.roles);
  const save = useAction({
    run: (next: readonly string[]) => changeAccount(tenant.id, account.id, { roles: [...next] }),
    touches: programTouches(tenant.id),
    onDone: () => {
      toast(text.saved(account.name));
      return onClose();
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    if (chosen.length > 0) save.mutate(chosen);
  }
  return (
    <form className="stack" onSubmit={submit}>
      <RoleFields roles={roles} chosen={chosen} onChange={setChosen} />
      {save.isError && <ProblemNote error={save.error} />}
      <DialogActions>
        <Button onClick={onClose}>{general.cancel}</Button>
        <Button
          type="submit"
          look="primary"
          isBusy={save.isPending}
          disabledReason={chosen.length === 0 && text.rolesMissing}
        >
          {general.save}
        </Button>
      </DialogActions>
    </form>
  );
}

export function RemoveAccountDialog({ account, onClose }: AccountDialogProps) {
  const { programs: text } = useMessages();
  const { tenant } = useHere();
  const toast = useToast();
  const remove = useAction({
    run: (gone: ServiceAccount) => removeAccount(tenant.id, gone.id),
    touches: programTouches(tenant.id),
    onDone: (_, gone) => {
      toast(text.removed(gone.name));
      return onClose();
    },
  });
  return (
    <ConfirmDialog
      title={text.removeTitle(account?.name ?? "")}
      isOpen={account !== undefined}
      onClose={onClose}
      effect={text.removeEffect}
      verb={text.remove}
      action={remove}
      onConfirm={() => {
        if (account) remove.mutate(account);
      }}
    />
  );
}
