import { REFUSALS_MAX } from "./limits.ts";

/** Pauses after each failed attempt, in seconds: the example schedule of Standard Webhooks, three days in all. */
export const RETRY_PAUSES_S = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400] as const;

/** Pauses are lengthened by up to this share, so that what failed together is not tried again together. */
const JITTER = 0.2;
const RETRY_AFTER_S_MAX = 86_400;

/** The receiver says that it is this message that it does not take. */
const REFUSALS = new Set([400, 413, 415, 422]);

export type Answer =
  | { readonly kind: "status"; readonly status: number; readonly retryAfterS: number | null }
  /** Nothing came back, or nothing was sent. */
  | { readonly kind: "fault"; readonly reason: string };

/** Nothing was tried: the tenant's key is away, by which the message is signed. The receiver is not to blame. */
export interface Withheld {
  readonly kind: "withheld";
  readonly reason: string;
}

export type Verdict =
  | { readonly kind: "delivered" }
  /** 410: the receiver wants nothing more. */
  | { readonly kind: "gone" }
  | { readonly kind: "retry"; readonly afterMs: number }
  | { readonly kind: "given_up" };

/**
 * What becomes of a message.
 *
 * @param attempts with this one
 * @param random from 0 up to 1
 */
export function judge(answer: Answer, attempts: number, random: number): Verdict {
  const status = answer.kind === "status" ? answer.status : 0;
  if (status >= 200 && status < 300) return { kind: "delivered" };
  if (status === 410) return { kind: "gone" };
  const pauseS = RETRY_PAUSES_S[attempts - 1];
  if (pauseS === undefined || (REFUSALS.has(status) && attempts >= REFUSALS_MAX)) return { kind: "given_up" };
  const asked = answer.kind === "status" ? (answer.retryAfterS ?? 0) : 0;
  const waitS = Math.max(pauseS * (1 + JITTER * random), Math.min(asked, RETRY_AFTER_S_MAX));
  return { kind: "retry", afterMs: Math.round(waitS * 1_000) };
}

/** `Retry-After` as seconds, or as a date. */
export function parseRetryAfter(header: string | null, nowMs: number): number | null {
  if (header === null) return null;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header);
  const atMs = Date.parse(header);
  return !header.endsWith(" GMT") || Number.isNaN(atMs)
    ? null
    : Math.max(0, Math.ceil((atMs - nowMs) / 1_000));
}

/** For people, without anything that the receiver wrote. */
export function reasonOf(answer: Answer): string {
  if (answer.kind === "fault") return answer.reason;
  const { status } = answer;
  if (status >= 300 && status < 400) return `The receiver redirects (${status}); addresses are not followed.`;
  return `The receiver answered ${status}.`;
}
