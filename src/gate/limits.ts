/** Per credential: a script at full speed passes, a runaway loop does not take the server from the others. */
export const CALLS = { burst: 600, perSecond: 200 } as const;

/**
 * Per tenant, of people at the platform's own API. Their rooms make several calls a page, so the plan's calls, which are
 * for the app and its programs, would lock an administrator out after ten pages.
 */
export const PEOPLE_CALLS = { burst: 1_200, perSecond: 100 } as const;

/** Requests, streams and sockets of one credential at one time. A browser has six per host; programs have pools of tens. */
export const CALLS_AT_ONCE = 200;

/** Keys whose rate a process keeps in mind; the least used one goes first. Some 150 bytes each. */
export const KEYS_MAX = 100_000;

/** A process asks for about this much of a rate ahead, if no more than an eighth of what is free. */
export const LEASE_S = 2;

/** When nothing could be leased ahead, not before this. Requests that wait for a slot ask at once. */
export const LEASE_PAUSE_US = 100_000;

/** Rounds in which other processes may take what this one asked for; then the request is refused. */
export const LEASE_ROUNDS_MAX = 8;

/** Asks of one statement. */
export const ASKS_MAX = 5_000;

/** An answer about rates that takes longer is none: the request is not to wait for it. */
export const STORE_TIMEOUT_MS = 500;

/** Answers about what is held that are overdue at one time: each keeps a connection until it comes. */
export const LATE_HOLDS_MAX = 2;

/** After such a failure the process goes by its share alone for this long, then tries again. */
export const STORE_PAUSE_MS = 1_000;

/** A process says that it lives this often. */
export const BEAT_MS = 500;

/** What it holds ends this long after it was last heard of … */
export const HOLD_MS = 2_500;

/** … and it stops to count on it before that. */
export const TRUST_HOLD_MS = 2_000;

/** How long the only process that is left shares with those that are gone: their bursts are whole by then. */
export const ALONE_AFTER_MS = 600_000;

/** A process that starts looks this often whether the one that was alone has noticed it. */
export const JOIN_POLL_MS = 50;

/** More processes than there will ever be: who holds so many shares is alone. */
export const ALL_SHARES = 1_000_000;

/** Requests at one time are asked for ahead by this part of the limit. */
export const PERMITS_AHEAD = 16;

/** A refusal by the store holds this long; what is released in this process counts at once. */
export const REFUSED_MS = 50;

/** What nobody needs any more is swept this often. */
export const SWEEP_MS = 60_000;
