import type { Method } from "../api/client.ts";

/** A call of the API for a terminal. The key is named, never shown. */
export function curl(method: Method, path: string, body?: unknown): string {
  const lines = [
    `curl ${method === "GET" ? "" : `-X ${method} `}${globalThis.location.origin}${path}`,
    `-H "Authorization: Bearer $TENANCY_API_KEY"`,
  ];
  if (method === "POST") lines.push(`-H "Idempotency-Key: $(uuidgen)"`);
  if (body !== undefined) {
    lines.push(`-H "Content-Type: application/json"`, `-d ${shellQuote(JSON.stringify(body))}`);
  }
  return lines.join(" \\\n  ");
}

/** `./manage tenant create --name "Studio"`; options without a value are left out. */
export function manage(words: string, options: Readonly<Record<string, unknown>> = {}): string {
  const parts = Object.entries(options).flatMap(([name, value]) => {
    if (value === undefined || value === "" || (Array.isArray(value) && value.length === 0)) return [];
    if (value === true) return [`--${name}`];
    return [`--${name} ${shellQuote(Array.isArray(value) ? value.join(",") : String(value))}`];
  });
  return ["./manage", words, ...parts].join(" ");
}

/** What a POSIX shell takes as it stands is left bare; all else goes in single quotes. */
export function shellQuote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
