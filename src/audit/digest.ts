import { createHash, createHmac, hkdfSync } from "node:crypto";
import type pg from "pg";
import { PLATFORM_CHAIN } from "./leaf.ts";

/** What something was and what it became; null: it was not there. */
export interface States {
  /** What it is, such as `member:<id>`: the same thing in the same state has the same digest, two things never. */
  readonly of: string;
  readonly before: unknown;
  readonly after: unknown;
}

export interface StateDigests {
  readonly of: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

const PREFIX = "hmac1:";
const KEY_BYTES = 32;

/** Of the log whose records the pool writes; the log gives it when it is opened. */
const rootsOf = new WeakMap<pg.Pool, Buffer>();

/** @param seed of the log's key */
export function useDigestKeys(pool: pg.Pool, seed: Buffer): void {
  rootsOf.set(pool, seed);
}

/**
 * The key of a chain's digests, base64url. It comes from the log's key, and no customer's custodian has to be asked:
 * a record must never be missing because a key is away.
 */
export function digestKeyOf(pool: pg.Pool, tenantId: string | null): string {
  const seed = rootsOf.get(pool);
  if (!seed) throw new Error("Digests of states are asked of a pool whose audit log is not open.");
  const info = `tenancy audit digests/1\n${tenantId ?? PLATFORM_CHAIN}`;
  return Buffer.from(hkdfSync("sha256", seed, Buffer.alloc(0), info, KEY_BYTES)).toString("base64url");
}

/** Keyed: states are few enough to be guessed, and records go to many. */
export function digestState(key: string, of: string, state: unknown): string {
  const text = canonicalJson([of, state]);
  return PREFIX + createHmac("sha256", Buffer.from(key, "base64url")).update(text).digest("base64url");
}

export function digestStates(pool: pg.Pool, tenantId: string | null, states: States): StateDigests {
  const key = digestKeyOf(pool, tenantId);
  const digest = (state: unknown) =>
    state === null || state === undefined ? undefined : digestState(key, states.of, state);
  return { of: states.of, before: digest(states.before), after: digest(states.after) };
}

/** SHA-256, base64url, of the value as canonical JSON: the same for the same thing. */
export function digestOf(value: unknown): string {
  return createHash("sha256").update(canonicalJson(value)).digest("base64url");
}

/** RFC 8785: keys in the order of their UTF-16 code units, no spaces. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(value)) ?? "null";
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
