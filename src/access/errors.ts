import { defineErrors } from "../base/errors.ts";

export const { table: accessErrors, error: accessError } = defineErrors({
  "access.denied": {
    status: 403,
    sentence: "You are not permitted to do this here: it asks for {permission}.",
    cure: "Ask somebody who manages roles for one that has it.",
  },
  "access.step_up": {
    status: 401,
    sentence: "This asks for a second factor that was used within the last {minutes} minutes.",
    cure: "Confirm it is you with a passkey or a code, then repeat the request.",
  },
  "access.undecided": {
    status: 503,
    sentence: "The decision could not be confirmed, so access is refused; an incident is recorded.",
    cure: "Tell the people who run the platform; the request id leads them to it.",
  },
  "authzen.bad_request": {
    status: 400,
    sentence: "The request is not one of AuthZEN 1.0.",
    cure: "Mend the fields that `errors` lists.",
  },
  "access.address_refused": {
    status: 403,
    sentence: "The tenant does not admit the address that this request comes from.",
    cure: "Come from an allowed network, or have somebody who manages security add this one.",
  },
  "access.settings_invalid": {
    status: 422,
    sentence: "The settings are not acceptable.",
    cure: "Mend the fields that `errors` lists.",
  },
  "role.not_found": {
    status: 404,
    sentence: "The tenant has no role {role}.",
    cure: "`GET /v1/tenants/{id}/roles` lists its roles.",
  },
  "role.built_in": {
    status: 409,
    sentence: "The role {role} is built in, so it cannot be made, changed or removed.",
    cure: "Make a role of another key, with the permissions that you want.",
  },
  "role.key_taken": {
    status: 409,
    sentence: "The tenant already has a role {role}.",
    cure: "Choose another key, or change that role.",
  },
  "role.in_use": {
    status: 409,
    sentence: "Members, invitations, grants or service accounts still have the role {role}.",
    cure: "Give them another role first.",
  },
  "role.invalid": {
    status: 422,
    sentence: "The role is not acceptable.",
    cure: "Mend the fields that `errors` lists.",
  },
  "role.beyond_author": {
    status: 403,
    sentence: "This would give more than you have yourself: {permissions}.",
    cure: "Leave these out, add the conditions that bind you, or ask somebody who has them.",
  },
  "role.too_many": {
    status: 409,
    sentence: "The tenant has {max} roles of its own already.",
    cure: "Remove one that nobody has.",
  },
  "policy.not_found": {
    status: 404,
    sentence: "The tenant has no such policy or policy test.",
    cure: "`GET /v1/tenants/{id}/policies` lists them.",
  },
  "policy.name_taken": {
    status: 409,
    sentence: "The tenant already has a policy with this name.",
    cure: "Choose another name, or change that policy.",
  },
  "policy.too_many": {
    status: 409,
    sentence: "The tenant has {max} policies or policy tests already.",
    cure: "Remove one that is no longer needed.",
  },
  "policy.too_large": {
    status: 409,
    sentence: "The tenant's roles and enabled policies have more than {max} characters together.",
    cure: "Say it shorter, or remove or disable what is no longer needed.",
  },
  "policy.tests_failed": {
    status: 422,
    sentence: "With this change the tenant's policy tests do not pass.",
    cure: "`errors` tells which decide otherwise; mend the change, or the tests if they are wrong.",
  },
  "operator.not_found": {
    status: 404,
    sentence: "There is no such operator.",
    cure: "`GET /v1/operators` lists them.",
  },
  "operator.last_administrator": {
    status: 409,
    sentence: "This is the last administrator of the platform.",
    cure: "Make somebody else an administrator first.",
  },
  "policy.template": {
    status: 422,
    sentence: "The policy is a template: `?principal` and `?resource` are not filled here.",
    cure: "Name who or what is meant, or test a role, an attribute or a group in a `when`.",
  },
  "policy.invalid": {
    status: 422,
    sentence: "The policy is not valid Cedar for this platform.",
    cure: "Mend the places that `errors` lists; docs/guides/access.md shows the schema.",
  },
});
