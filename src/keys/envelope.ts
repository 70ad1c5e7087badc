import { type KeyObject, randomFillSync, timingSafeEqual } from "node:crypto";
import { gcmOpen, gcmSeal, hkdf, sha256, TAG_BYTES } from "./primitives.ts";

/**
 * A sealed value says itself how it is opened:
 *
 *   0  magic       2 bytes  "TE"
 *   2  version     1        1
 *   3  algorithm   1        1 = HKDF-SHA-256, AES-256-GCM, commitment of 32 bytes
 *   4  key id      16       of the data key
 *   20 salt        16       random
 *   36 ciphertext  n        as long as the plain value
 *      tag         16
 *      commitment  32
 *
 * From the data key, the salt and the hash of the context, HKDF makes 64 bytes: a key for this one message and the
 * commitment. Since no two messages share a key, the nonce is zero, and no count of messages limits a data key: salts
 * meet after 2^64. The commitment closes what plain GCM leaves open, a ciphertext that opens under two keys or in
 * two contexts (Albertini et al., "How to Abuse and Fix Authenticated Encryption Without Key Commitment", 2022); of
 * 32 bytes, as in the AWS Encryption SDK's suite 0x0478, finding two takes 2^128 tries.
 */
const MAGIC = 0x5445;
const VERSION = 1;
const ALGORITHM = 1;
const KEY_ID_AT = 4;
const SALT_AT = 20;
const HEADER_BYTES = 36;
const COMMITMENT_BYTES = 32;
const ZERO_IV = Buffer.alloc(12);
const LABEL = Buffer.from("tenancy envelope 1\0");

/** How much longer a sealed value is. */
export const ENVELOPE_OVERHEAD_BYTES = HEADER_BYTES + TAG_BYTES + COMMITMENT_BYTES;

export function sealEnvelope(keyId: Buffer, key: KeyObject, context: Buffer, plain: Uint8Array): Buffer {
  const header = Buffer.allocUnsafe(HEADER_BYTES);
  header.writeUInt16BE(MAGIC, 0);
  header[2] = VERSION;
  header[3] = ALGORITHM;
  keyId.copy(header, KEY_ID_AT);
  randomFillSync(header, SALT_AT, 16);
  const [messageKey, commitment] = deriveMessage(key, header, context);
  const [body, tag] = gcmSeal(messageKey, ZERO_IV, Buffer.concat([header, context]), plain);
  return Buffer.concat([header, body, tag, commitment]);
}

/** Undefined when the key, the context or any bit is another. */
export function openEnvelope(envelope: Buffer, key: KeyObject, context: Buffer): Buffer | undefined {
  if (!isEnvelope(envelope)) return undefined;
  const header = envelope.subarray(0, HEADER_BYTES);
  const commitmentAt = envelope.length - COMMITMENT_BYTES;
  const tagAt = commitmentAt - TAG_BYTES;
  const [messageKey, commitment] = deriveMessage(key, header, context);
  if (!timingSafeEqual(commitment, envelope.subarray(commitmentAt))) return undefined;
  const aad = Buffer.concat([header, context]);
  const [body, tag] = [envelope.subarray(HEADER_BYTES, tagAt), envelope.subarray(tagAt, commitmentAt)];
  return gcmOpen(messageKey, ZERO_IV, aad, body, tag);
}

function deriveMessage(key: KeyObject, header: Buffer, context: Buffer): [Buffer, Buffer] {
  const info = Buffer.concat([LABEL, header.subarray(0, SALT_AT), sha256(context)]);
  const bytes = hkdf(key, header.subarray(SALT_AT, HEADER_BYTES), info, 32 + COMMITMENT_BYTES);
  return [bytes.subarray(0, 32), bytes.subarray(32)];
}

/** Whether bytes have the form of an envelope; only a key tells whether they are one. */
export function isEnvelope(bytes: Uint8Array): boolean {
  return (
    bytes.length >= ENVELOPE_OVERHEAD_BYTES &&
    bytes[0] === MAGIC >> 8 &&
    bytes[1] === (MAGIC & 0xff) &&
    bytes[2] === VERSION &&
    bytes[3] === ALGORITHM
  );
}

/** The data key that an envelope names; undefined for what is none. */
export function keyIdOf(envelope: Uint8Array): string | undefined {
  return isEnvelope(envelope) ? toUuid(envelope.subarray(KEY_ID_AT, SALT_AT)) : undefined;
}

export function toUuid(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, 16).toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

export function fromUuid(id: string): Buffer {
  return Buffer.from(id.replaceAll("-", ""), "hex");
}
