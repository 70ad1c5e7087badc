/** A pass looks for due mail this often; a notification makes it look at once. */
export const PASS_MS = 1_000;

/** Mails that one pass takes. */
export const BATCH_MAX = 20;

/** Nobody else takes a mail that is being sent; after a kill it is sent again when this is over. */
export const LEASE_MS = 60_000;

/** First pause after a failure; it doubles, up to the longest. */
export const PAUSE_MS = 5_000;
export const PAUSE_MS_MAX = 3_600_000;

/** A sign-in link is dead by then, and an invitation can be sent again. */
export const GIVE_UP_MS = 24 * 3_600_000;

/** What became of a mail is shown for a week. */
export const KEPT_MS = 7 * 86_400_000;

/** A mail server that answers slower than this is away. */
export const SERVER_TIMEOUT_MS = 15_000;

/** Mails in a list. */
export const SHOWN_MAX = 200;

/** What a mail server says is kept up to here. */
export const ERROR_CHARACTERS_MAX = 300;
