import { createHash } from "node:crypto";
import type pg from "pg";
import { exec, maybe, one } from "../db/sql.ts";
import { httpError } from "./errors.ts";
import { IDEMPOTENCY_KEY_CHARACTERS_MAX, IDEMPOTENCY_LIFETIME_MS, IDEMPOTENCY_WORK_MS } from "./limits.ts";
import { claimKey, deleteOldKeys, findKey, freeKey, settleKey } from "./store.ts";

/** An answer as it goes out. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export interface RepeatableRequest {
  /** Whose key it is; keys of two principals never meet. */
  readonly principal: string;
  readonly key: string;
  readonly method: string;
  readonly url: string;
  readonly body: unknown;
  /** The answer holds a secret, so a repeat is refused rather than answered from the table. */
  readonly isSecret: boolean;
  readonly now: Date;
}

const KEY = new RegExp(`^[\\x21-\\x7e]{1,${IDEMPOTENCY_KEY_CHARACTERS_MAX}}$`);

/**
 * Does the work once per key. A repeat gets the kept answer, refusals included; after a fault of ours (5xx) nothing
 * is kept, so that a repeat is a new try. The work and its answer are two transactions: when the process dies
 * between them nobody can tell whether it was done, and a repeat says so instead of doing it twice.
 */
export async function once(
  pool: pg.Pool,
  request: RepeatableRequest,
  work: () => Promise<Answer>,
): Promise<Answer & { readonly isReplayed: boolean }> {
  const { principal, key, now } = request;
  if (!KEY.test(key)) throw httpError("request.idempotency_key_invalid");
  const hash = hashOf(request);
  const claimed = await exec(pool, claimKey, [principal, key, hash, now]);
  if (claimed === 0) return { ...(await readKept(pool, request, hash)), isReplayed: true };
  let answer: Answer;
  try {
    answer = await work();
  } catch (failure) {
    await exec(pool, freeKey, [principal, key]);
    throw failure;
  }
  if (answer.status >= 500) await exec(pool, freeKey, [principal, key]);
  else {
    const kept = request.isSecret && answer.status < 400 ? null : JSON.stringify(answer.body ?? null);
    await exec(pool, settleKey, [principal, key, answer.status, kept]);
  }
  return { ...answer, isReplayed: false };
}

async function readKept(pool: pg.Pool, request: RepeatableRequest, hash: Buffer): Promise<Answer> {
  const row = await maybe(pool, findKey, [request.principal, request.key]);
  // Freed between the claim and this look: the first try failed just now.
  if (!row) throw httpError("request.in_progress");
  if (!row.request_hash.equals(hash)) throw httpError("request.idempotency_mismatch");
  if (row.status === null) {
    const ageMs = request.now.getTime() - row.created_at.getTime();
    throw httpError(ageMs > IDEMPOTENCY_WORK_MS ? "request.outcome_unknown" : "request.in_progress");
  }
  if (request.isSecret && row.status < 400) throw httpError("request.secret_shown_once");
  return { status: row.status, body: row.response };
}

function hashOf({ method, url, body }: RepeatableRequest): Buffer {
  return createHash("sha256")
    .update(`${method} ${url}\n${JSON.stringify(body) ?? ""}`)
    .digest();
}

/** Forgets answers older than a day. */
export async function sweepKeys(pool: pg.Pool, now: Date): Promise<number> {
  const { swept } = await one(pool, deleteOldKeys, [new Date(now.getTime() - IDEMPOTENCY_LIFETIME_MS)]);
  return swept;
}
