import { defineErrors } from "../base/errors.ts";

export const { table: lifecycleErrors, error: lifecycleError } = defineErrors({
  "workflow.not_found": {
    status: 404,
    sentence: "There is no workflow {id}.",
    cure: "`tenancy tenant show TENANT` names the workflow at work on a tenant.",
  },
  "workflow.failed": {
    status: 500,
    sentence: "The workflow `{kind}` of tenant {tenantId} failed at step `{step}`: {reason}",
    cure: "Mend the cause and start it again; what was half made has been removed.",
  },
  "proof.not_found": {
    status: 404,
    sentence: "There is no isolation proof {id}.",
    cure: "List the proofs, or run one: `tenancy verify isolation`.",
  },
  "export.folder_in_use": {
    status: 409,
    sentence: "The folder {folder} is not empty.",
    cure: "Name a new folder; an export never mixes with what is there.",
  },
  "lifecycle.remains": {
    status: 500,
    sentence: "Erasing tenant {tenantId} left something behind: {remains}.",
    cure: "The workflow tries again by itself; its error names what it could not remove.",
  },
});
