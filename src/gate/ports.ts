/** What a process asks of a rate that all share. Times are of the store's clock, in microseconds. */
export interface LeaseAsk {
  readonly key: string;
  /** Of one request. */
  readonly costUs: number;
  /** Of the whole burst. */
  readonly depthUs: number;
  /** Requests that wait. They are given all that is free. */
  readonly need: number;
  /** Ahead of requests; given up to an eighth of what is free. */
  readonly want: number;
  /** What this process admitted by itself before. */
  readonly backlogUs: number;
}

export interface Lease {
  readonly granted: number;
  /** The granted slots are the last ones before it. */
  readonly fullAtUs: number;
  readonly nowUs: number;
}

/** Keeps rates for all processes: one number per key, advanced in one step. */
export interface RateStore {
  /** One answer for each ask, in their order; keys are different. */
  lease(asks: readonly LeaseAsk[]): Promise<readonly Lease[]>;
  close(): void;
}

/** What a process wants to hold at one time; null: nothing any more. */
export interface HoldAsk {
  readonly key: string;
  readonly want: number | null;
  readonly most: number;
}

export interface Hold {
  readonly granted: number;
  /** Other processes that hold some of it, or asked. */
  readonly others: number;
}
