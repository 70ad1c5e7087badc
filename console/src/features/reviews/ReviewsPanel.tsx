import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { AccessReview } from "../../api/types.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ApiAndCli } from "../../shell/ApiAndCli.tsx";
import { curl } from "../../shell/equivalents.ts";
import { useForbidden, useHere } from "../../shell/here.ts";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Blank } from "../../ui/Blank.tsx";
import { Button } from "../../ui/Button.tsx";
import { type Column, DataTable } from "../../ui/DataTable.tsx";
import { Mark } from "../../ui/Mark.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { Time } from "../../ui/Time.tsx";
import { reviewsQuery } from "./queries.ts";
import { ReviewDialog } from "./ReviewDialog.tsx";
import { StartReviewDialog } from "./StartReviewDialog.tsx";

/** Campaigns in which people look at who has what. */
export function ReviewsPanel() {
  const { reviews: text } = useMessages();
  const { tenant } = useHere();
  const forbidden = useForbidden();
  const reviews = useQuery(reviewsQuery(tenant.id));
  const [isStarting, setIsStarting] = useState(false);
  const [shownId, setShownId] = useState<string>();
  const shown = reviews.data?.items.find(({ id }) => id === shownId);
  const hasRows = (reviews.data?.items.length ?? 0) > 0;
  const start = (
    <Button disabledReason={forbidden("reviews.manage")} onClick={() => setIsStarting(true)}>
      {text.start}
    </Button>
  );
  return (
    <Panel
      title={text.title}
      actions={
        <div className="row">
          <ApiAndCli calls={{ api: curl("GET", `/v1/tenants/${tenant.id}/reviews`) }} />
          {hasRows && start}
        </div>
      }
    >
      <DataTable
        caption={text.title}
        columns={useReviewColumns(({ id }) => setShownId(id))}
        rows={reviews.data?.items}
        rowKey={({ id }) => id}
        problem={reviews.isError && <ProblemNote error={reviews.error} onRetry={() => reviews.refetch()} />}
        blank={
          <Blank title={text.none.title} action={start}>
            {text.none.body}
          </Blank>
        }
      />
      <StartReviewDialog isOpen={isStarting} onClose={() => setIsStarting(false)} />
      <ReviewDialog review={shown} onClose={() => setShownId(undefined)} />
    </Panel>
  );
}

function useReviewColumns(onShow: (review: AccessReview) => void): Column<AccessReview>[] {
  const { reviews: text, general } = useMessages();
  const { tenant } = useHere();
  return [
    {
      key: "name",
      header: text.review,
      cell: ({ name }) => <span className="identity identity-wide">{name}</span>,
    },
    {
      key: "state",
      header: text.state,
      cell: ({ closedAt }) =>
        closedAt ? <Mark tone="quiet">{text.closed}</Mark> : <Mark tone="busy">{text.open}</Mark>,
    },
    {
      key: "progress",
      header: text.progress,
      isNumber: true,
      cell: ({ items, openItems }) => text.of(items - openItems, items),
    },
    { key: "withdrawn", header: text.withdrawn, isNumber: true, cell: ({ withdrawn }) => withdrawn },
    { key: "until", header: text.until, cell: ({ dueAt, closedAt }) => <Time at={closedAt ?? dueAt} /> },
    {
      key: "act",
      header: general.actions,
      isHeaderHidden: true,
      isNumber: true,
      cell: (review) =>
        review.closedAt ? (
          <a href={`/v1/tenants/${tenant.id}/reviews/${review.id}/evidence?format=csv`} download>
            {text.evidence}
          </a>
        ) : (
          <Button look="bare" aria-label={text.decideNamed(review.name)} onClick={() => onShow(review)}>
            {text.decide}
          </Button>
        ),
    },
  ];
}
