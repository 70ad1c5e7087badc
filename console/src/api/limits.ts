/** Longer than any answer of the API takes: long work is a workflow, which answers at once. */
export const requestTimeoutMs = 30_000;

/** Fast enough to see steps tick, slow enough to be no load. */
export const pollMs = 1_000;

/** Rows on a page of a list: about two screens, so that scanning needs no paging. */
export const rowsPerPage = 50;

/** A second visit within this time shows what is there without asking again. */
export const staleMs = 2_000;
