import { type FormEvent, useState } from "react";
import type { ScimTokenCreate, ScimTokenCreated } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { useForbidden, useHere, useOwnersOnly } from "../../shell/here.ts";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { useFieldErrors } from "../../shell/use-field-errors.ts";
import { Button } from "../../ui/Button.tsx";
import { CodeBlock } from "../../ui/CodeBlock.tsx";
import { Dialog, DialogActions } from "../../ui/Dialog.tsx";
import { NumberField, TextField } from "../../ui/fields.tsx";
import { ShownOnce } from "../../ui/ShownOnce.tsx";
import { createToken, scimTouches } from "./queries.ts";

export function MakeTokenButton() {
  const { scim: text, general } = useMessages();
  const forbidden = useForbidden();
  const ownersOnly = useOwnersOnly();
  const [isOpen, setIsOpen] = useState(false);
  // In this component only, never in the query cache: closing the dialog forgets the token.
  const [made, setMade] = useState<ScimTokenCreated>();
  const close = () => {
    setIsOpen(false);
    setMade(undefined);
  };
  return (
    <>
      <Button
        look="primary"
        disabledReason={forbidden("scim.manage") || ownersOnly}
        onClick={() => setIsOpen(true)}
      >
        {text.make}
      </Button>
      <Dialog title={text.make} isOpen={isOpen} onClose={close} closeLabel={general.close} width={560}>
        {made ? (
          <ShownOnce warning={text.shownOnce} kept={text.done} onKept={close}>
            <CodeBlock code={made.token} label={text.token} />
          </ShownOnce>
        ) : (
          <MakeForm onMade={setMade} onClose={close} />
        )}
      </Dialog>
    </>
  );
}

interface MakeFormProps {
  readonly onMade: (made: ScimTokenCreated) => void;
  readonly onClose: () => void;
}

function MakeForm({ onMade, onClose }: MakeFormProps) {
  const { scim: text, general } = useMessages();
  const { tenant } = useHere();
  const [name, setName] = useState("");
  const [expiresInDays, setExpiresInDays] = useState<number | undefined>(365);
  const make = useAction({
    run: (body: ScimTokenCreate, key) => createToken(tenant.id, body, key),
    touches: scimTouches(tenant.id),
    onDone: onMade,
  });
  const errors = useFieldErrors(make.error);
  function submit(event: FormEvent) {
    event.preventDefault();
    if (name.trim() === "") return;
    make.mutate({ name: name.trim(), ...(expiresInDays === undefined ? {} : { expiresInDays }) });
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
      <NumberField
        label={text.days}
        hint={text.daysHint}
        value={expiresInDays}
        onChange={setExpiresInDays}
        error={errors["expiresInDays"]}
        min={1}
        max={3650}
      />
      {make.isError && <ProblemNote error={make.error} shownFields={["name", "expiresInDays"]} />}
      <DialogActions>
        <Button onClick={onClose}>{general.cancel}</Button>
        <Button
          type="submit"
          look="primary"
          isBusy={make.isPending}
          disabledReason={name.trim() === "" && text.nameMissing}
        >
          {text.make}
        </Button>
      </DialogActions>
    </form>
  );
}
