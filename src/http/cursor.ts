import { createHmac, timingSafeEqual } from "node:crypto";
import { httpError } from "./errors.ts";

const SEAL_BYTES = 12;

/**
 * Where a page ended, as text that clients hand back unread. Sealed, and bound to the list and its filters: a
 * cursor that was altered, or belongs to another list, is told as such instead of giving a page from nowhere.
 */
export class Cursors {
  readonly #key: Buffer;

  constructor(key: Buffer) {
    this.#key = key;
  }

  write(list: string, position: unknown): string {
    const body = Buffer.from(JSON.stringify(position));
    return Buffer.concat([this.#seal(list, body), body]).toString("base64url");
  }

  /** Throws request.bad_cursor. */
  read<T>(list: string, cursor: string): T {
    const bytes = Buffer.from(cursor, "base64url");
    const [seal, body] = [bytes.subarray(0, SEAL_BYTES), bytes.subarray(SEAL_BYTES)];
    const isWhole = seal.length === SEAL_BYTES && bytes.toString("base64url") === cursor;
    if (!isWhole || !timingSafeEqual(seal, this.#seal(list, body))) throw httpError("request.bad_cursor");
    return JSON.parse(body.toString()) as T; // sealed by us, so it is what `write` was given
  }

  #seal(list: string, body: Buffer): Buffer {
    return createHmac("sha256", this.#key).update(`${list}\n`).update(body).digest().subarray(0, SEAL_BYTES);
  }
}
