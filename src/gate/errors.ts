import { defineErrors } from "../base/errors.ts";

export const { table: gateErrors, error: gateError } = defineErrors({
  "request.too_many": {
    status: 429,
    sentence: "Too many requests in a short time.",
    cure: "Wait for the seconds that `Retry-After` tells.",
  },
  "request.too_many_at_once": {
    status: 429,
    sentence: "More than {max} requests are under way at one time.",
    cure: "Wait for some of them to end, or close streams that are not needed.",
  },
});
