/** Open at once: more would not be worked on. */
export const OPEN_REVIEWS_MAX = 5;

/** Things in one review. Nobody looks at more than some thousands one by one. */
export const ITEMS_MAX = 20_000;

/** Reviews in the list. */
export const REVIEWS_SHOWN_MAX = 200;

/** A review takes weeks; one that takes half a year is out of date. */
export const REVIEW_DAYS_MAX = 180;

/** Uses that the review looks back for. */
export const USED_WITHIN_MS = 90 * 86_400_000;

/** Items that one pass over an ended review takes. */
export const OVERDUE_BATCH = 200;

/** Reviews that one sweep reads at a time. */
export const DUE_REVIEWS_MAX = 50;
