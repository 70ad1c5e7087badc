import pg, { type QueryResult } from "pg";
import { isolationError } from "./errors.ts";

/**
 * What one result may take of this process, which serves all tenants: a statement that returns more ends with an
 * error instead of the process. Ten thousand rows of 10 KB pass; more is what `ctx.stream()` is for.
 */
export const RESULT_BYTES_MAX = 128 * 1024 * 1024;
/** An object with its properties, beside the bytes of its values. */
const ROW_BYTES = 100;
/** One message of the server, which the driver keeps whole: no row within the bound above is longer. */
const MESSAGE_BYTES_MAX = RESULT_BYTES_MAX + 1024;
/** Type and length of a message of the protocol. */
const HEAD_BYTES = 5;

/** Counts the rows of one result; false when one is too many. */
export class ResultBudget {
  #left = RESULT_BYTES_MAX;

  take(row: { length: number }): boolean {
    this.#left -= row.length + ROW_BYTES;
    return this.#left >= 0;
  }
}

export function tooLarge() {
  return isolationError("context.result_too_large", { maxBytes: RESULT_BYTES_MAX });
}

interface DataRow {
  readonly length: number;
}

/** The part of node-postgres' Query that ends one whose rows cannot be kept: its error is told when the server is done. */
export interface Endable {
  _canceledDueToError: unknown;
  _result: { rows: unknown[] };
}

/** Drops what was kept, and with it all that is still to come. */
export function endResult(query: Endable): void {
  query._canceledDueToError = tooLarge();
  query._result.rows = [];
}

// The parts of node-postgres' Query that a subclass needs; @types/pg shows only the public ones.
const BaseQuery = pg.Query as unknown as new (
  config: object,
  values: unknown,
  callback: unknown,
) => Endable & { handleDataRow(message: DataRow): void };

/** A statement of a transaction, whose scope is set already; bounded as a scoped one is. */
export class BoundedQuery extends BaseQuery {
  readonly #budget = new ResultBudget();
  readonly #onTooLarge: () => void;

  constructor(
    config: pg.QueryConfig,
    callback: (error: Error | null, result?: QueryResult) => void,
    onTooLarge: () => void,
  ) {
    super(config, undefined, callback);
    this.#onTooLarge = onTooLarge;
  }

  override handleDataRow(message: DataRow): void {
    if (!this._canceledDueToError && !this.#budget.take(message)) {
      endResult(this);
      this.#onTooLarge();
    }
    super.handleDataRow(message);
  }
}

interface Socket {
  listeners(event: "data"): ((chunk: Buffer) => void)[];
  off(event: "data", listener: (chunk: Buffer) => void): void;
  on(event: "data", listener: (chunk: Buffer) => void): void;
  destroy(error: Error): void;
}

/**
 * Ends a connection whose server begins a message that is too long to keep, before the driver gathers it: a text of
 * a gigabyte is more than a string can hold, and the driver would throw that at nobody. Call it once connected.
 */
export function boundMessages(client: pg.Client): void {
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
  const lengths = new MessageLengths();
  for (const listener of stream.listeners("data")) {
    stream.off("data", listener);
    stream.on("data", (chunk) => {
      if (lengths.read(chunk) > MESSAGE_BYTES_MAX) stream.destroy(tooLarge());
      else listener(chunk);
    });
  }
}

/** Follows the messages of a server through the chunks that they come in. */
export class MessageLengths {
  readonly #head = Buffer.alloc(HEAD_BYTES);
  #headBytes = 0;
  #bodyLeft = 0;

  /** The length of the longest message that begins in the chunk. */
  read(chunk: Buffer): number {
    let longest = 0;
    for (let at = 0; at < chunk.length; ) {
      if (this.#bodyLeft > 0) {
        const step = Math.min(this.#bodyLeft, chunk.length - at);
        this.#bodyLeft -= step;
        at += step;
        continue;
      }
      if (this.#headBytes === 0 && chunk.length - at >= HEAD_BYTES) {
        longest = Math.max(longest, this.#begin(chunk.readUInt32BE(at + 1)));
        at += HEAD_BYTES;
        continue;
      }
      const step = Math.min(HEAD_BYTES - this.#headBytes, chunk.length - at);
      chunk.copy(this.#head, this.#headBytes, at, at + step);
      this.#headBytes += step;
      at += step;
      if (this.#headBytes < HEAD_BYTES) break;
      this.#headBytes = 0;
      longest = Math.max(longest, this.#begin(this.#head.readUInt32BE(1)));
    }
    return longest;
  }

  /** The length counts itself, not the type before it. */
  #begin(length: number): number {
    this.#bodyLeft = Math.max(0, length - 4);
    return length;
  }
}
