/** Of one record. Details are a few hundred bytes; more is a fault of the caller, and becomes a digest. */
export const BODY_BYTES_MAX = 48 * 1024;

/** Of an actor, a resource, an id in a record. */
export const TEXT_CHARACTERS_MAX = 500;
