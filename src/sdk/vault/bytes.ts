/** Bytes that WebCrypto takes: over a buffer of their own, never a shared one. */
export type Bytes = Uint8Array<ArrayBuffer>;

export const randomBytes = (length: number): Bytes => crypto.getRandomValues(new Uint8Array(length));

export const toUtf8 = (text: string): Bytes => Uint8Array.from(new TextEncoder().encode(text));

/** Throws on bytes that are no UTF-8. */
export const fromUtf8 = (bytes: Bytes): string => new TextDecoder("utf-8", { fatal: true }).decode(bytes);

export function concat(...parts: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Each part with its length before it, so that ["ab", "c"] and ["a", "bc"] differ. */
export function encodeContext(parts: readonly string[]): Bytes {
  return concat(
    ...parts.flatMap((part) => {
      const bytes = toUtf8(part);
      const length = new Uint8Array(4);
      new DataView(length.buffer).setUint32(0, bytes.length);
      return [length, bytes];
    }),
  );
}

/** base64url without padding (RFC 4648, section 5). */
export function toBase64url(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** Throws on anything that is not what `toBase64url` writes. */
export function fromBase64url(text: string): Bytes {
  if (!/^[\w-]*$/.test(text)) throw new TypeError("Expected base64url text.");
  const bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (char) =>
    char.charCodeAt(0),
  );
  if (toBase64url(bytes) !== text) throw new TypeError("Expected base64url text in its one right form.");
  return bytes;
}

/** Takes as long for a first byte that differs as for the last. */
export function isSame(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] as number) ^ (b[i] as number);
  return difference === 0;
}
