import { ApiError, localProblem } from "./api-error.ts";
import { requestTimeoutMs } from "./limits.ts";
import type { Problem } from "./types.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
export type QueryValues = Readonly<Record<string, string | number | undefined>>;

export interface RequestOptions {
  readonly query?: QueryValues;
  readonly body?: unknown;
  /** One per user intent: a repeated POST with the same key happens once. */
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
}

export async function request<T>(method: Method, path: string, options: RequestOptions = {}): Promise<T> {
  const response = await send(method, path, options);
  const text = await response.text();
  if (!response.ok) throw new ApiError(readProblem(response, text));
  // The server validates its answers against the same schemas that these types are derived from.
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

async function send(method: Method, path: string, options: RequestOptions): Promise<Response> {
  const headers: Record<string, string> = { accept: "application/json" };
  if (options.body !== undefined) headers["content-type"] = "application/json";
  if (options.idempotencyKey) headers["idempotency-key"] = options.idempotencyKey;
  const timeout = AbortSignal.timeout(requestTimeoutMs);
  try {
    return await fetch(path + queryString(options.query), {
      method,
      headers,
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      credentials: "same-origin",
      signal: options.signal ? AbortSignal.any([options.signal, timeout]) : timeout,
    });
  } catch (cause) {
    if (options.signal?.aborted) throw cause;
    throw new ApiError(localProblem("console.unreachable", 0, "The server cannot be reached."), cause);
  }
}

function readProblem(response: Response, text: string): Problem {
  const requestId = response.headers.get("x-request-id") ?? "";
  if (response.headers.get("content-type")?.startsWith("application/problem+json")) {
    return JSON.parse(text) as Problem; // our own server's document
  }
  return localProblem("console.unexpected_answer", response.status, `${response.status}`, requestId);
}

export function queryString(query: QueryValues = {}): string {
  const values = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") values.set(name, String(value));
  }
  const text = values.toString();
  return text === "" ? "" : `?${text}`;
}
