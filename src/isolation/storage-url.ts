import { createHmac, timingSafeEqual } from "node:crypto";
import type { Clock } from "../base/clock.ts";
import { isUuid } from "../base/ids.ts";
import type { RootKey } from "../keys/derive.ts";
import { isolationError } from "./errors.ts";
import { parseStoragePath } from "./storage-path.ts";

export interface SignedFile {
  readonly tenantId: string;
  readonly path: string;
  readonly expiresAt: Date;
}

/** What S3 allows, and long enough for a link in a mail. */
export const EXPIRES_IN_SECONDS_MAX = 7 * 86_400;
/** A path, an id, a time and a MAC in base64url. */
const TOKEN_CHARACTERS_MAX = 2_000;

export function checkExpiry(expiresIn: unknown): number {
  const isGood = Number.isSafeInteger(expiresIn) && (expiresIn as number) >= 1;
  if (isGood && (expiresIn as number) <= EXPIRES_IN_SECONDS_MAX) return expiresIn as number;
  throw isolationError("storage.bad_expiry", { max: EXPIRES_IN_SECONDS_MAX, got: String(expiresIn) });
}

/** Tokens that open one file of one tenant for a while; nothing is kept, so none can be taken back. */
export class UrlSigner {
  readonly #key: Buffer;
  readonly #clock: Clock;

  constructor(rootKey: RootKey, clock: Clock) {
    this.#key = rootKey.derive("storage-url");
    this.#clock = clock;
  }

  sign(tenantId: string, path: string, expiresInSeconds: number): string {
    const expires = Math.floor(this.#clock.now().getTime() / 1000) + expiresInSeconds;
    const body = Buffer.from(JSON.stringify([tenantId, expires, path])).toString("base64url");
    return `${body}.${this.#mac(body)}`;
  }

  /** @throws `storage.signature_invalid`, the same for forged, damaged and expired */
  verify(token: unknown): SignedFile {
    const refusal = () => isolationError("storage.signature_invalid");
    if (typeof token !== "string" || token.length > TOKEN_CHARACTERS_MAX) throw refusal();
    const [body = "", mac = "", ...rest] = token.split(".");
    // As text: decoding would let several spellings of one MAC pass.
    const given = Buffer.from(mac);
    const expected = Buffer.from(this.#mac(body));
    if (rest.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected))
      throw refusal();
    // We made it: the MAC says so.
    const [tenantId, expires, path] = JSON.parse(Buffer.from(body, "base64url").toString()) as [
      string,
      number,
      string,
    ];
    if (!isUuid(tenantId) || expires * 1000 <= this.#clock.now().getTime()) throw refusal();
    return { tenantId, path: parseStoragePath(path), expiresAt: new Date(expires * 1000) };
  }

  #mac(body: string): string {
    return createHmac("sha256", this.#key).update(body).digest("base64url");
  }
}
