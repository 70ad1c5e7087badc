import { defineErrors } from "../base/errors.ts";

export const { table: identityErrors, error: identityError } = defineErrors({
  "session.link_invalid": {
    status: 401,
    sentence: "The sign-in link is not valid: it was used, has expired, or was never made.",
    cure: "Make a new one with `tenancy operator link`; it works once and for 15 minutes.",
  },
  "session.none": {
    status: 404,
    sentence: "This request does not come with a session.",
    cure: "Sign in with a one-time link; an API key has no session.",
  },
  "api_key.not_found": {
    status: 404,
    sentence: "There is no API key {id}.",
    cure: "`GET /v1/api-keys` lists the keys; a revoked one is gone.",
  },
});
