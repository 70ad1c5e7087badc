import { type Actor, recordEvent } from "../audit/record.ts";
import type { SubjectKeys } from "../keys/subjects.ts";
import { identityError } from "./errors.ts";

/** Whom the platform's own records tell of. */
const PERSON = /^(user|operator|invitation):[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Destroys the platform's key of one person, for ever; false when there was none. The name stands in the record: it is
 * in every other record of that person as well, and is an id.
 *
 * @throws user.not_found for what names nobody, such as an address: it would destroy nothing and look done.
 */
export async function shredPerson(subjects: SubjectKeys, subject: string, by: Actor): Promise<boolean> {
  if (!PERSON.test(subject)) throw identityError("user.not_found", { user: subject });
  return subjects.shred(null, subject, (tx) =>
    recordEvent(tx, by, "encryption.subject_shredded", null, { subject }),
  );
}
