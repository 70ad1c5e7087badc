import type { Lease, LeaseAsk } from "../../src/gate/ports.ts";

/** What both stores do, in words of TypeScript; shared-limits.test.ts holds them to it. */
export function grant(
  fullAtUs: number | undefined,
  nowUs: number,
  { costUs, depthUs, need, want, backlogUs }: LeaseAsk,
): Lease {
  const from = Math.max(nowUs, Math.min(fullAtUs ?? nowUs, nowUs + depthUs)) + backlogUs;
  const free = Math.max(0, Math.floor((depthUs - (from - nowUs)) / costUs + 1e-6));
  const granted = Math.min(free, Math.max(need, Math.min(want, Math.floor(free / 8))));
  return { granted, fullAtUs: from + granted * costUs, nowUs };
}
