import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hash,
  hkdfSync,
  type KeyObject,
} from "node:crypto";

/** Node takes raw keys too, at 11 µs a call more. */
function asKey(key: KeyObject | Buffer): KeyObject {
  return Buffer.isBuffer(key) ? createSecretKey(key) : key;
}

/** HKDF-SHA-256 (RFC 5869). `info` has at most 1024 bytes, `size` at most 8160: node's and the RFC's limits. */
export function hkdf(key: KeyObject | Buffer, salt: Buffer, info: Buffer, size: number): Buffer {
  return Buffer.from(hkdfSync("sha256", asKey(key), salt, info, size));
}

export function hmac(key: KeyObject | Buffer, message: Buffer): Buffer {
  return createHmac("sha256", asKey(key)).update(message).digest();
}

export function sha256(bytes: Buffer): Buffer {
  return hash("sha256", bytes, "buffer");
}

export const TAG_BYTES = 16;
const IV_BYTES = 12;

/** AES-GCM (NIST SP 800-38D) with a nonce of 12 bytes and a whole tag: node would take shorter ones as well. */
export function gcmSeal(
  key: KeyObject | Buffer,
  iv: Buffer,
  aad: Buffer,
  plain: Uint8Array,
): [Buffer, Buffer] {
  if (iv.length !== IV_BYTES) throw new RangeError(`Expected a nonce of 12 bytes, got ${iv.length}.`);
  const cipher = createCipheriv(gcmOf(key), asKey(key), iv, { authTagLength: TAG_BYTES }).setAAD(aad);
  const body = cipher.update(plain);
  cipher.final(); // gives no bytes: GCM is a stream
  return [body, cipher.getAuthTag()];
}

/** Undefined when the tag does not match; then nothing of the plain text has left this function. */
export function gcmOpen(
  key: KeyObject | Buffer,
  iv: Buffer,
  aad: Buffer,
  body: Uint8Array,
  tag: Buffer,
): Buffer | undefined {
  if (iv.length !== IV_BYTES || tag.length !== TAG_BYTES) return undefined;
  const decipher = createDecipheriv(gcmOf(key), asKey(key), iv, { authTagLength: TAG_BYTES })
    .setAAD(aad)
    .setAuthTag(tag);
  const plain = decipher.update(body);
  try {
    decipher.final();
    return plain;
  } catch {
    return undefined;
  }
}

function gcmOf(key: KeyObject | Buffer): "aes-128-gcm" | "aes-192-gcm" | "aes-256-gcm" {
  return `aes-${bitsOf(key)}-gcm`;
}

function bitsOf(key: KeyObject | Buffer): 128 | 192 | 256 {
  const bits = (Buffer.isBuffer(key) ? key.length : (key.symmetricKeySize ?? 0)) * 8;
  if (bits === 128 || bits === 192 || bits === 256) return bits;
  throw new RangeError(`Expected an AES key of 128, 192 or 256 bits, got ${bits}.`);
}

const WRAP_IV = Buffer.alloc(8, 0xa6);

/**
 * AES key wrap (RFC 3394). The lengths are checked here: node accepts wrappings of 8 bytes, which the RFC's proof
 * does not cover (Wycheproof, "InvalidWrappingSize").
 */
export function aesKeyWrap(wrappingKey: KeyObject | Buffer, key: Buffer): Buffer {
  if (key.length < 16 || key.length % 8 !== 0)
    throw new RangeError(`Expected a key of 16, 24, 32, … bytes to wrap, got ${key.length}.`);
  const cipher = createCipheriv(wrapOf(wrappingKey), wrappingKey, WRAP_IV);
  return Buffer.concat([cipher.update(key), cipher.final()]);
}

/** Undefined when it is no wrapping under this key. */
export function aesKeyUnwrap(wrappingKey: KeyObject | Buffer, wrapped: Buffer): Buffer | undefined {
  if (wrapped.length < 24 || wrapped.length % 8 !== 0) return undefined;
  try {
    const decipher = createDecipheriv(wrapOf(wrappingKey), wrappingKey, WRAP_IV);
    return Buffer.concat([decipher.update(wrapped), decipher.final()]);
  } catch {
    return undefined;
  }
}

function wrapOf(key: KeyObject | Buffer): string {
  return `id-aes${bitsOf(key)}-wrap`;
}
