import type { Problem } from "../../src/http/problem.ts";
import type { Platform } from "./platform.ts";

export interface Answer<T = unknown> {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: T;
}

export interface CallOptions {
  /** Sent as JSON; text is sent as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: the platform's API key; null sends none. */
  readonly key?: string | null;
}

/** One request as a program sends it. */
export async function call<T = Problem>(
  platform: Pick<Platform, "url" | "apiKey">,
  method: string,
  path: string,
  options: CallOptions = {},
): Promise<Answer<T>> {
  const { body, key = platform.apiKey } = options;
  const headers: Record<string, string> = {};
  if (key !== null) headers["authorization"] = `Bearer ${key}`;
  if (body !== undefined) headers["content-type"] = "application/json";
  const response = await fetch(platform.url + path, {
    method,
    headers: { ...headers, ...options.headers },
    body: body === undefined || typeof body === "string" ? body : JSON.stringify(body),
  });
  const text = await response.text();
  const isJson = /^application\/((problem|scim)\+)?json/.test(response.headers.get("content-type") ?? "");
  const parsed = (isJson ? JSON.parse(text) : undefined) as T; // the caller says what it expects
  return { status: response.status, headers: response.headers, text, body: parsed };
}

/** Signs in with a link; the Cookie header of the session. */
export async function signInWith(platform: Platform, link = platform.link): Promise<string> {
  const token = new URL(link).hash.slice("#link=".length);
  const { headers, status } = await call(platform, "POST", "/v1/sessions", { body: { token }, key: null });
  if (status !== 201) throw new Error(`Signing in answered ${status}.`);
  return (headers.get("set-cookie") as string).split(";", 1)[0] as string; // set with 201
}
