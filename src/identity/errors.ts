import { defineErrors } from "../base/errors.ts";

export const { table: identityErrors, error: identityError } = defineErrors({
  "session.required": {
    status: 401,
    sentence: "The request comes without a credential that is valid now.",
    cure: "Sign in with a one-time link, or send `Authorization: Bearer ten_…` with an API key.",
  },
  "auth.cross_site": {
    status: 403,
    sentence: "The request comes from another site than this server.",
    cure: "Send it from the console, or use an API key instead of the session cookie.",
  },
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
  "session.step_up": {
    status: 401,
    sentence: "This needs a proof of who you are that is not older than {maxAgeS} seconds.",
    cure: "Prove it again by `POST /v1/me/step-up`, then repeat the request.",
  },
  "session.from_provider": {
    status: 403,
    sentence:
      "How you sign in belongs to you and not to an organisation, and this session came from the identity provider of one.",
    cure: "Sign in with a link that is mailed to you, and change it there.",
  },
  "session.mfa_required": {
    status: 401,
    sentence: "This tenant demands that a second factor was used in this session.",
    cure: "Use it now by `POST /v1/me/step-up`; without one, add one by `POST /v1/me/factors/totp` or a passkey.",
  },
  "session.staff_mfa_required": {
    status: 401,
    sentence: "The platform demands that its staff use a second factor in each session.",
    cure: "Use yours by `POST /v1/me/step-up`; without one, add one by `POST /v1/me/factors/totp` or a passkey.",
  },
  "sign_in.wrong": {
    status: 401,
    sentence: "Address and password do not fit, or the proof is not good.",
    cure: "Check both, or ask for a sign-in link.",
  },
  "sign_in.wrong_code": {
    status: 401,
    sentence: "The proof is not good: wrong, or used before.",
    cure: "Wait for the next code, or use another factor.",
  },
  "sign_in.expired": {
    status: 401,
    sentence: "This sign-in took too long or had too many tries.",
    cure: "Begin again.",
  },
  "sign_in.link_invalid": {
    status: 401,
    sentence: "The link is not valid: it was used, has expired, or was never made.",
    cure: "Ask for a new one; it works once and for 15 minutes.",
  },
  "sign_in.too_many": {
    status: 429,
    sentence: "Too many tries; the next one is free in {retryAfterS} seconds.",
    cure: "Wait that long, or ask for a sign-in link.",
  },
  "sign_in.busy": {
    status: 503,
    sentence: "Too many people sign in at this moment.",
    cure: "Try again in a few seconds.",
  },
  "password.too_short": {
    status: 422,
    sentence: "Expected a password of at least {min} characters.",
    cure: "Take a longer one, such as four words that do not belong together.",
  },
  "password.too_long": {
    status: 422,
    sentence: "Expected a password of at most {max} characters.",
    cure: "Take a shorter one.",
  },
  "password.guessable": {
    status: 422,
    sentence: "This password is among those that guessers try first.",
    cure: "Take another, such as four words that do not belong together.",
  },
  "factor.disabled": {
    status: 403,
    sentence: "Second factors are switched off on this platform.",
    cure: "Set `security.mfaEnabled` (TENANT_MFA_ENABLED) to true.",
  },
  "factor.exists": {
    status: 409,
    sentence: "There is an authenticator app already.",
    cure: "Remove it first, or keep it.",
  },
  "factor.not_found": {
    status: 404,
    sentence: "There is no such factor.",
    cure: "`GET /v1/me/factors` lists them.",
  },
  "factor.refused": {
    status: 422,
    sentence: "The answer of the authenticator is not acceptable.",
    cure: "Begin again, on the address that people use for this platform.",
  },
  "factor.too_many": {
    status: 409,
    sentence: "There are {max} passkeys already.",
    cure: "Remove one that is not used any more.",
  },
  "operator.name_unknown": {
    status: 404,
    sentence: "There is no operator called {name}.",
    cure: "Names are as `tenancy operator link --name` gave them.",
  },
  "recovery.of_operator": {
    status: 403,
    sentence: "Staff do not come back this way.",
    cure: "Ask whoever runs the platform for `tenancy operator remove-factors`, and then for a new link.",
  },
  "recovery.of_provider": {
    status: 403,
    sentence: "A provider's word is no first factor for a recovery: the account opens other tenants, too.",
    cure: "Sign in with your password or with a mailed link, and ask then.",
  },
  "recovery.not_found": {
    status: 404,
    sentence: "There is no open recovery like this.",
    cure: "The list of recoveries shows them; one that was completed, cancelled or not approved in time is over.",
  },
  "recovery.own": {
    status: 403,
    sentence: "Nobody approves their own recovery.",
    cure: "Ask two other people who may: owners and admins of your tenant, or the platform's staff.",
  },
  "recovery.people_only": {
    status: 403,
    sentence: "A recovery is approved by people, not by API keys.",
    cure: "Sign in, and approve it in the console.",
  },
  "recovery.approved_already": {
    status: 409,
    sentence: "You have approved this recovery already; the second approval is somebody else's.",
    cure: "Ask another person who may approve it.",
  },
  "recovery.not_admitted": {
    status: 403,
    sentence: "The person's tenant lets only its own people approve recoveries.",
    cure: "Ask two of its owners or admins.",
  },
  "recovery.not_approver": {
    status: 403,
    sentence:
      "Only those who are owners or admins for good approve a recovery, and for an owner only owners.",
    cure: "Ask an owner or an admin of the tenant, or the platform's staff.",
  },
  "recovery.not_approved": {
    status: 409,
    sentence: "The recovery is cancelled: somebody who approved it no longer may.",
    cure: "Ask for another one while you sign in.",
  },
  "recovery.link_invalid": {
    status: 401,
    sentence: "The link is not valid: it was used, the recovery is over, or it is somebody else's.",
    cure: "Sign in with the account that the mail is about; if the recovery is over, ask for another one there.",
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
  "api_key.too_many": {
    status: 409,
    sentence: "There are {max} API keys already that work.",
    cure: "Revoke those that nothing uses; the list tells when each was last used.",
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
  "service_account.too_many": {
    status: 409,
    sentence: "The tenant has {max} service accounts already.",
    cure: "Remove one that is not used any more.",
  },
  "api_key.scope_unknown": {
    status: 422,
    sentence: "There is no permission of a tenant called {scope}.",
    cure: "Choose among the permissions of tenants, such as members.read.",
  },
  "api_key.scope_beyond": {
    status: 403,
    sentence: "You may not give the permission {scope}: you do not have it yourself.",
    cure: "Leave it out, or ask somebody who has it.",
  },
  "invitation.not_found": {
    status: 404,
    sentence: "There is no invitation {id}.",
    cure: "The list of invitations shows them; one that was accepted is gone.",
  },
  "invitation.invalid": {
    status: 401,
    sentence: "The invitation is not valid: it was accepted, withdrawn or replaced, or has expired.",
    cure: "Ask whoever invited you to send it again.",
  },
  "invitation.too_many": {
    status: 409,
    sentence: "The tenant has {max} open invitations already.",
    cure: "Withdraw those that nobody will accept.",
  },
  "invitation.too_often": {
    status: 429,
    sentence: "So many invitations were mailed that the next one has to wait {retryAfterS} seconds.",
    cure: "Wait that long; somebody who was mailed already has the link.",
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
  "grant.not_found": {
    status: 404,
    sentence: "The tenant has no such grant.",
    cure: "`GET /v1/tenants/{id}/grants` lists them.",
  },
  "grant.over": {
    status: 409,
    sentence: "The grant is over already.",
    cure: "There is nothing to end.",
  },
  "grant.own": {
    status: 403,
    sentence: "Nobody gives themselves roles or permissions for a time.",
    cure: "Ask another member who may give them.",
  },
  "grant.invalid": {
    status: 422,
    sentence: "The grant is not acceptable.",
    cure: "Mend the fields that `errors` lists.",
  },
  "grant.too_many": {
    status: 409,
    sentence: "The member has {max} grants already that hold or will.",
    cure: "End one that is not needed, or give them a role.",
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
