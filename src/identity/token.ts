import { createHash, randomBytes } from "node:crypto";

const TOKEN_BYTES = 32;

/** 256 random bits. Too many to guess, so one round of SHA-256 keeps a stolen table useless. */
export function drawToken(prefix = ""): string {
  return prefix + randomBytes(TOKEN_BYTES).toString("base64url");
}

/**
 * What is stored and looked up. The comparison is the index's, on the hash: how long it takes tells about the hash
 * of a guess, from which nobody gets nearer to a token.
 */
export function hashToken(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}
