import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { AccessReview, AccessReviewItem } from "../../api/types.ts";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { useForbidden, useHere } from "../../shell/here.ts";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Blank } from "../../ui/Blank.tsx";
import { Button } from "../../ui/Button.tsx";
import { type Column, DataTable } from "../../ui/DataTable.tsx";
import { Dialog, DialogActions } from "../../ui/Dialog.tsx";
import { TextField } from "../../ui/fields.tsx";
import { Time } from "../../ui/Time.tsx";
import { closeReview, decideItem, openItemsQuery, reviewTouches } from "./queries.ts";
import { Ways } from "./Ways.tsx";

interface ReviewDialogProps {
  readonly review: AccessReview | undefined;
  readonly onClose: () => void;
}

export function ReviewDialog({ review, onClose }: ReviewDialogProps) {
  const { general } = useMessages();
  return (
    <Dialog
      title={review?.name ?? ""}
      isOpen={review !== undefined}
      onClose={onClose}
      closeLabel={general.close}
      width={960}
    >
      {review && <Items review={review} onClose={onClose} />}
    </Dialog>
  );
}

function Items({ review, onClose }: { review: AccessReview; onClose: () => void }) {
  const { reviews: text, general } = useMessages();
  const { tenant } = useHere();
  const forbidden = useForbidden();
  const items = useQuery(openItemsQuery(tenant.id, review.id));
  const [reason, setReason] = useState("");
  const decide = useAction({
    run: ({ item, decision }: Choice, key) =>
      decideItem(tenant.id, { review: review.id, item, decision, reason: reason.trim() }, key),
    touches: reviewTouches(tenant.id),
  });
  const close = useAction({
    run: (id: string, key) => closeReview(tenant.id, id, key),
    touches: reviewTouches(tenant.id),
    onDone: onClose,
  });
  const isOff = forbidden("reviews.manage") || (reason.trim() === "" && text.reasonMissing);
  return (
    <div className="stack">
      <TextField label={text.reason} value={reason} onChange={setReason} maxLength={500} />
      {decide.isError && <ProblemNote error={decide.error} />}
      <DataTable
        caption={review.name}
        columns={useItemColumns(isOff, (choice) => decide.mutate(choice))}
        rows={items.data?.items}
        rowKey={({ id }) => id}
        problem={items.isError && <ProblemNote error={items.error} onRetry={() => items.refetch()} />}
        blank={<Blank title={text.allDecided} />}
      />
      {close.isError && <ProblemNote error={close.error} />}
      <p className="quiet">{text.closeHint(text.overdues[review.overdue])}</p>
      <DialogActions>
        <Button onClick={onClose}>{general.close}</Button>
        <Button
          isBusy={close.isPending}
          disabledReason={forbidden("reviews.manage")}
          onClick={() => close.mutate(review.id)}
        >
          {text.close}
        </Button>
      </DialogActions>
    </div>
  );
}

interface Choice {
  readonly item: string;
  readonly decision: "confirm" | "withdraw";
}

function useItemColumns(
  isOff: string | false,
  onDecide: (choice: Choice) => void,
): Column<AccessReviewItem>[] {
  const { reviews: text, access, general } = useMessages();
  const heldBy = ({ holds }: AccessReviewItem) => holds.map((key) => access.roleNames[key] ?? key).join(", ");
  return [
    {
      key: "who",
      header: text.who,
      cell: ({ subject }) => <span className="identity identity-wide">{subject}</span>,
    },
    { key: "holds", header: text.holds, cell: heldBy },
    { key: "via", header: text.via, isSecondary: true, cell: ({ via }) => <Ways via={via} /> },
    {
      key: "used",
      header: text.lastUsed,
      cell: ({ lastUsedAt }) => (lastUsedAt ? <Time at={lastUsedAt} /> : text.never),
    },
    {
      key: "act",
      header: general.actions,
      isHeaderHidden: true,
      isNumber: true,
      cell: (item) => (
        <div className="row">
          <Button
            look="bare"
            aria-label={text.confirmNamed(heldBy(item), item.subject)}
            disabledReason={isOff}
            onClick={() => onDecide({ item: item.id, decision: "confirm" })}
          >
            {text.confirm}
          </Button>
          <Button
            look="bare"
            aria-label={text.withdrawNamed(heldBy(item), item.subject)}
            disabledReason={isOff}
            onClick={() => onDecide({ item: item.id, decision: "withdraw" })}
          >
            {text.withdraw}
          </Button>
        </div>
      ),
    },
  ];
}
