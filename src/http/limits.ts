/** The largest body that a route needs is a tenant with 100 features: some kilobytes. */
export const BODY_BYTES_MAX = 256 * 1024;

/** A client that takes longer to send its request is holding a connection, not working. */
export const RECEIVE_TIMEOUT_MS = 30_000;

/** Above the 60 s after which usual load balancers drop idle connections: they, not we, close first. */
export const KEEP_ALIVE_MS = 65_000;

/** Requests under way get this long to end when the server closes. */
export const DRAIN_MS = 3_000;

/** How long creating a tenant is waited for; a longer one is answered while its workflow goes on. */
export const CREATE_WAIT_MS = 10_000;

/** Per address: an office that signs in on a Monday morning, in two or three steps each. Guessing is slowed down by identity. */
export const SIGN_INS = { burst: 60, perSecond: 1 } as const;

/** Per address: credentials that turned out wrong. Guessing is hopeless; this bounds the look-ups that it costs. */
export const WRONG_CREDENTIALS = { burst: 200, perSecond: 20 } as const;

/** Refusals of callers without a credential that leave a record of their own; the rest are counted. */
export const ANONYMOUS_RECORDS = {
  ofNetwork: { burst: 600, perSecond: 1 },
  ofAll: { burst: 6_000, perSecond: 20 },
} as const;

/** How often what was counted is recorded, and of how many networks apart. A crash loses so much of the counts. */
export const TALLY_MS = 10_000;
export const TALLY_NETWORKS_MAX = 100;

/** Addresses that a process remembers; the least used one goes first and starts anew, full. */
export const BUCKETS_MAX = 10_000;

export const IDEMPOTENCY_KEY_CHARACTERS_MAX = 200;

/** Answers are kept for a day: a client that comes back later has lost its own state too. */
export const IDEMPOTENCY_LIFETIME_MS = 86_400_000;
export const IDEMPOTENCY_SWEEP_MS = 600_000;

/** A request that has no answer after this long died with its process. */
export const IDEMPOTENCY_WORK_MS = 120_000;

/** Faults told at once; a body with more is not going to be read to the end. */
export const FAULTS_MAX = 50;

/** A tenant is named by id, slug or domain: nothing longer than a DNS name is one. */
export const NAME_CHARACTERS_MAX = 253;

/** Longer than any name: those that are too long by little are not found like others. */
export const PARAMETER_CHARACTERS_MAX = 2_000;
