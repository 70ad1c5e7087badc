import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { GrantGive, Member } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { useHere } from "../../shell/here.ts";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { useFieldErrors } from "../../shell/use-field-errors.ts";
import { Button } from "../../ui/Button.tsx";
import { Dialog, DialogActions } from "../../ui/Dialog.tsx";
import { NumberField, SelectField, TextField } from "../../ui/fields.tsx";
import { SearchField } from "../../ui/SearchField.tsx";
import { useToast } from "../../ui/Toaster.tsx";
import { rolesQuery } from "../access/queries.ts";
import { membersQuery } from "../members/queries.ts";
import { giveGrant, grantTouches } from "./queries.ts";

const MINUTES_MAX = 90 * 24 * 60;

export function GiveGrantDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const { grants: text, general } = useMessages();
  return (
    <Dialog title={text.give} isOpen={isOpen} onClose={onClose} closeLabel={general.close}>
      <GiveGrantForm onClose={onClose} />
    </Dialog>
  );
}

function GiveGrantForm({ onClose }: { onClose: () => void }) {
  const { grants: text, access, members: people, general } = useMessages();
  const { tenant } = useHere();
  const toast = useToast();
  const [q, setQ] = useState("");
  const members = useQuery(membersQuery(tenant.id, q === "" ? {} : { q }));
  const roles = useQuery(rolesQuery(tenant.id));
  const [chosen, setChosen] = useState<Member>();
  const [draft, setDraft] = useState({ role: "", reason: "", minutes: 60 as number | undefined });
  const give = useAction({
    run: (body: GrantGive, key) => giveGrant(tenant.id, body, key),
    touches: grantTouches(tenant.id),
    onDone: ({ email }) => {
      toast(text.given(email));
      onClose();
    },
  });
  const errors = useFieldErrors(give.error);
  const { role, reason, minutes } = draft;
  const userId = chosen?.userId ?? "";
  const isMissing = (!userId || !role || !reason.trim() || !minutes) && text.missing;
  function submit(event: FormEvent) {
    event.preventDefault();
    if (!userId || !role || !reason.trim() || !minutes) return;
    give.mutate({ userId, roles: [role], reason: reason.trim(), durationMinutes: minutes });
  }
  const found = members.data?.items ?? [];
  // Who was chosen stays chosen while somebody else is searched.
  const isAway = chosen !== undefined && !found.some((each) => each.userId === chosen.userId);
  const choosable = isAway ? [chosen, ...found] : found;
  const choose = { value: "", label: text.choose };
  return (
    <form className="stack" onSubmit={submit} noValidate>
      <SearchField label={people.search} placeholder={people.searchPlaceholder} value={q} onChange={setQ} />
      <SelectField
        label={text.member}
        value={userId}
        onChange={(next) => setChosen(choosable.find((each) => each.userId === next))}
        choices={[
          choose,
          ...choosable.map((each) => ({
            value: each.userId,
            label: each.name || each.email,
          })),
        ]}
      />
      <SelectField
        label={access.role}
        value={role}
        onChange={(next) => setDraft({ ...draft, role: next })}
        choices={[
          choose,
          ...(roles.data?.items ?? []).map(({ key, name }) => ({
            value: key,
            label: access.roleNames[key] ?? name,
          })),
        ]}
      />
      <NumberField
        label={text.minutes}
        value={minutes}
        onChange={(next) => setDraft({ ...draft, minutes: next })}
        min={1}
        max={MINUTES_MAX}
        isWhole
        error={errors["durationMinutes"]}
      />
      <TextField
        label={text.reason}
        hint={text.reasonHint}
        value={reason}
        onChange={(next) => setDraft({ ...draft, reason: next })}
        maxLength={500}
        error={errors["reason"]}
      />
      {give.isError && <ProblemNote error={give.error} shownFields={["durationMinutes", "reason"]} />}
      <DialogActions>
        <Button onClick={onClose}>{general.cancel}</Button>
        <Button type="submit" look="primary" isBusy={give.isPending} disabledReason={isMissing}>
          {text.give}
        </Button>
      </DialogActions>
    </form>
  );
}
