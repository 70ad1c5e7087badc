import { Readable } from "node:stream";
import { closeReview, decide } from "../../reviews/decide.ts";
import { evidence } from "../../reviews/evidence.ts";
import {
  type Review,
  type ReviewItem,
  readItems,
  readReview,
  readReviews,
  startReview,
} from "../../reviews/reviews.ts";
import { findTenant } from "../api-tenant.ts";
import { readPage } from "../page.ts";
import { route } from "../route.ts";
import {
  AccessReview,
  AccessReviewDecide,
  AccessReviewEvidenceQuery,
  AccessReviewItem,
  AccessReviewItemPage,
  AccessReviewItemQuery,
  AccessReviewList,
  AccessReviewStart,
} from "../schemas/reviews.ts";

const TENANT = "Id, slug or domain of the tenant.";
const REVIEW = "Id of the review.";
const BASE = "/v1/tenants/:tenant/reviews";
const READS = { method: "GET", tag: "Access", permission: "reviews.read", action: "review.read" } as const;

export const reviewRoutes = [
  route({
    ...READS,
    url: BASE,
    summary: "List access reviews, newest first",
    params: { tenant: TENANT },
    answer: AccessReviewList,
    handle: async ({ house, params }) => {
      const { id } = await findTenant(house, params.tenant);
      return { items: (await readReviews(house.identity, id)).map(toApiReview) };
    },
  }),
  route({
    method: "POST",
    url: BASE,
    tag: "Access",
    permission: "reviews.manage",
    action: "review.started",
    summary: "Start an access review: who has what now, how, and when it was last used",
    description:
      "One that withdraws at its end is started only by whoever could take all of it away by hand.",
    params: { tenant: TENANT },
    body: AccessReviewStart,
    status: 201,
    answer: AccessReview,
    handle: async ({ house, params, body, by, principal }) => {
      const { id } = await findTenant(house, params.tenant);
      const input = { ...body, dueAt: new Date(body.dueAt) };
      return toApiReview(await startReview(house.identity, id, input, { ...by, principal }));
    },
  }),
  route({
    ...READS,
    url: `${BASE}/:review`,
    summary: "Show an access review",
    params: { tenant: TENANT, review: REVIEW },
    answer: AccessReview,
    handle: async ({ house, params }) => {
      const { id } = await findTenant(house, params.tenant);
      return toApiReview(await readReview(house.identity, id, params.review));
    },
  }),
  route({
    ...READS,
    url: `${BASE}/:review/items`,
    summary: "List what is under review, by member and program",
    params: { tenant: TENANT, review: REVIEW },
    query: AccessReviewItemQuery,
    answer: AccessReviewItemPage,
    handle: async ({ house, params, query }) => {
      const { id: tenantId } = await findTenant(house, params.tenant);
      const { id: reviewId } = await readReview(house.identity, tenantId, params.review);
      const { open } = query;
      const { rows, nextCursor } = await readPage<ReviewItem, { subject: string; id: string }>(house, {
        list: "review-items",
        query,
        filters: { reviewId, open },
        read: (limit, after) =>
          readItems(
            house.identity,
            { tenantId, reviewId },
            { limit, ...(open === undefined ? {} : { isOpen: open }), ...(after ? { after } : {}) },
          ),
        positionOf: ({ subject, id }) => ({ subject, id }),
      });
      return { items: rows.map(toApiItem), nextCursor };
    },
  }),
  route({
    method: "POST",
    url: `${BASE}/:review/items/:item/decide`,
    tag: "Access",
    permission: "reviews.manage",
    action: "review.decided",
    summary: "Confirm what somebody has, or withdraw it",
    description:
      "A withdrawal takes it away at once, as far as whoever decides could otherwise. Nobody decides about their own access: a role or grant of theirs, a program that they made or made a key of. No program decides.",
    params: { tenant: TENANT, review: REVIEW, item: "Id of the item." },
    body: AccessReviewDecide,
    answer: AccessReviewItem,
    handle: async ({ house, params, body, by, principal }) => {
      const { id: tenantId } = await findTenant(house, params.tenant);
      const at = { tenantId, reviewId: params.review, itemId: params.item };
      const item = await decide(house.identity, at, body, { ...by, principal });
      house.tenancy.internals.identity.memberships.forget();
      house.credentials.forget();
      return toApiItem(item);
    },
  }),
  route({
    method: "POST",
    url: `${BASE}/:review/close`,
    tag: "Access",
    permission: "reviews.manage",
    action: "review.closed",
    summary: "End an access review before its time",
    description:
      "What nobody decided is decided by the review's default; if that withdraws, by whoever could take all of it away by hand; if it keeps, by whoever has none of that themselves.",
    params: { tenant: TENANT, review: REVIEW },
    answer: AccessReview,
    handle: async ({ house, params, by, principal }) => {
      const { id: tenantId } = await findTenant(house, params.tenant);
      const review = await closeReview(
        house.identity,
        { tenantId, reviewId: params.review },
        { ...by, principal },
      );
      house.tenancy.internals.identity.memberships.forget();
      house.credentials.forget();
      return toApiReview(review);
    },
  }),
  route({
    ...READS,
    url: `${BASE}/:review/evidence`,
    summary: "Take an access review out as evidence, as CSV or JSON",
    params: { tenant: TENANT, review: REVIEW },
    query: AccessReviewEvidenceQuery,
    isFile: true,
    answer: null,
    handle: async ({ house, params, query, reply }) => {
      const { id: tenantId } = await findTenant(house, params.tenant);
      const review = await readReview(house.identity, tenantId, params.review);
      const { format = "csv" } = query;
      const type = format === "csv" ? "text/csv; charset=utf-8; header=present" : "application/json";
      reply.header("content-type", type);
      reply.header("content-disposition", `attachment; filename="access-review-${review.id}.${format}"`);
      return Readable.from(evidence(house.identity, tenantId, review, format));
    },
  }),
];

function toApiReview(review: Review) {
  return {
    ...review,
    reviewers: [...review.reviewers],
    createdAt: review.createdAt.toISOString(),
    dueAt: review.dueAt.toISOString(),
    closedAt: review.closedAt?.toISOString() ?? null,
  };
}

function toApiItem(item: ReviewItem) {
  return {
    ...item,
    holds: [...item.holds],
    via: [...item.via],
    lastUsedAt: item.lastUsedAt?.toISOString() ?? null,
    decidedAt: item.decidedAt?.toISOString() ?? null,
  };
}
