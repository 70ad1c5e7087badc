/** How long work may hold the event loop before others get their turn. Far below what a waiting request would notice. */
const HOLD_MS = 8;

/** Lets others have their turn, when this one has held the event loop for long enough. */
export type Turns = () => Promise<void> | undefined;

/** @param nowMs and @param next are the process's own, but for tests. */
export function takeTurns(
  nowMs: () => number = () => performance.now(),
  next: () => Promise<void> = () => new Promise((resolve) => setImmediate(resolve)),
): Turns {
  let sinceMs = nowMs();
  return () => {
    if (nowMs() - sinceMs < HOLD_MS) return undefined;
    return next().then(() => {
      sinceMs = nowMs();
    });
  };
}
