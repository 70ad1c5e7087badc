/**
 * A stretch of a rate's time that a process has leased. GCRA gives each request a slot of `costUs`; here the slots lie
 * in a stretch that no other process has. A slot that begins in the past is gone, as its time has been given to others
 * again: so whoever takes slots from stretches keeps the bound of GCRA to the request, however many processes there are,
 * and what a process that died had leased comes back by itself.
 */
export interface Slots {
  nextUs: number;
  endUs: number;
}

const EPSILON_US = 0.5;

/** Takes one; false when there is none left. */
export function takeSlot(slots: Slots, costUs: number, nowUs: number): boolean {
  const from = Math.max(slots.nextUs, nowUs);
  if (from + costUs > slots.endUs + EPSILON_US) return false;
  slots.nextUs = from + costUs;
  return true;
}

export function countSlots(slots: Slots, costUs: number, nowUs: number): number {
  const from = Math.max(slots.nextUs, nowUs);
  return Math.max(0, Math.floor((slots.endUs - from + EPSILON_US) / costUs));
}

/** Adds a stretch that lies behind all others; joins it to the last one where they touch. */
export function addSlots(stretches: Slots[], added: Slots): void {
  const last = stretches.at(-1);
  if (last && Math.abs(last.endUs - added.nextUs) <= EPSILON_US) last.endUs = added.endUs;
  else stretches.push(added);
}
