/** What a data key is for; each has keys of its own, so that no value of one opens as another. */
export const KEY_PURPOSES = [
  /** TOTP seeds, recovery secrets. */
  "credentials",
  /** Secrets of SSO and SCIM, mails. */
  "secrets",
  /** Secrets that sign streams of the audit log. */
  "streams",
  /** Tokens of connected services. */
  "integrations",
  /** Files. */
  "storage",
  "cache",
  /** Sealed columns of the app. */
  "columns",
  /** Personal data in audit records. */
  "audit",
  "backup",
  /** Keys of data subjects. */
  "subjects",
  /** Blind indexes. Never replaced by the calendar: a value is looked up by what its key makes of it. */
  "index",
] as const;
export type KeyPurpose = (typeof KEY_PURPOSES)[number];
