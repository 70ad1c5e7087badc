import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { InvitationCreate } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useLocale } from "../../messages/LocaleProvider.tsx";
import { locales } from "../../messages/locale.ts";
import { useForbidden, useHere } from "../../shell/here.ts";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { useFieldErrors } from "../../shell/use-field-errors.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog, DialogActions } from "../../ui/Dialog.tsx";
import { SelectField, TextField } from "../../ui/fields.tsx";
import { useToast } from "../../ui/Toaster.tsx";
import { rolesQuery } from "../access/queries.ts";
import { invite, memberTouches } from "./queries.ts";
import { RoleFields } from "./RoleFields.tsx";

export function InviteButton() {
  const { messages } = useLocale();
  const { members: text, general } = messages;
  const [isOpen, setIsOpen] = useState(false);
  const forbidden = useForbidden();
  return (
    <>
      <Button look="primary" disabledReason={forbidden("members.invite")} onClick={() => setIsOpen(true)}>
        {text.invite}
      </Button>
      <Dialog title={text.invite} isOpen={isOpen} onClose={() => setIsOpen(false)} closeLabel={general.close}>
        <InviteForm onClose={() => setIsOpen(false)} />
      </Dialog>
    </>
  );
}

function InviteForm({ onClose }: { onClose: () => void }) {
  const { messages, locale } = useLocale();
  const { members: text, general, shell } = messages;
  const { tenant } = useHere();
  const toast = useToast();
  const roles = useQuery(rolesQuery(tenant.id));
  const [draft, setDraft] = useState({ email: "", roles: ["member"] as readonly string[], locale });
  const send = useAction({
    run: (body: InvitationCreate, key) => invite(tenant.id, body, key),
    touches: memberTouches(tenant.id),
    onDone: (_, body) => {
      toast(text.invited(body.email));
      onClose();
    },
  });
  const errors = useFieldErrors(send.error);
  const isMissing =
    draft.email.trim() === "" ? text.emailMissing : draft.roles.length === 0 ? text.rolesMissing : false;
  function submit(event: FormEvent) {
    event.preventDefault();
    if (!isMissing) send.mutate({ ...draft, roles: [...draft.roles], email: draft.email.trim() });
  }
  return (
    <form className="stack" onSubmit={submit} noValidate>
      <p className="quiet">{text.inviteIntro}</p>
      <TextField
        label={text.email}
        type="email"
        value={draft.email}
        onChange={(email) => setDraft({ ...draft, email })}
        error={errors["email"]}
        maxLength={254}
        autoFocus
      />
      <RoleFields
        roles={roles.data?.items ?? []}
        chosen={draft.roles}
        onChange={(chosen) => setDraft({ ...draft, roles: chosen })}
        error={errors["roles"]}
      />
      <SelectField
        label={text.language}
        value={draft.locale}
        onChange={(next) => setDraft({ ...draft, locale: locales.find((name) => name === next) ?? locale })}
        choices={locales.map((name) => ({ value: name, label: shell.languages[name] }))}
      />
      {roles.isError && <ProblemNote error={roles.error} onRetry={() => roles.refetch()} />}
      {send.isError && <ProblemNote error={send.error} shownFields={["email", "roles"]} />}
      <DialogActions>
        <Button onClick={onClose}>{general.cancel}</Button>
        <Button type="submit" look="primary" isBusy={send.isPending} disabledReason={isMissing}>
          {text.send}
        </Button>
      </DialogActions>
    </form>
  );
}
