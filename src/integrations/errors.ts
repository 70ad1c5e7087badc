import { defineErrors } from "../base/errors.ts";

export const { table: integrationErrors, error: integrationError } = defineErrors({
  "integration.not_found": {
    status: 404,
    sentence: "The tenant has no integration {id}.",
    cure: "The list of its integrations shows them.",
  },
  "integration.provider_unknown": {
    status: 422,
    sentence: "The service {provider} cannot be connected here.",
    cure: "Set its client id and secret in `integrations` of tenancy.config.ts.",
  },
  "integration.attempt_unknown": {
    status: 409,
    sentence: "This connection was not begun by you, took too long, or has ended already.",
    cure: "Begin it again.",
  },
  "integration.refused": {
    status: 502,
    sentence: "The service did not connect: {reason}.",
    cure: "Begin it again, and allow what is asked for.",
  },
  "integration.expired": {
    status: 409,
    sentence: "The service no longer renews this connection.",
    cure: "Connect the account again.",
  },
});
