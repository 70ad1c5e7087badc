import type pg from "pg";
import { many, query } from "../db/sql.ts";
import {
  FEED_GAP_MS,
  FEED_IDLE_MS,
  FEED_KEPT_MAX,
  FEED_PASS_MS,
  FEED_STALE_MS,
  REMEMBER_MS,
} from "./limits.ts";
import type { RevocationKind } from "./revocations.ts";

/**
 * What was written since a snapshot ($1), and the snapshot to ask from next time. Rows are found by their transaction:
 * one that commits late, after others with higher ids, was still running in the last snapshot and is found now.
 */
export const readRevocations = query<{
  horizon: string;
  kind: RevocationKind | null;
  subject: string | null;
}>(
  "identity.read_revocations",
  `select s.horizon::text as horizon, r.kind, r.subject
   from (select pg_snapshot_xmin(pg_current_snapshot()) as horizon) s
   left join tenancy.revocations r on r.xid >= $1::xid8`,
);

/**
 * What this process must no longer believe. It is fresh when a look at the table began less than FEED_STALE_MS ago:
 * whatever was revoked before that look is known. While it is not fresh nobody is believed without a look at the
 * table of sessions itself, so a revocation holds everywhere within FEED_STALE_MS of its commit, whether or not
 * notifications arrive. A notification only makes it sooner.
 *
 * It looks while somebody asks; a process that nobody asks rests.
 */
export class RevocationFeed {
  readonly #pool: pg.Pool;
  readonly #revoked = new Map<string, { seq: number; atMs: number }>();
  #seq = 0;
  /** Everything that was remembered up to here is forgotten. */
  #clearedSeq = 0;
  #horizon: string | undefined;
  #asOfMs = Number.NEGATIVE_INFINITY;
  #askedMs = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #isLooking = false;
  #isClosed = false;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  /** The moment to keep with what is read now; take it before reading. */
  get seq(): number {
    return this.#seq;
  }

  /** May what is remembered be believed? Also keeps the feed going. */
  isFresh(): boolean {
    const nowMs = performance.now();
    this.#askedMs = nowMs;
    if (this.#timer === undefined && !this.#isLooking) void this.#look();
    return nowMs - this.#asOfMs <= FEED_STALE_MS;
  }

  /** Was any of these revoked since? @param subjects Such as `session:<id>`. */
  isRevoked(subjects: readonly string[], sinceSeq: number): boolean {
    if (sinceSeq < this.#clearedSeq) return true;
    return subjects.some((subject) => (this.#revoked.get(subject)?.seq ?? 0) > sinceSeq);
  }

  /** A notification: `kind subject`. Anybody who can send SQL can send one; it makes us forget, never believe. */
  hear(payload: string): void {
    this.#note(payload.replace(" ", ":"));
  }

  /** Something changed in this very process: nothing is believed until the next look. */
  expire(): void {
    this.#asOfMs = Number.NEGATIVE_INFINITY;
    // A look that is under way may have begun before the change.
    this.#clearedSeq = ++this.#seq;
    this.#revoked.clear();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  async #look(): Promise<void> {
    if (this.#isClosed || this.#isLooking) return;
    this.#isLooking = true;
    const beganMs = performance.now();
    const isGap = beganMs - this.#asOfMs > FEED_GAP_MS;
    const from = isGap ? undefined : this.#horizon;
    try {
      // Without a beginning there is nothing to read, only to begin: transaction ids end below this.
      const rows = await many(this.#pool, readRevocations, [from ?? "9223372036854775807"]);
      const horizon = rows[0]?.horizon ?? "0";
      // A database that was restored counts its transactions anew.
      if (from === undefined || BigInt(horizon) < BigInt(from)) this.#forgetAll();
      for (const { kind, subject } of rows) if (kind !== null) this.#note(`${kind}:${subject}`);
      this.#horizon = horizon;
      this.#asOfMs = beganMs;
    } catch {
      // Stale by itself in a moment; whoever is asked for meanwhile is looked up in the table.
    } finally {
      this.#isLooking = false;
      this.#tidy(beganMs);
      this.#rest(beganMs);
    }
  }

  #rest(beganMs: number): void {
    const isIdle = beganMs - this.#askedMs > FEED_IDLE_MS;
    this.#timer = undefined;
    if (this.#isClosed || isIdle) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#look();
    }, FEED_PASS_MS);
    this.#timer.unref();
  }

  #note(subject: string): void {
    // A flood of notifications, ours or not, must not fill the memory.
    if (this.#revoked.size >= FEED_KEPT_MAX) this.#forgetAll();
    this.#revoked.set(subject, { seq: ++this.#seq, atMs: performance.now() });
  }

  #forgetAll(): void {
    this.#clearedSeq = ++this.#seq;
    this.#revoked.clear();
  }

  /** Nothing is remembered for longer than REMEMBER_MS, so an older revocation has done its work. */
  #tidy(nowMs: number): void {
    for (const [subject, { atMs }] of this.#revoked) {
      if (nowMs - atMs <= 2 * REMEMBER_MS) return;
      this.#revoked.delete(subject);
    }
  }
}
