export const DEVICES = ["desktop", "mobile", "program", "unknown"] as const;
export type Device = (typeof DEVICES)[number];

/**
 * What a request comes from, as its User-Agent says: a browser on a desk or in a hand, a program, or nothing said. It is
 * the client's word, so it keeps honest people to their devices, and stops nobody who lies.
 */
export function deviceOfAgent(userAgent: string | undefined): Device {
  if (!userAgent) return "unknown";
  if (!userAgent.startsWith("Mozilla/")) return "program";
  return /\b(Mobile|Android|iPhone|iPad)\b/.test(userAgent) ? "mobile" : "desktop";
}

export function isDevice(value: unknown): value is Device {
  return DEVICES.some((each) => each === value);
}
