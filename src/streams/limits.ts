/** How often a process looks for what is to be sent. */
export const PASS_MS = 1_000;

/** Streams that one process serves at once. */
export const STREAMS_AT_ONCE = 8;

/** Of one tenant, or of the platform: receivers that hang do not take the others' places. */
export const STREAMS_AT_ONCE_OF_OWNER = 2;

/** How long a process serves one stream before the others get their turn. */
export const TURN_MS = 20_000;

/** A receiver answers within this (Standard Webhooks recommends 15 to 30 s). */
export const TIMEOUT_MS = 20_000;

/** Longer than one attempt takes; a stream of a process that died waits so long. */
export const LEASE_MS = 45_000;

/** Nobody reads what a receiver answers. */
export const ANSWER_BYTES_MAX = 64 * 1024;

/** Of one message. */
export const RECORDS_DEFAULT = 200;
export const RECORDS_MAX = 1_000;
export const MESSAGE_BYTES_MAX = 1024 * 1024;

/** Numbers of the log that one step looks at; a narrow filter passes over most of them. */
export const SCAN_MAX = 1_000;

/** Of a tenant, and of the platform. */
export const STREAMS_MAX = 10;

/** Messages that a stream may give up since people last changed it, before it is disabled. */
export const FAILED_MAX = 1_000;

/** Shown at once. */
export const FAILED_SHOWN_MAX = 200;

/** Without any success for so long, a stream is disabled. */
export const FAILING_MS_MAX = 5 * 86_400_000;

/** When a tenant's own key is away, it is asked for again after so long. */
export const KEY_PAUSE_MS = 300_000;

/** A message whose content the receiver refuses is given up after so many attempts: the stream goes on. */
export const REFUSALS_MAX = 4;

/** Both secrets sign for so long after a rotation. */
export const OVERLAP_HOURS_DEFAULT = 24;
export const OVERLAP_HOURS_MAX = 7 * 24;

/** Checkpoints come every moment; a keeper wants one now and then. */
export const CHECKPOINT_PAUSE_MS = 60_000;

export const URL_CHARACTERS_MAX = 2_000;
export const ACTIONS_MAX = 50;
export const ERROR_CHARACTERS_MAX = 300;
