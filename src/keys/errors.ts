import { defineErrors } from "../base/errors.ts";

export const { table: keyErrors, error: keyError } = defineErrors({
  "sealed.unreadable": {
    status: 500,
    sentence:
      "A sealed value of {scope} cannot be opened: it is damaged, or stands where it does not belong.",
    cure: "Restore the value from a backup; if it was copied from another place, copy the plain value instead.",
  },
  "key.destroyed": {
    status: 410,
    sentence: "The keys of {scope} are destroyed; what they sealed is gone for good.",
    cure: "Nothing brings it back. A tenant that is erased cannot be used again: create a new one.",
  },
  "key.subject_destroyed": {
    status: 410,
    sentence: "The key of this person is destroyed; what it sealed is gone for good.",
    cure: "Nothing brings it back. A person who comes back is a new subject.",
  },
  "key.refused": {
    status: 403,
    sentence: "The keeper of the key of {scope}, {custodian}, refuses to use it.",
    cure: "Whoever owns the key enables it again, or grants Tenancy its use; nothing else opens this tenant.",
  },
  "key.unreachable": {
    status: 503,
    sentence: "The keeper of the key of {scope}, {custodian}, does not answer.",
    cure: "Try again; check the network path to it.",
  },
  "key.custodian_unknown": {
    status: 500,
    sentence: "The key of {scope} was wrapped by {custodian}, which is not configured here.",
    cure: "Configure it, or restore the root key that this database was used with.",
  },
  "custodian.bad_url": {
    status: 422,
    sentence: "The custodian's URL is not acceptable: {reason}.",
    cure: "Use `file:///run/secrets/root.key`, `aws-kms://eu-west-1/KEY` or `vault+https://vault.example.com/transit/KEY`.",
  },
  "custodian.credentials_missing": {
    status: 422,
    sentence: "The custodian asks for {names}.",
    cure: "Set them in the environment, or give them with the custodian.",
  },
});
