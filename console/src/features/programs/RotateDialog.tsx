import { type FormEvent, useState } from "react";
import type { TenantKey, TenantKeyCreated } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { useHere } from "../../shell/here.ts";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Button } from "../../ui/Button.tsx";
import { Dialog, DialogActions } from "../../ui/Dialog.tsx";
import { NumberField } from "../../ui/fields.tsx";
import { programTouches, rotateKey } from "./queries.ts";
import { ShownKey } from "./ShownKey.tsx";

interface RotateDialogProps {
  readonly apiKey: TenantKey | undefined;
  readonly onClose: () => void;
}

export function RotateDialog({ apiKey, onClose }: RotateDialogProps) {
  const { programs: text, general } = useMessages();
  return (
    <Dialog
      title={text.rotateTitle(apiKey?.name ?? "")}
      isOpen={apiKey !== undefined}
      onClose={onClose}
      closeLabel={general.close}
      width={560}
    >
      {apiKey && <Rotation apiKey={apiKey} onClose={onClose} />}
    </Dialog>
  );
}

function Rotation({ apiKey, onClose }: { apiKey: TenantKey; onClose: () => void }) {
  const { programs: text, general } = useMessages();
  const { tenant } = useHere();
  const [hours, setHours] = useState<number | undefined>(24);
  const [made, setMade] = useState<TenantKeyCreated>();
  const rotate = useAction({
    run: (overlapHours: number) => rotateKey(tenant.id, apiKey.id, overlapHours),
    touches: programTouches(tenant.id),
    onDone: setMade,
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    rotate.mutate(hours ?? 24);
  }
  if (made) return <ShownKey made={made} onKept={onClose} />;
  return (
    <form className="stack" onSubmit={submit} noValidate>
      <p>{text.rotateEffect}</p>
      <NumberField
        label={text.overlap}
        hint={text.overlapHint}
        value={hours}
        onChange={setHours}
        min={0}
        max={720}
      />
      {rotate.isError && <ProblemNote error={rotate.error} />}
      <DialogActions>
        <Button onClick={onClose}>{general.cancel}</Button>
        <Button type="submit" look="primary" isBusy={rotate.isPending}>
          {text.rotate}
        </Button>
      </DialogActions>
    </form>
  );
}
