import { defineErrors } from "../base/errors.ts";

export const { table: auditErrors, error: auditError } = defineErrors({
  "audit.unavailable": {
    status: 503,
    sentence: "The audit record of this request cannot be made durable, so it is not answered.",
    cure: "Try again in a moment; if it goes on, look whether the control database takes writes.",
  },
  "audit.overloaded": {
    status: 503,
    sentence: "More audit records wait than the process may hold.",
    cure: "Try again in a moment; if it goes on, add processes or look at the control database's disk.",
  },
  "audit.record_not_found": {
    status: 404,
    sentence: "There is no audit record with this id.",
    cure: "Search the audit log for it; retention may have removed it.",
  },
  "audit.not_sequenced": {
    status: 409,
    sentence: "The record is not in the tree yet.",
    cure: "Ask again in two seconds.",
  },
  "audit.moved": {
    status: 409,
    sentence:
      "The database was restored into another cluster, so the audit log takes no records into its tree.",
    cure: "If the restore is meant, run `tenancy audit resume`; records are kept meanwhile.",
  },
  "audit.not_moved": {
    status: 409,
    sentence: "The audit log is in the cluster that it was in: there is nothing to resume.",
    cure: "Nothing has to be done.",
  },
  "audit.no_checkpoint": {
    status: 404,
    sentence: "There is no checkpoint of this size.",
    cure: "Ask for the newest checkpoint, and use its size.",
  },
  "audit.tile_not_found": {
    status: 404,
    sentence: "There is no such tile.",
    cure: "Fetch the checkpoint, and only tiles that a tree of its size has.",
  },
  "audit.bad_cosignature": {
    status: 422,
    sentence: "This is not a checkpoint of this log with a good cosignature of a configured witness.",
    cure: "Cosign the checkpoint that `GET /v1/audit/log/checkpoint` answers, with a key that is configured.",
  },
  "audit.bad_witness_key": {
    status: 422,
    sentence: "This is not the verifier key of a witness.",
    cure: "Send a C2SP vkey of type 0x04, such as `witness.example.com+1a2b3c4d+BA…`.",
  },
});
