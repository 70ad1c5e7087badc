import { defineErrors } from "../base/errors.ts";

export const { table: identityErrors, error: identityError } = defineErrors({
  "session.link_invalid": {
    status: 401,
    sentence: "The sign-in link is not valid: it was used, has expired, or was never made.",
    cure: "Make a new one with `tenancy operator link`; it works once and for 15 minutes.",
  },
  "identity.outside_misconfigured": {
    status: 500,
    sentence:
      "The outside identity provider is not configured well: expected `{option}` to be {expected}, got {got}.",
    cure: "Mend the `outside` option that the app passes to its Tenancy plugin.",
  },
  "identity.outside_unreachable": {
    status: 503,
    sentence: "The signing keys of {issuer} cannot be read, so its tokens cannot be verified.",
    cure: "Try again; if it lasts, look whether the provider's `jwksUrl` answers from this machine.",
  },
  "session.none": {
    status: 404,
    sentence: "This request does not come with a session.",
    cure: "Sign in first; an API key has no session.",
  },
  "session.not_found": {
    status: 404,
    sentence: "There is no session {id}.",
    cure: "`GET /v1/me/sessions` lists them; one that is over is gone.",
  },
  "api_key.not_found": {
    status: 404,
    sentence: "There is no API key {id}.",
    cure: "The list of API keys shows them; a revoked one is gone.",
  },
  "api_key.unbounded": {
    status: 422,
    sentence: "A tenant's API key needs a service account, whose roles it has, or a list of scopes.",
    cure: "Name `serviceAccountId`, or `scopes`.",
  },
  "service_account.not_found": {
    status: 404,
    sentence: "There is no service account {id}.",
    cure: "The list of service accounts shows them.",
  },
  "service_account.exists": {
    status: 409,
    sentence: "The tenant has a service account of this name.",
    cure: "Choose another name, or use the one that is there.",
  },
  "user.not_found": {
    status: 404,
    sentence: "There is no user {user}.",
    cure: "`tenancy user list` shows them, by address.",
  },
  "user.email_invalid": {
    status: 422,
    sentence: "Expected an e-mail address such as ada@example.com, in ASCII before the @.",
    cure: "Correct the address.",
  },
  "user.email_taken": {
    status: 409,
    sentence: "There is a user with this address.",
    cure: "Use that user: one person has one account, whatever tenants they are in.",
  },
  "member.not_found": {
    status: 404,
    sentence: "The tenant has no member {user}.",
    cure: "The list of members shows them.",
  },
  "member.exists": {
    status: 409,
    sentence: "The user is a member of this tenant already.",
    cure: "Change the roles of the member that is there.",
  },
  "member.last_owner": {
    status: 409,
    sentence: "This is the last owner of the tenant.",
    cure: "Make another member an owner first.",
  },
  "role.unknown": {
    status: 422,
    sentence: "The tenant has no role {roles}.",
    cure: "Choose among its roles.",
  },
  "role.not_grantable": {
    status: 403,
    sentence: "You may not give or take away the role {roles}: it permits more than you have.",
    cure: "Ask an owner of the tenant.",
  },
});
