import { defineErrors } from "../base/errors.ts";

export const { table: mailErrors, error: mailError } = defineErrors({
  "mail.not_found": {
    status: 404,
    sentence: "There is no mail {id} in the outbox.",
    cure: "`tenancy mail list` shows what is there; a mail is kept for a week.",
  },
});
