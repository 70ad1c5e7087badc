import { defineErrors } from "../base/errors.ts";

export const { table: reviewErrors, error: reviewError } = defineErrors({
  "review.not_found": {
    status: 404,
    sentence: "The tenant has no such review, or the review has no such item.",
    cure: "`GET /v1/tenants/{id}/reviews` lists them.",
  },
  "review.closed": {
    status: 409,
    sentence: "The review is closed.",
    cure: "Start another one.",
  },
  "review.decided": {
    status: 409,
    sentence: "The item is decided already.",
    cure: "Change the access itself if the decision was wrong; both stand in the audit log.",
  },
  "review.not_reviewer": {
    status: 403,
    sentence: "You are not among the reviewers of this review.",
    cure: "Ask one of them, or whoever started it.",
  },
  "review.own_access": {
    status: 403,
    sentence: "Nobody decides about their own access.",
    cure: "Ask another reviewer.",
  },
  "review.invalid": {
    status: 422,
    sentence: "The review is not acceptable.",
    cure: "Mend the fields that `errors` lists.",
  },
  "review.too_many": {
    status: 409,
    sentence: "The tenant has {max} open reviews already.",
    cure: "Close one.",
  },
  "review.too_large": {
    status: 409,
    sentence: "The tenant has more than {max} things to review.",
    cure: "Review in parts is not offered yet; remove members and keys that are not needed.",
  },
});
