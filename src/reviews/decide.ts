import type pg from "pg";
import { isPermission } from "../access/permissions.ts";
import { recordEvent } from "../audit/record.ts";
import { isTenancyError } from "../base/errors.ts";
import { isUuid } from "../base/ids.ts";
import { exec, many, maybe, one } from "../db/sql.ts";
import { withTx } from "../db/tx.ts";
import { revokeApiKey } from "../identity/api-keys.ts";
import { identityError } from "../identity/errors.ts";
import { endGrant } from "../identity/grants.ts";
import { changeMember, type MemberActor, type MemberParts, readMember } from "../identity/members.ts";
import { permissionRole } from "../identity/ports.ts";
import { changeServiceAccount } from "../identity/service-accounts.ts";
import { reviewError } from "./errors.ts";
import { DUE_REVIEWS_MAX, OVERDUE_BATCH } from "./limits.ts";
import { assertMayWithdraw, type Review, type ReviewItem, readItems, readReview, toItem } from "./reviews.ts";
import {
  closeReviewRow,
  countTenantReviews,
  decideItem,
  deleteTenantReviews,
  findItem,
  listDueReviews,
  ownsOpenItem,
} from "./store.ts";

interface At {
  readonly tenantId: string;
  readonly reviewId: string;
}

/**
 * Confirms what somebody has, or withdraws it: at once, and with the power of whoever decides, who takes away no more
 * than they could otherwise.
 *
 * @throws review.not_found, review.closed, review.decided, review.not_reviewer, review.own_access, member.last_owner,
 *   role.not_grantable
 */
export async function decide(
  parts: MemberParts,
  at: At & { readonly itemId: string },
  choice: { readonly decision: "confirm" | "withdraw"; readonly reason: string },
  by: MemberActor,
): Promise<ReviewItem> {
  const review = await readReview(parts, at.tenantId, at.reviewId);
  if (review.closedAt || review.dueAt <= parts.clock.now()) throw reviewError("review.closed");
  assertReviewer(review, by);
  const row = isUuid(at.itemId)
    ? await maybe(parts.pool, findItem, [at.tenantId, at.reviewId, at.itemId])
    : undefined;
  if (!row) throw reviewError("review.not_found");
  if (row.decision) throw reviewError("review.decided");
  await assertNotOwn(parts, at, by);
  if (choice.decision === "withdraw") await withdraw(parts, at.tenantId, toItem(row), by);
  return settle(parts, at, toItem(row), { ...choice, isOverdue: false, fault: null }, by);
}

/**
 * Ends a review: what nobody decided is decided by its default.
 *
 * @throws review.not_found, review.closed, role.not_grantable for one that withdraws more than the closer could,
 *   review.own_access for one that would keep what the closer has themselves
 */
export async function closeReview(parts: MemberParts, at: At, by: MemberActor): Promise<Review> {
  const review = await readReview(parts, at.tenantId, at.reviewId);
  if (review.closedAt) throw reviewError("review.closed");
  const now = parts.clock.now();
  if (review.overdue === "withdraw") await assertMayWithdraw(parts, parts.pool, at, by);
  else if (review.dueAt > now) await assertNotOwn(parts, at, by);
  // The default is what was said at the start, by somebody who could do all of it, and does as far as they still can.
  const hand = { ...by, principal: null };
  const decision = review.overdue === "keep" ? "confirm" : "withdraw";
  const reason = `Nobody decided until the end; the review's default is to ${review.overdue}.`;
  const isLeftToStarter = by.principal === null && review.dueAt <= now;
  const starter = isLeftToStarter ? await heldByStarter(parts, review, at.tenantId) : null;
  const decideOverdue = async (item: ReviewItem) => {
    const taking = async () => {
      if (starter) await assertNoMore(parts, at.tenantId, item, starter);
      await withdraw(parts, at.tenantId, item, hand);
    };
    const fault = decision === "withdraw" ? await faultOf(taking()) : null;
    const choice = { decision, reason, isOverdue: true, fault } as const;
    await ignoring("review.decided", settle(parts, at, item, choice, hand));
  };
  const failures: unknown[] = [];
  for (let after: ReviewItem | undefined; ; ) {
    const page = { limit: OVERDUE_BATCH, isOpen: true, ...(after ? { after } : {}) };
    const items = await readItems(parts, at, page);
    for (const item of items) await decideOverdue(item).catch((failure: unknown) => failures.push(failure));
    after = items.at(-1);
    if (items.length < OVERDUE_BATCH) break;
  }
  // It stays open for the next sweep, which has only these left to do.
  if (failures.length > 0) throw failures[0];
  await withTx(parts.pool, async (tx) => {
    const values = [at.tenantId, at.reviewId, parts.clock.now(), by.actor];
    if (!(await maybe(tx, closeReviewRow, values))) return;
    const { id, name } = review;
    await recordEvent(tx, by, "review.closed", at.tenantId, { id, name, overdue: review.overdue });
  });
  return readReview(parts, at.tenantId, at.reviewId);
}

/** What the member who started it holds lastingly now; null: nobody of the tenant did. */
async function heldByStarter(
  { pool }: MemberParts,
  { startedBy }: Review,
  tenantId: string,
): Promise<readonly string[] | null> {
  const [kind, userId = ""] = startedBy.split(":");
  if (kind !== "user") return null;
  const member = await readMember(pool, tenantId, userId).catch((failure: unknown) => {
    if (isTenancyError(failure, "member.not_found")) return null;
    throw failure;
  });
  return member?.status === "active" ? member.roles : [];
}

/** Throws role.not_grantable. */
async function assertNoMore(
  { roles: book }: MemberParts,
  tenantId: string,
  { holds }: ReviewItem,
  held: readonly string[],
): Promise<void> {
  const keys = holds.map((name) => (isPermission(name) ? permissionRole(name) : name));
  const beyond = await book.exceeding(tenantId, keys, held);
  if (beyond.length > 0) throw identityError("role.not_grantable", { roles: holds.join(", ") });
}

/** Ends the reviews whose time is over. What dies half-way is taken up by the next sweep, and holds up no other. */
export async function closeDueReviews(parts: MemberParts): Promise<number> {
  const now = parts.clock.now();
  const failures: unknown[] = [];
  let count = 0;
  for (let last: { due_at: Date; id: string } | undefined; ; ) {
    const after = [last?.due_at ?? null, last?.id ?? null];
    const due = await many(parts.pool, listDueReviews, [now, DUE_REVIEWS_MAX, ...after]);
    for (const { tenant_id: tenantId, id: reviewId } of due) {
      const closing = closeReview(
        parts,
        { tenantId, reviewId },
        { actor: "system:reviews", principal: null },
      );
      await ignoring("review.closed", closing).catch((failure: unknown) => failures.push(failure));
    }
    count += due.length;
    last = due.at(-1);
    if (due.length < DUE_REVIEWS_MAX) break;
  }
  if (failures.length > 0) throw failures[0];
  return count;
}

/** Somebody else was faster. */
async function ignoring(code: string, work: Promise<unknown>): Promise<void> {
  await work.catch((failure: unknown) => {
    if (!isTenancyError(failure) || failure.code !== code) throw failure;
  });
}

export async function eraseTenantReviews(pool: pg.Pool, tenantId: string): Promise<void> {
  await exec(pool, deleteTenantReviews, [tenantId]);
}

/** What is left of them. */
export async function countReviewRemnants(pool: pg.Pool, tenantId: string): Promise<number> {
  return (await one(pool, countTenantReviews, [tenantId])).n;
}

/** The platform's own hand decides everywhere, programs nowhere: to look at something takes a person. */
function assertReviewer({ reviewers }: Review, { principal }: MemberActor): void {
  if (principal === null) return;
  if (principal.kind === "key") throw reviewError("review.not_reviewer");
  if (reviewers.length === 0) return;
  if (principal.kind !== "user" || !reviewers.includes(principal.id))
    throw reviewError("review.not_reviewer");
}

/** Of one item, or of all that nobody decided. Support is, in a member's place, that member too. */
async function assertNotOwn(
  { pool }: MemberParts,
  at: At & { readonly itemId?: string },
  { actor, principal }: MemberActor,
): Promise<void> {
  if (principal === null) return;
  const userId = principal.kind === "operator" ? (principal.visit?.userId ?? null) : principal.id;
  const values = [at.tenantId, at.reviewId, at.itemId ?? null, userId, actor];
  if ((await one(pool, ownsOpenItem, values)).is_own) throw reviewError("review.own_access");
}

/** Takes it away; what is gone already is no fault. */
async function withdraw(
  parts: MemberParts,
  tenantId: string,
  { kind, subjectId, holds }: ReviewItem,
  by: MemberActor,
): Promise<void> {
  try {
    switch (kind) {
      case "role": {
        const member = await readMember(parts.pool, tenantId, subjectId);
        const withoutRoles = holds.filter((role) => member.roles.includes(role));
        if (withoutRoles.length === 0) return;
        await changeMember(parts, { tenantId, userId: subjectId, withoutRoles }, by);
        return;
      }
      case "grant":
        await endGrant(parts, { tenantId, id: subjectId, reason: "Withdrawn in an access review" }, by);
        return;
      case "service_account":
        await changeServiceAccount(parts, { tenantId, id: subjectId, withoutRoles: holds }, by);
        return;
      case "api_key":
        await revokeApiKey(parts.pool, subjectId, by, tenantId);
        return;
      default:
        return kind satisfies never;
    }
  } catch (failure) {
    const isGone = isTenancyError(failure) && GONE.has(failure.code);
    if (!isGone) throw failure;
  }
}

const GONE = new Set([
  "member.not_found",
  "grant.not_found",
  "grant.over",
  "service_account.not_found",
  "api_key.not_found",
]);

/** At the end nobody is there to be told: an expected refusal stands in the evidence, and the others go on. */
async function faultOf(work: Promise<void>): Promise<string | null> {
  try {
    await work;
    return null;
  } catch (failure) {
    if (isTenancyError(failure) && failure.status < 500) return failure.code;
    throw failure;
  }
}

async function settle(
  parts: MemberParts,
  at: At,
  item: ReviewItem,
  choice: {
    readonly decision: "confirm" | "withdraw";
    readonly reason: string;
    readonly isOverdue: boolean;
    readonly fault: string | null;
  },
  by: MemberActor,
): Promise<ReviewItem> {
  const { decision, reason, isOverdue, fault } = choice;
  const key = [at.tenantId, at.reviewId, item.id];
  return withTx(parts.pool, async (tx) => {
    const values = [...key, decision, reason, by.actor, parts.clock.now(), isOverdue, fault];
    if (!(await maybe(tx, decideItem, values))) throw reviewError("review.decided");
    // The subject of the item is an address: the log has ids only.
    const { kind, subjectId, holds, via } = item;
    await recordEvent(tx, by, "review.decided", at.tenantId, {
      reviewId: at.reviewId,
      itemId: item.id,
      kind,
      subjectId,
      holds,
      via,
      ...choice,
    });
    return toItem(await one(tx, findItem, key));
  });
}
