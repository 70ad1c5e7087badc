import { type Bytes, concat, randomBytes } from "./bytes.ts";
import { VaultError } from "./vault-error.ts";

/** One point of the polynomials: its x (1 to 255), then y for each byte of the secret. */
export type Share = Bytes;

const SHARES_MAX = 255;

/**
 * Splits a secret so that any `needed` of `count` shares give it back and fewer tell nothing: Shamir, "How to share a
 * secret" (1979), byte by byte over GF(2^8) with AES' polynomial x^8+x^4+x^3+x+1.
 */
export function splitSecret(secret: Bytes, needed: number, count: number): Share[] {
  const isFit = Number.isInteger(needed) && Number.isInteger(count) && needed >= 2 && count >= needed;
  if (!isFit || count > SHARES_MAX || secret.length === 0) {
    throw new VaultError(
      "vault.bad_input",
      `Expected 2 ≤ needed ≤ count ≤ ${SHARES_MAX} and a secret, got ${needed} of ${count} for ${secret.length} bytes.`,
    );
  }
  const polynomials = Array.from(secret, (byte) => concat(Uint8Array.of(byte), randomBytes(needed - 1)));
  return Array.from({ length: count }, (_, index) => {
    const x = index + 1;
    return Uint8Array.of(x, ...polynomials.map((polynomial) => evaluate(polynomial, x)));
  });
}

/** The secret at x = 0, by Lagrange. Too few or foreign shares give other bytes: the caller checks what it gets. */
export function joinShares(shares: readonly Share[]): Bytes {
  const xs = shares.map((share) => share[0] ?? 0);
  const length = shares[0]?.length ?? 0;
  const isSound =
    shares.length >= 2 &&
    length >= 2 &&
    shares.every((share) => share.length === length) &&
    new Set(xs).size === xs.length &&
    !xs.includes(0);
  if (!isSound) {
    throw new VaultError("vault.bad_shares", "Expected two or more different shares of one secret.");
  }
  return Uint8Array.from({ length: length - 1 }, (_, byte) =>
    shares.reduce((sum, share, i) => sum ^ multiply(share[byte + 1] as number, basis(xs, i)), 0),
  );
}

function evaluate(polynomial: Bytes, x: number): number {
  return polynomial.reduceRight((sum, coefficient) => multiply(sum, x) ^ coefficient, 0);
}

/** The i-th Lagrange basis polynomial at 0; subtraction is xor here. */
function basis(xs: readonly number[], i: number): number {
  const xi = xs[i] as number;
  return xs.reduce((product, xj, j) => (j === i ? product : multiply(product, divide(xj, xj ^ xi))), 1);
}

/** Without tables and branches on secrets: neither cache nor clock tells a factor. */
function multiply(a: number, b: number): number {
  let product = 0;
  for (let bit = 0; bit < 8; bit++) {
    product ^= a & -((b >> bit) & 1);
    a = (a << 1) ^ (0x11b & -(a >> 7));
  }
  return product & 0xff;
}

/** a / b: the inverse is b^254, since b^255 = 1. */
function divide(a: number, b: number): number {
  let inverse = 1;
  for (let i = 0; i < 254; i++) inverse = multiply(inverse, b);
  return multiply(a, inverse);
}
