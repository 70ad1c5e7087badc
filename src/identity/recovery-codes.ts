import { randomBytes } from "node:crypto";
import { exec } from "../db/sql.ts";
import type { Tx } from "../db/tx.ts";
import { deleteRecoveryCodes, insertRecoveryCodes, useRecoveryCode } from "./factors-store.ts";
import type { IdentityParts } from "./identity.ts";
import { RECOVERY_BYTES, RECOVERY_CODES } from "./limits.ts";

/** Crockford's alphabet: no letter that looks like another or like a digit. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const FIELD = "recovery_codes.code";

/** Ten new codes, shown this once; the old ones are worth nothing. */
export async function drawRecoveryCodes(tx: Tx, parts: IdentityParts, userId: string): Promise<string[]> {
  const codes = Array.from({ length: RECOVERY_CODES }, () => toCode(randomBytes(RECOVERY_BYTES)));
  const hashes = await Promise.all(codes.map((code) => fingerprint(parts, userId, code)));
  await exec(tx, deleteRecoveryCodes, [userId]);
  await exec(tx, insertRecoveryCodes, [userId, hashes, parts.clock.now()]);
  return codes;
}

/** Uses a code up. Of two who bring it at once, one is told that it is no good. */
export async function spendRecoveryCode(
  tx: Tx,
  parts: IdentityParts,
  userId: string,
  code: string,
): Promise<boolean> {
  const hash = await fingerprint(parts, userId, code);
  return (await exec(tx, useRecoveryCode, [userId, hash, parts.clock.now()])) === 1;
}

/** Keyed, so that the table alone checks no guess; bound to the user, so that equal codes of two are not seen. */
function fingerprint(parts: IdentityParts, userId: string, code: string): Promise<Buffer> {
  return parts.keyring.blindIndex("platform", FIELD, `${userId}:${normalize(code)}`);
}

/** As people type it: lower case, without dashes, O for 0, I and L for 1. */
function normalize(code: string): string {
  return code.toUpperCase().replace(/[\s-]/g, "").replaceAll("O", "0").replace(/[IL]/g, "1");
}

/** 80 bits as four groups of four. */
function toCode(bytes: Buffer): string {
  let bits = 0n;
  for (const byte of bytes) bits = (bits << 8n) | BigInt(byte);
  let text = "";
  for (let at = RECOVERY_BYTES * 8 - 5; at >= 0; at -= 5) {
    text += ALPHABET[Number((bits >> BigInt(at)) & 31n)];
    if (text.replaceAll("-", "").length % 4 === 0 && at > 0) text += "-";
  }
  return text;
}
