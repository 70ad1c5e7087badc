import { defineErrors } from "../base/errors.ts";

export const { table: streamErrors, error: streamError } = defineErrors({
  "stream.not_found": {
    status: 404,
    sentence: "There is no audit stream {id}.",
    cure: "The list of audit streams shows them.",
  },
  "stream.settings_invalid": {
    status: 422,
    sentence: "These settings of an audit stream are not acceptable.",
    cure: "Correct the fields that are named.",
  },
  "stream.too_many": {
    status: 409,
    sentence: "There are {max} audit streams already; no more are served.",
    cure: "Remove one, or let one receiver hand on to others.",
  },
});
