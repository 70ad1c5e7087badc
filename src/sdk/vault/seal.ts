import { type Bytes, concat, encodeContext, isSame, randomBytes } from "./bytes.ts";
import { VaultError } from "./vault-error.ts";

const VERSION = 1;
const SALT_BYTES = 16;
const COMMIT_BYTES = 16;
const TAG_BYTES = 16;
/** A key of its own per message, so the counter may begin at zero each time. */
const IV = new Uint8Array(12);

/**
 * Seals `plain` under a 32-byte key: HKDF-SHA-256 (RFC 5869) with a random salt gives a key for this message alone and
 * a commitment to it; AES-256-GCM seals. The commitment rules out a ciphertext that opens under two keys, which GCM
 * alone allows. Layout: version, salt (16), commitment (16), ciphertext, tag (16).
 *
 * @param context must be the same to open it: what the value is, and where it belongs.
 */
export async function seal(key: Bytes, context: readonly string[], plain: Bytes): Promise<Bytes> {
  const salt = randomBytes(SALT_BYTES);
  const info = encodeContext(context);
  const { messageKey, commitment } = await deriveMessageKey(key, salt, info);
  const body = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv: IV, additionalData: info },
    messageKey,
    plain,
  );
  return concat(Uint8Array.of(VERSION), salt, commitment, new Uint8Array(body));
}

/** Throws vault.damaged for another key, another context and any changed bit, without telling them apart. */
export async function open(key: Bytes, context: readonly string[], sealed: Bytes): Promise<Bytes> {
  if (sealed.length < 1 + SALT_BYTES + COMMIT_BYTES + TAG_BYTES || sealed[0] !== VERSION) throw damaged();
  const salt = sealed.slice(1, 1 + SALT_BYTES);
  const info = encodeContext(context);
  const { messageKey, commitment } = await deriveMessageKey(key, salt, info);
  const at = 1 + SALT_BYTES + COMMIT_BYTES;
  if (!isSame(commitment, sealed.slice(1 + SALT_BYTES, at))) throw damaged();
  try {
    const algorithm = { name: "AES-GCM", iv: IV, additionalData: info };
    return new Uint8Array(await crypto.subtle.decrypt(algorithm, messageKey, sealed.slice(at)));
  } catch (cause) {
    throw damaged(cause);
  }
}

async function deriveMessageKey(key: Bytes, salt: Bytes, info: Bytes) {
  if (key.length !== 32)
    throw new VaultError("vault.bad_input", `Expected a key of 32 bytes, got ${key.length}.`);
  const material = await crypto.subtle.importKey("raw", key, "HKDF", false, ["deriveBits"]);
  const label = concat(encodeContext(["tenancy-vault-message/1"]), info);
  const bits = await crypto.subtle.deriveBits(
    { name: "HKDF", hash: "SHA-256", salt, info: label },
    material,
    (32 + COMMIT_BYTES) * 8,
  );
  const messageKey = await crypto.subtle.importKey("raw", bits.slice(0, 32), "AES-GCM", false, [
    "encrypt",
    "decrypt",
  ]);
  return { messageKey, commitment: new Uint8Array(bits.slice(32)) };
}

function damaged(cause?: unknown): VaultError {
  const message = "The value does not open: it was changed, belongs elsewhere, or is under another key.";
  return new VaultError("vault.damaged", message, { cause });
}
