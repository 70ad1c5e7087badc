import { lowId } from "../audit/export.ts";
import { recordEvent } from "../audit/record.ts";
import type { FieldProblem } from "../base/errors.ts";
import { isUuid, uuidv7 } from "../base/ids.ts";
import { exec, many, maybe, one, type Queryable } from "../db/sql.ts";
import { withTx } from "../db/tx.ts";
import { identityError } from "../identity/errors.ts";
import { type MemberActor, type MemberParts, readMember } from "../identity/members.ts";
import { permissionOfRole, permissionRole } from "../identity/ports.ts";
import { reviewError } from "./errors.ts";
import { ITEMS_MAX, OPEN_REVIEWS_MAX, REVIEW_DAYS_MAX, REVIEWS_SHOWN_MAX, USED_WITHIN_MS } from "./limits.ts";
import {
  findReview,
  type ItemRow,
  insertItems,
  insertReview,
  listItems,
  listOpenHoldings,
  listReviews,
  lockReviews,
  type ReviewRow,
} from "./store.ts";

/** What becomes of items that nobody decided until the end. */
export type Overdue = "keep" | "withdraw";

export interface Review {
  readonly id: string;
  readonly name: string;
  /** Users who decide; empty: whoever manages reviews. */
  readonly reviewers: readonly string[];
  readonly overdue: Overdue;
  readonly startedBy: string;
  readonly createdAt: Date;
  readonly dueAt: Date;
  readonly closedAt: Date | null;
  readonly closedBy: string | null;
  readonly items: number;
  readonly openItems: number;
  readonly withdrawn: number;
}

export interface ReviewItem {
  readonly id: string;
  readonly kind: ItemRow["kind"];
  readonly subjectId: string;
  readonly subject: string;
  /** Roles and permissions. */
  readonly holds: readonly string[];
  readonly via: readonly string[];
  /** Null: not within 90 days before the start. */
  readonly lastUsedAt: Date | null;
  readonly decision: "confirm" | "withdraw" | null;
  readonly isOverdue: boolean;
  readonly reason: string | null;
  readonly decidedBy: string | null;
  readonly decidedAt: Date | null;
  readonly fault: string | null;
}

export interface ReviewInput {
  readonly name: string;
  readonly dueAt: Date;
  /** Default: keep. */
  readonly overdue?: Overdue;
  readonly reviewers?: readonly string[];
}

/**
 * Takes down who has what in the tenant now: each role of each member, what is held for a time, roles of service accounts
 * and keys by themselves, with how it came and when it was last used. One that withdraws at its end is started only by
 * whoever may take all of it away.
 *
 * @throws review.invalid, review.too_many, review.too_large, role.not_grantable, member.not_found for a reviewer who is
 *   none
 */
export async function startReview(
  parts: MemberParts,
  tenantId: string,
  input: ReviewInput,
  by: MemberActor,
): Promise<Review> {
  const now = parts.clock.now();
  const { name, dueAt, overdue = "keep", reviewers = [] } = input;
  const days = (dueAt.getTime() - now.getTime()) / 86_400_000;
  if (!(days > 0 && days <= REVIEW_DAYS_MAX)) {
    const message = `Expected \`dueAt\` to be within ${REVIEW_DAYS_MAX} days from now.`;
    const problems: FieldProblem[] = [{ path: "dueAt", message }];
    throw reviewError("review.invalid", {}, { problems });
  }
  for (const userId of reviewers) await readMember(parts.pool, tenantId, userId);
  return withTx(parts.pool, async (tx) => {
    const { open } = await one(tx, lockReviews, [tenantId]);
    if (open >= OPEN_REVIEWS_MAX) throw reviewError("review.too_many", { max: OPEN_REVIEWS_MAX });
    const id = uuidv7();
    await exec(tx, insertReview, [tenantId, id, name, reviewers, overdue, by.actor, now, dueAt]);
    const since = lowId(new Date(now.getTime() - USED_WITHIN_MS));
    const items = await exec(tx, insertItems, [tenantId, id, now, since]);
    if (items > ITEMS_MAX) throw reviewError("review.too_large", { max: ITEMS_MAX });
    if (overdue === "withdraw") await assertMayWithdraw(parts, tx, { tenantId, reviewId: id }, by);
    const detail = { id, name, overdue, reviewers, items, dueAt: dueAt.toISOString() };
    await recordEvent(tx, by, "review.started", tenantId, detail);
    return toReview(await one(tx, findReview, [tenantId, id]));
  });
}

/**
 * Withdrawing what nobody decided asks for no power when it is done, so for all of it before: else a review would take
 * from owners what its starter could not. Throws role.not_grantable.
 */
export async function assertMayWithdraw(
  { roles: book }: Pick<MemberParts, "roles">,
  db: Queryable,
  { tenantId, reviewId }: { readonly tenantId: string; readonly reviewId: string },
  by: MemberActor,
): Promise<void> {
  const held = await many(db, listOpenHoldings, [tenantId, reviewId]);
  const keys = held.map(({ key, is_scope }) => (is_scope ? permissionRole(key) : key));
  const beyond = await book.ungrantable(tenantId, [...new Set(keys)], by.principal);
  if (beyond.length === 0) return;
  const roles = beyond.map((key) => permissionOfRole(key) ?? key).join(", ");
  throw identityError("role.not_grantable", { roles });
}

/** Newest first. */
export async function readReviews({ pool }: Pick<MemberParts, "pool">, tenantId: string): Promise<Review[]> {
  return (await many(pool, listReviews, [tenantId, REVIEWS_SHOWN_MAX])).map(toReview);
}

/** Throws review.not_found. */
export async function readReview(
  { pool }: Pick<MemberParts, "pool">,
  tenantId: string,
  id: string,
): Promise<Review> {
  const row = isUuid(id) ? await maybe(pool, findReview, [tenantId, id]) : undefined;
  if (!row) throw reviewError("review.not_found");
  return toReview(row);
}

/** By subject. */
export async function readItems(
  { pool }: Pick<MemberParts, "pool">,
  at: { readonly tenantId: string; readonly reviewId: string },
  page: {
    readonly limit: number;
    readonly isOpen?: boolean;
    readonly after?: { readonly subject: string; readonly id: string };
  },
): Promise<ReviewItem[]> {
  const { limit, isOpen, after } = page;
  const values = [at.tenantId, at.reviewId, isOpen ?? null, after?.subject ?? null, after?.id ?? null, limit];
  return (await many(pool, listItems, values)).map(toItem);
}

export function toItem(row: ItemRow): ReviewItem {
  return {
    id: row.id,
    kind: row.kind,
    subjectId: row.subject_id,
    subject: row.subject,
    holds: row.holds.map((key) => permissionOfRole(key) ?? key),
    via: row.via,
    lastUsedAt: row.last_used_at,
    decision: row.decision,
    isOverdue: row.is_overdue,
    reason: row.reason,
    decidedBy: row.decided_by,
    decidedAt: row.decided_at,
    fault: row.fault,
  };
}

function toReview(row: ReviewRow): Review {
  return {
    id: row.id,
    name: row.name,
    reviewers: row.reviewers,
    overdue: row.overdue,
    startedBy: row.started_by,
    createdAt: row.created_at,
    dueAt: row.due_at,
    closedAt: row.closed_at,
    closedBy: row.closed_by,
    items: row.items,
    openItems: row.open_items,
    withdrawn: row.withdrawn,
  };
}
