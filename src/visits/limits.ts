/** A working day: who needs longer asks again, and is looked at again. */
export const VISIT_MINUTES_MAX = 8 * 60;

/** A request that nobody answered over a long weekend is void. */
export const REQUEST_LIFETIME_MS = 72 * 3_600_000;

/** Visits of one tenant that wait or run. */
export const OPEN_VISITS_MAX = 20;

/** Visits on one page. */
export const VISITS_SHOWN_MAX = 200;

/** Owners who are told of a request. */
export const OWNERS_TOLD_MAX = 20;
