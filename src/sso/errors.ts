import { defineErrors } from "../base/errors.ts";

export const { table: ssoErrors, error: ssoError } = defineErrors({
  "sso.connection_not_found": {
    status: 404,
    sentence: "The tenant has no connection {id}.",
    cure: "The list of its SSO connections shows them.",
  },
  "sso.settings_invalid": {
    status: 422,
    sentence: "The settings of the identity provider are not acceptable: {reason}.",
    cure: "Correct them; `POST …/test` shows each check.",
  },
  "sso.provider_unreachable": {
    status: 502,
    sentence: "The identity provider could not be asked: {reason}.",
    cure: "Check the address. A provider in a private network needs `security.outboundAllow` in tenancy.config.ts.",
  },
  "sso.response_refused": {
    status: 401,
    sentence: "The answer of the identity provider was refused: {reason}.",
    cure: "Start the sign-in again; if it stays, let an admin of the tenant test the connection.",
  },
  "sso.attempt_unknown": {
    status: 401,
    sentence: "This sign-in was not begun in this browser, took too long, or has ended already.",
    cure: "Start the sign-in again.",
  },
  "sso.email_missing": {
    status: 403,
    sentence: "The identity provider did not say an e-mail address.",
    cure: "Let it send one, under the name that the connection's mapping says.",
  },
  "sso.domain_foreign": {
    status: 403,
    sentence: "The tenant has not proven that the domain of the address is its own.",
    cure: "Add the domain to the tenant's SSO domains and prove it by DNS, or invite the person.",
  },
  "sso.not_provisioned": {
    status: 403,
    sentence: "The person is no member of the tenant, and the connection does not bring in new ones.",
    cure: "Invite them, provision them by SCIM, or switch just-in-time provisioning on.",
  },
  "sso.access_ended": {
    status: 403,
    sentence: "The person's access to the tenant has ended or is suspended.",
    cure: "Ask an admin of the tenant.",
  },
  "sso.required": {
    status: 401,
    sentence: "The tenant asks for a sign-in through its identity provider.",
    cure: "Sign in with your address; you are led there.",
  },
  "sso.other_tenants_session": {
    status: 401,
    sentence: "This session came from the identity provider of another tenant; it does not count here.",
    cure: "Sign in again, by this tenant's identity provider or without one.",
  },
  "sso.break_glass_needed": {
    status: 409,
    sentence:
      "Requiring SSO needs an active connection, and an active owner who can still sign in without it.",
    cure: "Activate a connection, and name the owner in `breakGlassUserId`.",
  },
  "sso.domain_invalid": {
    status: 422,
    sentence: "Expected a domain such as example.com.",
    cure: "Give the part of the addresses behind the @.",
  },
  "sso.domain_not_found": {
    status: 404,
    sentence: "The tenant has no SSO domain {domain}.",
    cure: "The list of its SSO domains shows them.",
  },
  "sso.domain_unproven": {
    status: 409,
    sentence: "DNS has no TXT record {name} with the value {value}.",
    cure: "Add the record where the domain's DNS is kept; it may take minutes until it is seen.",
  },
  "sso.too_many": {
    status: 422,
    sentence: "The tenant has {max} {what}, which is the limit.",
    cure: "Remove one that is no longer needed.",
  },
});
