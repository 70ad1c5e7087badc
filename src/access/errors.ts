import { defineErrors } from "../base/errors.ts";

export const { table: accessErrors, error: accessError } = defineErrors({
  "policy.invalid": {
    status: 422,
    sentence: "The policy is not valid Cedar for this platform.",
    cure: "Mend the places that `errors` lists; docs/guides/access.md shows the schema.",
  },
});
