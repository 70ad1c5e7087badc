/** Of one record. Details are a few hundred bytes; more is a fault of the caller, and becomes a digest. */
export const BODY_BYTES_MAX = 48 * 1024;

/** Of an actor, a resource, an id in a record. */
export const TEXT_CHARACTERS_MAX = 500;

/** How often the sequencer looks for new records: a checkpoint is at most 2 s behind, also when a batch takes its time. */
export const SEQUENCER_PASS_MS = 400;

/** Records that one transaction of the sequencer takes: they are hashed in one go of some 4 ms, which requests wait for. */
export const SEQUENCER_BATCH_MAX = 1_024;

/** Records that wait in a process, some 20 MB. More means that the disk does not keep up: refuse rather than swell. */
export const QUEUE_MAX = 20_000;

/** Of one batch: larger ones bring no more rows per second, and the first of it waits for the last. */
export const BATCH_MAX = 1_000;

/** Batches on their way at once: one is executed while the other is written to disk. */
export const FLIGHTS_MAX = 2;

/** A second batch flies only with so many: two small ones cost more than one. */
export const SECOND_FLIGHT_MIN = 128;

/** How often a process says that it lives, and after how long without it the others record that it died. */
export const BEAT_MS = 5_000;
export const LOST_AFTER_S = 30;

/** A change of strict to relaxed, or back, is known to all processes after so long. */
export const SETTINGS_PASS_MS = 5_000;

/** Runs that are read at once: some megabytes. */
export const RUNS_PAGE = 64;

/** A proof so often in an export: what was chained anew is found to within so many records. */
export const PROOF_EVERY = 1_024;

/** Records of a plain export that are read at once. */
export const EXPORT_PAGE = 1_000;

/** Records that retention removes in one transaction. */
export const PRUNE_BATCH = 5_000;
