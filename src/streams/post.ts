import type { Clock } from "../base/clock.ts";
import { type GuardedFetch, OutboundRefusal } from "../base/guarded-fetch.ts";
import { type Answer, parseRetryAfter, reasonOf } from "./schedule.ts";
import { signatureHeaders } from "./signature.ts";

export interface Outcome {
  readonly answer: Answer;
  /** Null: nothing came back. */
  readonly status: number | null;
  /** Null: it arrived. */
  readonly error: string | null;
  readonly durationMs: number;
}

/** One attempt. The time in the headers is the attempt's, as the specification wants it. */
export async function post(
  fetch: GuardedFetch,
  clock: Clock,
  message: {
    readonly url: string;
    readonly id: string;
    readonly body: string;
    readonly secrets: readonly string[];
    readonly signal?: AbortSignal;
  },
): Promise<Outcome> {
  const { url, id, body, secrets, signal } = message;
  const atS = Math.floor(clock.now().getTime() / 1_000);
  const startMs = performance.now();
  const answer = await attempt(fetch, clock, url, {
    method: "POST",
    redirect: "manual",
    headers: { "content-type": "application/json", ...signatureHeaders({ id, atS, body }, secrets) },
    body,
    signal,
  });
  const status = answer.kind === "status" ? answer.status : null;
  const isDelivered = status !== null && status >= 200 && status < 300;
  const durationMs = Math.round(performance.now() - startMs);
  return { answer, status, error: isDelivered ? null : reasonOf(answer), durationMs };
}

async function attempt(
  fetch: GuardedFetch,
  clock: Clock,
  url: string,
  request: Parameters<GuardedFetch>[1],
): Promise<Answer> {
  try {
    const response = await fetch(url, request);
    const retryAfterS = parseRetryAfter(response.headers.get("retry-after"), clock.now().getTime());
    return { kind: "status", status: response.status, retryAfterS };
  } catch (failure) {
    if (!(failure instanceof OutboundRefusal)) throw failure;
    const { message } = failure;
    return { kind: "fault", reason: `${message.charAt(0).toUpperCase()}${message.slice(1)}.` };
  }
}
