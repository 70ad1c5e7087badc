import { randomUUID } from "node:crypto";
import { readCheckpoint } from "../audit/proofs.ts";
import { recordEvent } from "../audit/record.ts";
import { isTenancyError } from "../base/errors.ts";
import { uuidv7 } from "../base/ids.ts";
import { exec, many, maybe, one } from "../db/sql.ts";
import { type Tx, withTx } from "../db/tx.ts";
import {
  CHECKPOINT_PAUSE_MS,
  ERROR_CHARACTERS_MAX,
  FAILED_MAX,
  FAILING_MS_MAX,
  KEY_PAUSE_MS,
  LEASE_MS,
  MESSAGE_BYTES_MAX,
  PASS_MS,
  STREAMS_AT_ONCE,
  STREAMS_AT_ONCE_OF_OWNER,
  TURN_MS,
} from "./limits.ts";
import { messageId, messageOf, nextRange } from "./message.ts";
import { type Outcome, post } from "./post.ts";
import { type Answer, judge, reasonOf, type Withheld } from "./schedule.ts";
import { openSecrets } from "./secrets.ts";
import {
  advance,
  type BatchRow,
  claimStreams,
  countFailed,
  deleteBatch,
  disableStream,
  failBatch,
  findWaiting,
  insertBatch,
  lockLeased,
  noteFailure,
  noteSuccess,
  noteWaiting,
  postponeBatch,
  releaseLease,
  renewLease,
} from "./sender-store.ts";
import type { StreamRow } from "./store.ts";
import type { StreamParts } from "./streams.ts";

export interface SenderOptions extends StreamParts {
  /** Tells people of a stream that disabled itself, in the transaction that does it. */
  readonly tell: (tx: Tx, stream: DisabledStream) => Promise<void>;
  readonly onError: (error: Error) => void;
  /** From 0 up to 1. Default: Math.random. */
  readonly random?: () => number;
}

export interface DisabledStream {
  readonly id: string;
  readonly tenantId: string | null;
  readonly name: string;
  readonly host: string;
  readonly because: "gone" | "failing" | "too_many_failures";
}

/** 413: a smaller message may do. */
const TOO_LARGE = 413;

/** Whose turn it is with a stream, and until when it holds. */
interface Turn {
  readonly id: string;
  readonly lease: string;
}

/**
 * Sends what streams ask for: each stream's messages in their order, one at a time, at least once. A message is written
 * down before it is sent and its outcome afterwards, so a process that dies sends it again, under the same id.
 */
export class StreamSender {
  readonly #options: SenderOptions;
  #timer: NodeJS.Timeout | undefined;
  #claiming: Promise<unknown> = Promise.resolve();
  readonly #turns = new Set<Promise<number>>();
  readonly #end = new AbortController();

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  /** Goes on in the background until it is closed. */
  start(): void {
    if (this.#end.signal.aborted) return;
    this.#timer = setTimeout(() => {
      // Not their ends: a receiver that hangs holds its own place, and the free ones are given on.
      this.#claiming = this.#claim()
        .catch((failure: Error) => {
          if (!this.#end.signal.aborted) this.#options.onError(failure);
        })
        .then(() => this.start());
    }, PASS_MS);
    this.#timer.unref();
  }

  /** One pass over the streams that are due; resolves to how many messages arrived. */
  async run(): Promise<number> {
    const arrived = await Promise.all(await this.#claim());
    return arrived.reduce((sum, each) => sum + each, 0);
  }

  async close(): Promise<void> {
    this.#end.abort();
    clearTimeout(this.#timer);
    await this.#claiming;
    await Promise.all(this.#turns);
  }

  /** Begins as many turns as there are free places. */
  async #claim(): Promise<readonly Promise<number>[]> {
    const free = STREAMS_AT_ONCE - this.#turns.size;
    if (free <= 0) return [];
    const lease = randomUUID();
    const nowMs = this.#nowMs();
    const until = new Date(nowMs + LEASE_MS);
    const values = [new Date(nowMs), lease, until, free, STREAMS_AT_ONCE_OF_OWNER];
    const claimed = await many(this.#options.pool, claimStreams, values);
    return claimed.map(({ id }) => {
      const turn = this.#serve({ id, lease }).finally(() => this.#turns.delete(turn));
      this.#turns.add(turn);
      return turn;
    });
  }

  async #serve(turn: Turn): Promise<number> {
    const { pool, onError } = this.#options;
    const endMs = performance.now() + TURN_MS;
    let arrived = 0;
    try {
      while (!this.#end.signal.aborted && performance.now() < endMs) {
        const until = new Date(this.#nowMs() + LEASE_MS);
        const stream = await maybe(pool, renewLease, [turn.id, turn.lease, until]);
        if (!stream) break;
        const step = await this.#step(turn, stream);
        if (step === "arrived") arrived += 1;
        if (step === "nothing") break;
      }
    } catch (failure) {
      onError(failure as Error); // whatever is thrown here is an Error
    } finally {
      await exec(pool, releaseLease, [turn.id, turn.lease]).catch(onError);
    }
    return arrived;
  }

  async #step(turn: Turn, stream: StreamRow): Promise<"arrived" | "other" | "nothing"> {
    const now = this.#options.clock.now();
    const isDue = stream.due_at <= now;
    const waiting = await maybe(this.#options.pool, findWaiting, [stream.id, now, isDue]);
    const batch = waiting ?? (isDue ? await this.#next(turn, stream) : "nothing");
    if (batch === "nothing" || batch === "passed") return batch === "passed" ? "other" : "nothing";
    const outcome = await this.#send(stream, batch);
    if ("kind" in outcome) {
      await this.#wait(turn, batch, outcome);
      return "other";
    }
    // Nobody knows whether it arrived: the next process sends it again.
    if (outcome.error !== null && this.#end.signal.aborted) return "nothing";
    await this.#settle(turn, batch, outcome);
    return outcome.error === null ? "arrived" : "other";
  }

  /** Writes the next message down. `passed`: nothing in the next part of the log matches. */
  async #next(turn: Turn, stream: StreamRow): Promise<BatchRow | "passed" | "nothing"> {
    const found =
      stream.sends === "checkpoints" ? await this.#nextCheckpoint(stream) : await this.#nextRecords(stream);
    if (found === undefined) return "nothing";
    return withTx(this.#options.pool, async (tx) => {
      const now = this.#options.clock.now();
      if (!(await maybe(tx, lockLeased, [turn.id, turn.lease]))) return "nothing";
      if (found.isEmpty) {
        await exec(tx, advance, [stream.id, found.last + 1, now]);
        return "passed";
      }
      const { first, last, note } = found;
      return one(tx, insertBatch, [
        uuidv7(),
        stream.id,
        first,
        last,
        stream.format,
        stream.actions,
        note,
        now,
        false,
      ]);
    });
  }

  async #nextRecords(stream: StreamRow): Promise<Found | undefined> {
    const first = Number(stream.position);
    const wanted = { first, actions: stream.actions, recordsMax: stream.records_max };
    const range = await nextRange(this.#options.pool, stream.tenant_id, wanted, MESSAGE_BYTES_MAX);
    return range && { ...range, first, note: null };
  }

  async #nextCheckpoint(stream: StreamRow): Promise<Found | undefined> {
    const first = Number(stream.position);
    const found = await readCheckpoint(this.#options.pool).catch((failure: unknown) => {
      if (isTenancyError(failure, "audit.no_checkpoint")) return undefined;
      throw failure;
    });
    if (!found || found.size <= first) return undefined;
    return { first, last: found.size, note: found.note, isEmpty: false };
  }

  async #send(stream: StreamRow, batch: BatchRow): Promise<Outcome | Withheld> {
    const { fetch, clock, keyring } = this.#options;
    try {
      const secrets = await openSecrets(keyring, stream, clock.now());
      const body = await messageOf(this.#options, stream.tenant_id, batch);
      const { signal } = this.#end;
      return await post(fetch, clock, { url: stream.url, id: messageId(batch.id), body, secrets, signal });
    } catch (failure) {
      // A tenant's key that is away keeps its stream waiting, and nobody else's.
      if (!isTenancyError(failure)) throw failure;
      if (failure.code.startsWith("key.")) return { kind: "withheld", reason: failure.message };
      const answer: Answer = { kind: "fault", reason: failure.message };
      return { answer, status: null, error: reasonOf(answer), durationMs: 0 };
    }
  }

  async #settle(turn: Turn, batch: BatchRow, outcome: Outcome): Promise<void> {
    await withTx(this.#options.pool, async (tx) => {
      const stream = await maybe(tx, lockLeased, [turn.id, turn.lease]);
      if (!stream) return; // another process has it by now, and sends it again
      const now = this.#options.clock.now();
      if (outcome.status === TOO_LARGE && isDivisible(batch)) return halve(tx, batch, now);
      const attempts = batch.attempts + 1;
      const verdict = judge(outcome.answer, attempts, (this.#options.random ?? Math.random)());
      const error = (outcome.error ?? "").slice(0, ERROR_CHARACTERS_MAX);
      switch (verdict.kind) {
        case "delivered":
          await exec(tx, deleteBatch, [batch.id]);
          await exec(tx, noteSuccess, [stream.id, now]);
          return this.#goOn(tx, stream, batch);
        case "gone":
          await exec(tx, postponeBatch, [batch.id, batch.attempts, error, now]);
          await exec(tx, noteFailure, [stream.id, now, error, null]);
          return this.#disable(tx, stream, "gone");
        case "retry":
          return this.#postpone(tx, stream, batch, { attempts, error, afterMs: verdict.afterMs, now });
        case "given_up":
          return this.#giveUp(tx, stream, batch, { attempts, error, now });
        default:
          return verdict satisfies never;
      }
    });
  }

  /** No attempt is spent, and no day counted towards the stream's end: it goes on when the key is back. */
  async #wait(turn: Turn, batch: BatchRow, { reason }: Withheld): Promise<void> {
    await withTx(this.#options.pool, async (tx) => {
      const stream = await maybe(tx, lockLeased, [turn.id, turn.lease]);
      if (!stream) return;
      const error = reason.slice(0, ERROR_CHARACTERS_MAX);
      const due = new Date(this.#nowMs() + KEY_PAUSE_MS);
      await exec(tx, postponeBatch, [batch.id, batch.attempts, error, due]);
      if (!batch.is_replay) await exec(tx, noteWaiting, [stream.id, error, due]);
    });
  }

  /** The stream goes on behind this message. */
  async #goOn(tx: Tx, stream: StreamRow, batch: BatchRow): Promise<void> {
    if (batch.is_replay) return;
    const isCheckpoint = batch.note !== null;
    const position = isCheckpoint ? Number(batch.last) : Number(batch.last) + 1;
    const dueMs = this.#nowMs() + (isCheckpoint ? CHECKPOINT_PAUSE_MS : 0);
    await exec(tx, advance, [stream.id, position, new Date(dueMs)]);
  }

  async #postpone(
    tx: Tx,
    stream: StreamRow,
    batch: BatchRow,
    { attempts, error, afterMs, now }: { attempts: number; error: string; afterMs: number; now: Date },
  ): Promise<void> {
    const due = new Date(now.getTime() + afterMs);
    await exec(tx, postponeBatch, [batch.id, attempts, error, due]);
    // A replay waits by itself and says nothing of the stream.
    if (batch.is_replay) return;
    await exec(tx, noteFailure, [stream.id, now, error, due]);
    const sinceMs = (stream.failing_since ?? now).getTime();
    if (now.getTime() - sinceMs >= FAILING_MS_MAX) await this.#disable(tx, stream, "failing");
  }

  async #giveUp(
    tx: Tx,
    stream: StreamRow,
    batch: BatchRow,
    { attempts, error, now }: { attempts: number; error: string; now: Date },
  ): Promise<void> {
    await exec(tx, failBatch, [batch.id, attempts, error, now]);
    const detail = {
      streamId: stream.id,
      messageId: batch.id,
      first: Number(batch.first),
      last: Number(batch.last),
    };
    await recordEvent(
      tx,
      { actor: "system:streams" },
      "audit.stream_message_failed",
      stream.tenant_id,
      detail,
      {
        outcome: "failed",
      },
    );
    if (!batch.is_replay) {
      await exec(tx, noteFailure, [stream.id, now, error, null]);
      await this.#goOn(tx, stream, batch);
    }
    const { n } = await one(tx, countFailed, [stream.id]);
    if (n >= FAILED_MAX) await this.#disable(tx, stream, "too_many_failures");
  }

  async #disable(tx: Tx, stream: StreamRow, because: DisabledStream["because"]): Promise<void> {
    const { id, tenant_id: tenantId, name, url } = stream;
    const { host } = new URL(url);
    await exec(tx, disableStream, [id, because]);
    const by = { actor: "system:streams" };
    const detail = { streamId: id, name, host, because };
    await recordEvent(tx, by, "audit.stream_disabled", tenantId, detail, { outcome: "failed" });
    await this.#options.tell(tx, { id, tenantId, name, host, because });
  }

  #nowMs(): number {
    return this.#options.clock.now().getTime();
  }
}

interface Found {
  readonly first: number;
  readonly last: number;
  readonly note: string | null;
  readonly isEmpty: boolean;
}

function isDivisible({ note, first, last }: BatchRow): boolean {
  return note === null && first !== last;
}

/** The receiver takes no message of this size: the first half becomes one of its own, and the rest comes after it. */
async function halve(tx: Tx, batch: BatchRow, now: Date): Promise<void> {
  const [first, last] = [Number(batch.first), Number(batch.last)];
  const middle = Math.floor((first + last) / 2);
  // The rest of a stream's own message is what its position leads to next; a replay has none.
  const parts = batch.is_replay
    ? [
        [first, middle],
        [middle + 1, last],
      ]
    : [[first, middle]];
  const { stream_id, format, actions, is_replay } = batch;
  await exec(tx, deleteBatch, [batch.id]);
  for (const [from, to] of parts) {
    await one(tx, insertBatch, [uuidv7(), stream_id, from, to, format, actions, null, now, is_replay]);
  }
}
