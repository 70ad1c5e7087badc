/** A steady rate with room for bursts. */
export interface Rate {
  /** Requests at once after a rest. */
  readonly burst: number;
  readonly perSecond: number;
}

/** What one request found. */
export interface Take {
  readonly isAdmitted: boolean;
  /** Whole requests that would be admitted right after. */
  readonly remaining: number;
  /** Seconds until the burst is whole again. */
  readonly resetS: number;
  /** Seconds until the next request is admitted; 0: now. */
  readonly waitS: number;
  /** The state to keep: when the burst is whole again, in ms. */
  readonly fullAtMs: number;
}

/**
 * The generic cell rate algorithm (ITU-T I.371), one number of state per key: a request is admitted while the time
 * at which the burst is whole again lies less than a burst ahead. A clock that goes back admits nothing more.
 *
 * @param fullAtMs State of the last admitted request; undefined: none yet.
 */
export function takeOne(rate: Rate, fullAtMs: number | undefined, nowMs: number): Take {
  const costMs = 1_000 / rate.perSecond;
  const depthMs = costMs * rate.burst;
  // State from before a clock was set back must not lock anybody out longer than a whole burst takes.
  const from = Math.max(nowMs, Math.min(fullAtMs ?? nowMs, nowMs + depthMs));
  const next = from + costMs;
  const isAdmitted = next - nowMs <= depthMs + 1e-6;
  const kept = isAdmitted ? next : from;
  return {
    isAdmitted,
    remaining: Math.max(0, Math.floor((depthMs - (kept - nowMs)) / costMs + 1e-6)),
    resetS: Math.ceil((kept - nowMs) / 1_000),
    waitS: isAdmitted ? 0 : Math.max(1, Math.ceil((next - nowMs - depthMs) / 1_000)),
    fullAtMs: kept,
  };
}

/** So many calls an hour, a twentieth of them at once: an hour's calls are not to be made in its first second. */
export function hourly(calls: number): Rate {
  return { burst: Math.max(1, Math.ceil(calls / 20)), perSecond: calls / 3_600 };
}
