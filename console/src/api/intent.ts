import { isUnanswered } from "./api-error.ts";

/**
 * The idempotency key of one user intent. A repeat after silence or a server fault carries the same key, so the
 * work happens once; a repeat after an answer is a new intent, since the server would replay the old refusal.
 */
export class Intent {
  #body = "";
  #key: string | null = null;

  keyFor(input: unknown): string {
    const body = JSON.stringify(input) ?? "";
    if (this.#key === null || this.#body !== body) this.#key = randomId();
    this.#body = body;
    return this.#key;
  }

  settle(error: unknown): void {
    if (!isUnanswered(error)) this.#key = null;
  }
}

/** UUID version 4. `crypto.randomUUID` is missing where the console is served by plain HTTP on a LAN. */
export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [8, 12, 16, 20].reduceRight((text, at) => `${text.slice(0, at)}-${text.slice(at)}`, hex);
}
