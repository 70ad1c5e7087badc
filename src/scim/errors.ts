import { defineErrors } from "../base/errors.ts";

export const { table: scimErrors, error: scimError } = defineErrors({
  "scim.token_not_found": {
    status: 404,
    sentence: "The tenant has no SCIM token {id}.",
    cure: "The list of its SCIM tokens shows them; a revoked one is gone.",
  },
  "scim.too_many_tokens": {
    status: 422,
    sentence: "The tenant has {max} SCIM tokens, which is the limit.",
    cure: "Revoke one that is no longer used.",
  },
});
