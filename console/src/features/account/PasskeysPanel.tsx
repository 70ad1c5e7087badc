import { type FormEvent, useState } from "react";
import { hasPasskeys, makePasskey } from "../../api/passkeys.ts";
import type { Passkey } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ConfirmDialog } from "../../shell/ConfirmDialog.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Blank } from "../../ui/Blank.tsx";
import { Button } from "../../ui/Button.tsx";
import { type Column, DataTable } from "../../ui/DataTable.tsx";
import { Dialog, DialogActions } from "../../ui/Dialog.tsx";
import { TextField } from "../../ui/fields.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Time } from "../../ui/Time.tsx";
import { useToast } from "../../ui/Toaster.tsx";
import { addPasskey, beginPasskey, meTouches, removePasskey } from "./queries.ts";
import { useStepUp } from "./StepUp.tsx";

interface PasskeysPanelProps {
  readonly passkeys: readonly Passkey[];
  /** The codes that come with a first factor. */
  readonly onCodes: (codes: readonly string[]) => void;
}

export function PasskeysPanel({ passkeys, onCodes }: PasskeysPanelProps) {
  const { account, errors } = useMessages();
  const text = account.methods;
  const [isAdding, setIsAdding] = useState(false);
  const [leaving, setLeaving] = useState<Passkey>();
  const unsupported = errors.local["console.passkey_unsupported"]?.title ?? "";
  return (
    <Panel
      title={text.passkeys}
      actions={
        <Button disabledReason={!hasPasskeys() && unsupported} onClick={() => setIsAdding(true)}>
          {text.addPasskey}
        </Button>
      }
    >
      <p className="quiet">{text.passkeysIntro}</p>
      <DataTable
        caption={text.passkeys}
        columns={usePasskeyColumns(setLeaving)}
        rows={passkeys}
        rowKey={(passkey) => passkey.id}
        blank={<Blank title={text.noPasskeys.title}>{text.noPasskeys.body}</Blank>}
      />
      <AddDialog isOpen={isAdding} onClose={() => setIsAdding(false)} onCodes={onCodes} />
      <RemovePasskeyDialog passkey={leaving} onClose={() => setLeaving(undefined)} />
    </Panel>
  );
}

function usePasskeyColumns(onRemove: (passkey: Passkey) => void): Column<Passkey>[] {
  const { account, general } = useMessages();
  const text = account.methods;
  return [
    {
      key: "name",
      header: text.passkeyName,
      cell: (passkey) => (
        <div className="stack-tight">
          <span className="identity identity-wide">{passkey.name}</span>
          <span className="quiet">{passkey.isBackedUp ? text.synced : text.oneDevice}</span>
        </div>
      ),
    },
    {
      key: "created",
      header: general.created,
      isSecondary: true,
      cell: (row) => <Time at={row.createdAt} />,
    },
    {
      key: "used",
      header: text.lastUsed,
      isSecondary: true,
      cell: ({ lastUsedAt }) =>
        lastUsedAt ? <Time at={lastUsedAt} /> : <span className="quiet">{text.neverUsed}</span>,
    },
    {
      key: "remove",
      header: general.actions,
      isHeaderHidden: true,
      isNumber: true,
      cell: (passkey) => (
        <Button look="bare" aria-label={text.removeNamed(passkey.name)} onClick={() => onRemove(passkey)}>
          {text.remove}
        </Button>
      ),
    },
  ];
}

interface AddProps {
  readonly onClose: () => void;
  readonly onCodes: (codes: readonly string[]) => void;
}

function AddDialog({ isOpen, onClose, onCodes }: AddProps & { readonly isOpen: boolean }) {
  const { account, general } = useMessages();
  return (
    <Dialog title={account.methods.addPasskey} isOpen={isOpen} onClose={onClose} closeLabel={general.close}>
      <AddForm onClose={onClose} onCodes={onCodes} />
    </Dialog>
  );
}

function AddForm({ onClose, onCodes }: AddProps) {
  const { account, general } = useMessages();
  const text = account.methods;
  const toast = useToast();
  const fresh = useStepUp();
  const [name, setName] = useState("");
  const add = useAction({
    run: (named: string) =>
      fresh(async () => {
        const { token, options } = await beginPasskey();
        return addPasskey({ token, name: named, response: await makePasskey(options) });
      }),
    touches: meTouches,
    onDone: ({ recoveryCodes }, named) => {
      toast(text.passkeyAdded(named));
      onClose();
      if (recoveryCodes) onCodes(recoveryCodes);
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    if (name.trim() !== "") add.mutate(name.trim());
  }
  return (
    <form className="stack" onSubmit={submit}>
      <TextField
        label={text.passkeyName}
        hint={text.passkeyNameHint}
        value={name}
        onChange={setName}
        maxLength={100}
        autoFocus
      />
      {add.isError && <ProblemNote error={add.error} />}
      <DialogActions>
        <Button onClick={onClose}>{general.cancel}</Button>
        <Button
          type="submit"
          look="primary"
          isBusy={add.isPending}
          disabledReason={name.trim() === "" && text.passkeyNameHint}
        >
          {text.addPasskey}
        </Button>
      </DialogActions>
    </form>
  );
}

function RemovePasskeyDialog({ passkey, onClose }: { passkey: Passkey | undefined; onClose: () => void }) {
  const { account } = useMessages();
  const text = account.methods;
  const toast = useToast();
  const fresh = useStepUp();
  const remove = useAction({
    run: (leaving: Passkey) => fresh(() => removePasskey(leaving.id)),
    touches: meTouches,
    onDone: (_, leaving) => {
      toast(text.passkeyRemoved(leaving.name));
      onClose();
    },
  });
  return (
    <ConfirmDialog
      title={text.removeTitle(passkey?.name ?? "")}
      isOpen={passkey !== undefined}
      onClose={onClose}
      effect={text.removePasskeyEffect}
      verb={text.remove}
      action={remove}
      onConfirm={() => {
        if (passkey) remove.mutate(passkey);
      }}
    />
  );
}
