import { useSyncExternalStore } from "react";

/** Relative times are in minutes for the most part: half of one is exact enough. */
const tickMs = 15_000;

/** The time, told anew every so often to all who show one. One timer, and none while nobody listens. */
export function useNowMs(): number {
  return useSyncExternalStore(subscribe, () => nowMs);
}

let nowMs = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  nowMs = Date.now();
  listeners.add(listener);
  timer ??= setInterval(tick, tickMs);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

function tick() {
  nowMs = Date.now();
  for (const listener of listeners) listener();
}
