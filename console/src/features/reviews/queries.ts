import { request } from "../../api/client.ts";
import { getQuery } from "../../api/get-query.ts";
import type {
  AccessReview,
  AccessReviewDecide,
  AccessReviewItem,
  AccessReviewItemPage,
  AccessReviewList,
  AccessReviewStart,
} from "../../api/types.ts";

export function reviewsQuery(tenant: string) {
  return getQuery<AccessReviewList>(`/v1/tenants/${tenant}/reviews`);
}

/** What is undecided, a page at a time: what is decided makes room for the next. */
export function openItemsQuery(tenant: string, review: string) {
  return getQuery<AccessReviewItemPage>(`/v1/tenants/${tenant}/reviews/${review}/items`, {
    open: "true",
    limit: 50,
  });
}

export function reviewTouches(tenant: string): string[] {
  return [
    `/v1/tenants/${tenant}/reviews`,
    `/v1/tenants/${tenant}/members`,
    `/v1/tenants/${tenant}/grants`,
    `/v1/tenants/${tenant}/access`,
  ];
}

export function startReview(
  tenant: string,
  body: AccessReviewStart,
  idempotencyKey: string,
): Promise<AccessReview> {
  return request("POST", `/v1/tenants/${tenant}/reviews`, { body, idempotencyKey });
}

export function decideItem(
  tenant: string,
  { review, item, ...body }: AccessReviewDecide & { review: string; item: string },
  idempotencyKey: string,
): Promise<AccessReviewItem> {
  return request("POST", `/v1/tenants/${tenant}/reviews/${review}/items/${item}/decide`, {
    body,
    idempotencyKey,
  });
}

export function closeReview(tenant: string, review: string, idempotencyKey: string): Promise<AccessReview> {
  return request("POST", `/v1/tenants/${tenant}/reviews/${review}/close`, { idempotencyKey });
}
