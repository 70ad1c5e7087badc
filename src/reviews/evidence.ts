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
      if (format === "csv") yield `${rowOf(review, item).map(cell).join(",")}\r\n`;
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

/** RFC 4180; a text that a spreadsheet would run as a formula is led by an apostrophe. */
function cell(value: string | boolean | Date | null): string {
  if (value === null) return "";
  const text = value instanceof Date ? value.toISOString() : String(value);
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
