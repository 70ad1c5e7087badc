import type { House } from "./house.ts";

/**
 * Waits for work, but not longer than this; what takes longer goes on in the background. A failure within the time
 * is the caller's, one after it is logged.
 */
export async function settled(
  house: House,
  what: string,
  work: Promise<unknown>,
  timeoutMs: number,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<"late">((resolve) => {
    timer = setTimeout(() => resolve("late"), timeoutMs);
  });
  const outcome = await Promise.race([work.then(() => "done" as const), timeout]).finally(() =>
    clearTimeout(timer),
  );
  if (outcome === "late") house.inBackground(what, () => work);
}
