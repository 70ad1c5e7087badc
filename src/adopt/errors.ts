import { defineErrors } from "../base/errors.ts";

export const adoptErrors = defineErrors({
  "adopt.syntax": {
    status: 422,
    sentence: "PostgreSQL cannot read {file}, line {line}, column {column}: {message}.",
    cure: "Correct the statement there. Only SQL that PostgreSQL itself accepts can be adopted.",
  },
  "adopt.refused": {
    status: 422,
    sentence:
      "{count} statement(s) cannot be made safe for several tenants; the first is {file}:{line}: {reason}",
    cure: "{cure}",
  },
});
