import { defineErrors } from "../base/errors.ts";

export const { table: supportErrors, error: supportError } = defineErrors({
  "support.no_visit": {
    status: 403,
    sentence: "You have no support visit of this id that is consented to and not over.",
    cure: "Ask the tenant for one, and wait for its consent; `GET /v1/support-visits` shows where it stands.",
  },
  "support.not_found": {
    status: 404,
    sentence: "There is no such support visit.",
    cure: "The list of support visits shows them.",
  },
  "support.members_only": {
    status: 403,
    sentence: "Members of the tenant alone consent to support; neither staff nor programs do it for them.",
    cure: "Ask a member of the tenant who may consent.",
  },
  "support.operators_only": {
    status: 403,
    sentence: "People of the staff alone ask for a support visit.",
    cure: "Sign in as an operator.",
  },
  "support.decided": {
    status: 409,
    sentence: "The visit is decided already, or the time to decide is over.",
    cure: "Have support ask again.",
  },
  "support.over": {
    status: 409,
    sentence: "The visit is over already.",
    cure: "There is nothing to end.",
  },
  "support.too_many": {
    status: 409,
    sentence: "The tenant has {max} support visits already that wait or run.",
    cure: "End those that are not needed.",
  },
  "support.settings_invalid": {
    status: 422,
    sentence: "The standing consent is not acceptable.",
    cure: "Mend the fields that `errors` lists.",
  },
});
