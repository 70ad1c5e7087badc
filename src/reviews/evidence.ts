import { cell } from "../audit/formats.ts";
import type { MemberParts } from "../identity/members.ts";
import { type Review, type ReviewItem, readItems } from "./reviews.ts";

const PAGE = 500;
const COLUMNS = [
  "review",
  "subject",
  "kind",
  "holds",
  "via",
  "lastUsedAt",
  "decision",
  "isOverdue",
  "reason",
  "decidedBy",
  "decidedAt",
  "fault",
] as const;

/** The review as an auditor takes it away: each item, as it was and what was decided, page by page. */
export async function* evidence(
  parts: Pick<MemberParts, "pool">,
  tenantId: string,
  review: Review,
  format: "csv" | "json",
): AsyncGenerator<string> {
  if (format === "csv") yield `${COLUMNS.join(",")}\r\n`;
  else yield `{"review":${JSON.stringify(review)},"items":[`;
  let after: { subject: string; id: string } | undefined;
  let isFirst = true;
  for (;;) {
    const at = { tenantId, reviewId: review.id };
    const items = await readItems(parts, at, { limit: PAGE, ...(after ? { after } : {}) });
    for (const item of items) {
      if (format === "csv") yield `${rowOf(review, item).map(textOf).map(cell).join(",")}\r\n`;
      else yield `${isFirst ? "" : ","}\n${JSON.stringify(item)}`;
      isFirst = false;
    }
    const last = items.at(-1);
    if (!last || items.length < PAGE) break;
    after = { subject: last.subject, id: last.id };
  }
  if (format === "json") yield "\n]}\n";
}

function rowOf(review: Review, item: ReviewItem): (string | boolean | Date | null)[] {
  const { subject, kind, holds, via, lastUsedAt, decision, isOverdue, reason, decidedBy, decidedAt, fault } =
    item;
  const lists = [holds.join(" "), via.join("; ")];
  return [
    review.name,
    subject,
    kind,
    ...lists,
    lastUsedAt,
    decision,
    isOverdue,
    reason,
    decidedBy,
    decidedAt,
    fault,
  ];
}

function textOf(value: string | boolean | Date | null): string | null {
  if (value === null) return null;
  return value instanceof Date ? value.toISOString() : String(value);
}
