import { createHash } from "node:crypto";
import type pg from "pg";
import type { Clock } from "../base/clock.ts";
import { exec, maybe, one } from "../db/sql.ts";
import { identityError } from "./errors.ts";
import { findDelay, findKnown, forgiveTries, insertKnown, takeTry } from "./sign-in-store.ts";

interface Pace {
  readonly freeTries: number;
  readonly pauseMs: number;
  readonly pauseMsMax: number;
}

/** One address at one account: a person who mistypes waits seconds, a guesser soon a quarter of an hour. */
const PAIR: Pace = { freeTries: 5, pauseMs: 1_000, pauseMsMax: 15 * 60_000 };
/** One address at any account: an office behind one address signs in on a Monday morning. */
const ADDRESS: Pace = { freeTries: 60, pauseMs: 1_000, pauseMsMax: 15 * 60_000 };
/**
 * One account from any address. Strangers can make its owner wait for these few seconds and no longer, or anybody
 * could lock anybody out; at 6 tries a minute a password that is on no list is not found.
 */
const ACCOUNT: Pace = { freeTries: 50, pauseMs: 1_000, pauseMsMax: 10_000 };

/** Invitations to one address: the mail that got lost is sent again, and again; a stranger's mailbox is not filled. */
const INVITED: Pace = { freeTries: 5, pauseMs: 60_000, pauseMsMax: 3_600_000 };
/** Invitations of one tenant in a day: a company that comes over. What is more is no invitation. */
const INVITING: Pace = { freeTries: 1_000, pauseMs: 1_000, pauseMsMax: 15 * 60_000 };

export interface DelayParts {
  readonly pool: pg.Pool;
  readonly clock: Clock;
}

/** What a try is counted under. @param door What is guessed: `password`, `code`, `link`. */
export interface Attempt {
  readonly door: string;
  /** An address as it was typed, whether there is such a user or not; or an id. */
  readonly account: string;
  readonly ip: string;
}

/**
 * Counts a try before it is looked at. The rows know nothing of users: an address without a user is slowed down the
 * same way, in every process.
 *
 * @throws sign_in.too_many with `retryAfterS`
 */
export async function countTry(parts: DelayParts, attempt: Attempt): Promise<void> {
  const { is_known: isKnown } = await one(parts.pool, findKnown, [knownSubject(attempt)]);
  for (const [subject, pace] of subjectsOf(attempt)) {
    // From where they have signed in before, strangers elsewhere do not make them wait.
    if (pace === ACCOUNT && isKnown) continue;
    const retryAfterS = await take(parts, subject, pace);
    if (retryAfterS > 0) throw identityError("sign_in.too_many", { retryAfterS });
  }
}

/** Counts an invitation before it is mailed. Throws invitation.too_often with `retryAfterS`. */
export async function countInvitation(parts: DelayParts, tenantId: string, email: string): Promise<void> {
  const counted: [Buffer, Pace][] = [
    [digest(["invited", tenantId, email]), INVITED],
    [digest(["inviting", tenantId]), INVITING],
  ];
  for (const [subject, pace] of counted) {
    const retryAfterS = await take(parts, subject, pace);
    if (retryAfterS > 0) throw identityError("invitation.too_often", { retryAfterS });
  }
}

/** Seconds until the next one is free; 0: this one was. */
async function take({ pool, clock }: DelayParts, subject: Buffer, pace: Pace): Promise<number> {
  const now = clock.now();
  const { freeTries, pauseMs, pauseMsMax } = pace;
  if (await maybe(pool, takeTry, [subject, now, freeTries, pauseMs, pauseMsMax])) return 0;
  const delay = await maybe(pool, findDelay, [subject]);
  return Math.ceil(Math.max(1_000, (delay?.free_at.getTime() ?? 0) - now.getTime()) / 1_000);
}

/** After a success the account and this address at it start anew; the address alone does not, or one own account would open all others to guessing. */
export async function forgive(parts: DelayParts, attempt: Attempt): Promise<void> {
  const [pair, , account] = subjectsOf(attempt).map(([subject]) => subject);
  await exec(parts.pool, forgiveTries, [[pair, account]]);
  await exec(parts.pool, insertKnown, [knownSubject(attempt), parts.clock.now()]);
}

function knownSubject({ door, account, ip }: Attempt): Buffer {
  return digest(["known", door, account, networkOf(ip)]);
}

function subjectsOf({ door, account, ip }: Attempt): [Buffer, Pace][] {
  const from = networkOf(ip);
  return [
    [digest(["pair", door, account, from]), PAIR],
    [digest(["address", door, from]), ADDRESS],
    [digest(["account", door, account]), ACCOUNT],
  ];
}

/** Of IPv6 the /64: one subscriber has all of it. */
function networkOf(ip: string): string {
  if (!ip.includes(":") || ip.includes(".")) return ip;
  const [head = "", tail] = ip.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  return [...left, ...Array<string>(zeros).fill("0"), ...right].slice(0, 4).join(":");
}

function digest(parts: readonly string[]): Buffer {
  return createHash("sha256").update(JSON.stringify(parts)).digest();
}
