/**
 * How long an unwrapped key is kept in memory, counted from its custodian's answer. It is the bound on revocation: a
 * customer's key that is disabled, or a key that is destroyed elsewhere, opens nothing more after it. One call to the
 * custodian per minute and active tenant is the price.
 */
export const KEY_AGE_MS = 60_000;

/** Unwrapped keys that a process remembers: about 300 bytes each. */
export const KEYS_REMEMBERED_MAX = 50_000;

/** Tries to make a key while others rotate or make it: each failure means that another process got ahead. */
export const MAKE_TRIES_MAX = 10;

/** A custodian that has not answered by then counts as unreachable. */
export const CUSTODIAN_TIMEOUT_MS = 5_000;

/** Data keys of one tenant in one statement of the rewrapping. */
export const REWRAP_BATCH = 500;

/** Tenants' keys in one transaction of a change of the root: with a remote custodian, calls under way at once. */
export const ROOT_BATCH = 500;

/** Values in one statement of the sweep: long enough to be quick, short enough not to hold up the app's writes. */
export const SWEEP_BATCH = 500;

/** Tenants that one pass of the background rotates; the next pass takes the next. */
export const DUE_BATCH = 200;
