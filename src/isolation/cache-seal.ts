import type { Keyring } from "../keys/keyring.ts";

/** What the server counts with: a number that it could not read it could not increment. */
const DIGITS = /^-?\d{1,16}$/;
const DIGITS_MAX = 17;

/**
 * A value as it lies on a shared server: sealed with its tenant's key, bound to its cache key. Whole numbers lie as they
 * are. Undefined when the tenant's key is withdrawn: then there is nothing to put.
 */
export async function sealCached(
  keyring: Keyring | undefined,
  tenantId: string,
  key: string,
  bytes: Buffer,
): Promise<Buffer | undefined> {
  if (!keyring || isDigits(bytes)) return bytes;
  return keyring.seal({ tenantId }, "cache", ["cache", key], bytes).catch(() => undefined);
}

/** Undefined, a miss, for whatever is not this tenant's value for this key: damaged, foreign, or put there plain. */
export async function openCached(
  keyring: Keyring | undefined,
  tenantId: string,
  key: string,
  found: Buffer,
): Promise<Buffer | undefined> {
  if (!keyring || isDigits(found)) return found;
  return keyring.open({ tenantId }, ["cache", key], found, "cache").catch(() => undefined);
}

function isDigits(bytes: Buffer): boolean {
  return bytes.length <= DIGITS_MAX && DIGITS.test(bytes.toString("latin1"));
}
