import { type FormEvent, useState } from "react";
import type { AccessReviewStart } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { useHere } from "../../shell/here.ts";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Button } from "../../ui/Button.tsx";
import { Dialog, DialogActions } from "../../ui/Dialog.tsx";
import { NumberField, SelectField, TextField } from "../../ui/fields.tsx";
import { useToast } from "../../ui/Toaster.tsx";
import { reviewTouches, startReview } from "./queries.ts";

const DAY_MS = 86_400_000;
const DAYS_MAX = 180;

export function StartReviewDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const { reviews: text, general } = useMessages();
  return (
    <Dialog title={text.start} isOpen={isOpen} onClose={onClose} closeLabel={general.close}>
      <StartReviewForm onClose={onClose} />
    </Dialog>
  );
}

function StartReviewForm({ onClose }: { onClose: () => void }) {
  const { reviews: text, general } = useMessages();
  const { tenant } = useHere();
  const toast = useToast();
  const [draft, setDraft] = useState({ name: "", days: 21 as number | undefined, overdue: "keep" });
  const start = useAction({
    run: (body: AccessReviewStart, key) => startReview(tenant.id, body, key),
    touches: reviewTouches(tenant.id),
    onDone: ({ openItems }) => {
      toast(text.started(openItems));
      onClose();
    },
  });
  const { name, days, overdue } = draft;
  const isMissing = (!name.trim() || !days) && text.missing;
  function submit(event: FormEvent) {
    event.preventDefault();
    if (!name.trim() || !days) return;
    const dueAt = new Date(Date.now() + days * DAY_MS).toISOString();
    start.mutate({ name: name.trim(), dueAt, overdue: overdue === "withdraw" ? "withdraw" : "keep" });
  }
  return (
    <form className="stack" onSubmit={submit} noValidate>
      <TextField
        label={text.name}
        value={name}
        onChange={(next) => setDraft({ ...draft, name: next })}
        maxLength={100}
        autoFocus
      />
      <NumberField
        label={text.days}
        value={days}
        onChange={(next) => setDraft({ ...draft, days: next })}
        min={1}
        max={DAYS_MAX}
        isWhole
      />
      <SelectField
        label={text.overdue}
        value={overdue}
        onChange={(next) => setDraft({ ...draft, overdue: next })}
        choices={(["keep", "withdraw"] as const).map((value) => ({ value, label: text.overdues[value] }))}
      />
      {start.isError && <ProblemNote error={start.error} />}
      <DialogActions>
        <Button onClick={onClose}>{general.cancel}</Button>
        <Button type="submit" look="primary" isBusy={start.isPending} disabledReason={isMissing}>
          {text.start}
        </Button>
      </DialogActions>
    </form>
  );
}
