import type pg from "pg";
import { exec, many, one } from "../db/sql.ts";
import { type Tx, withAdvisoryLock, withTx } from "../db/tx.ts";
import { auditError } from "./errors.ts";
import { leafOf, NO_LEAF } from "./leaf.ts";
import { SEQUENCER_BATCH_MAX, SEQUENCER_PASS_MS } from "./limits.ts";
import {
  hasWaiting,
  insertCheckpoint,
  insertRuns,
  type LogStateRow,
  listHeads,
  listTiles,
  listWaiting,
  lockLog,
  updateLog,
  upsertHeads,
  upsertTiles,
  type WaitingRow,
} from "./log-store.ts";
import { noticeMove } from "./moved.ts";
import { type NoteSigner, signCheckpoint } from "./note.ts";
import { appendLeaves, edgeOf, type Tile } from "./tiles.ts";

/** `before`: all is computed, nothing committed. `after`: committed. Crash tests end the process there. */
export type OnBatch = (moment: "before" | "after") => Promise<void> | void;

const NO_ID = "00000000-0000-0000-0000-000000000000";

/**
 * Gives each committed record its place: number and link in its tenant's chain, index in the tree, a checkpoint over
 * all. One transaction per batch, so a crash at any point leaves whole batches; the row lock on the log makes it one
 * writer, whatever happens to the advisory lock. Nothing is chained in the transaction of the change itself: that
 * forks or deadlocks under concurrency.
 */
export class Sequencer {
  readonly #pool: pg.Pool;
  readonly #signer: NoteSigner;
  readonly #onBatch: OnBatch | undefined;
  readonly #onError: (error: Error) => void;
  #timer: NodeJS.Timeout | undefined;
  #pass: Promise<unknown> = Promise.resolve();
  #told = "";
  #isClosed = false;

  constructor(options: {
    pool: pg.Pool;
    signer: NoteSigner;
    onError: (error: Error) => void;
    onBatch?: OnBatch | undefined;
  }) {
    this.#pool = options.pool;
    this.#signer = options.signer;
    this.#onBatch = options.onBatch;
    this.#onError = options.onError;
  }

  /** Goes on in the background until it is closed. */
  start(): void {
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => {
      this.#pass = this.run()
        .then(() => {
          this.#told = "";
        })
        .catch((failure: Error) => {
          // What stays wrong is told once.
          if (!this.#isClosed && failure.message !== this.#told) this.#onError(failure);
          this.#told = failure.message;
        })
        .then(() => this.start());
    }, SEQUENCER_PASS_MS);
    this.#timer.unref();
  }

  /**
   * Takes everything that was committed before; resolves to how many. Another process that is at it makes it none.
   * Throws audit.moved.
   */
  async run(): Promise<number> {
    const { is_moved, is_waiting } = await one(this.#pool, hasWaiting);
    if (is_moved && (await noticeMove(this.#pool))) throw auditError("audit.moved");
    if (!is_waiting) return 0;
    const outcome = await withAdvisoryLock(this.#pool, "audit.sequencer", async () => {
      let taken = 0;
      for (;;) {
        const batch = await withTx(this.#pool, (tx) => this.#takeBatch(tx));
        if (batch.count > 0) await this.#onBatch?.("after");
        taken += batch.count;
        if (!batch.hasMore || this.#isClosed) return taken;
      }
    });
    return outcome.isHeld ? outcome.result : 0;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#pass;
  }

  async #takeBatch(tx: Tx): Promise<{ count: number; hasMore: boolean }> {
    await tx.query({ text: "set transaction isolation level repeatable read" });
    const log = await one(tx, lockLog);
    const target = log.target ?? log.now;
    const rows = await many(tx, listWaiting, [log.taken, target, log.at_xid, log.at_id, SEQUENCER_BATCH_MAX]);
    const size = rows.length > 0 ? await this.#append(tx, log, rows) : Number(log.size);
    const last = rows.at(-1);
    const hasMore = rows.length === SEQUENCER_BATCH_MAX;
    const state = hasMore && last ? [log.taken, target, last.xid, last.id] : [target, null, -1, NO_ID];
    await exec(tx, updateLog, [size, ...state]);
    if (rows.length > 0) await this.#onBatch?.("before");
    return { count: rows.length, hasMore };
  }

  async #append(tx: Tx, log: LogStateRow, rows: readonly WaitingRow[]): Promise<number> {
    const size = Number(log.size);
    const chains = groupByChain(rows);
    const known = await many(tx, listHeads, [[...chains.keys()]]);
    const heads = new Map(
      known.map(({ chain, size, last_leaf }) => [chain, { size: Number(size), last: last_leaf }]),
    );
    const { runs, leaves } = link(size, chains, heads);
    const edge = await readTiles(tx, edgeOf(size));
    const grown = appendLeaves(size, edge, leaves);
    await exec(tx, insertRuns, runValues(runs));
    await exec(tx, upsertHeads, [
      runs.map((run) => run.chain),
      runs.map((run) => run.firstSeq + run.length - 1),
      runs.map((run) => run.lastLeaf),
    ]);
    await exec(tx, upsertTiles, [
      grown.changed.map((tile) => tile.level),
      grown.changed.map((tile) => tile.index),
      grown.changed.map((tile) => tile.hashes),
    ]);
    const checkpoint = { origin: this.#signer.name, size: grown.size, root: grown.root };
    await exec(tx, insertCheckpoint, [grown.size, grown.root, signCheckpoint(this.#signer, checkpoint)]);
    return grown.size;
  }
}

export async function readTiles(
  db: Tx | pg.Pool,
  wanted: readonly { level: number; index: number }[],
): Promise<Tile[]> {
  if (wanted.length === 0) return [];
  const rows = await many(db, listTiles, [
    wanted.map((tile) => tile.level),
    wanted.map((tile) => tile.index),
  ]);
  return rows.map((row) => ({ ...row, index: Number(row.index) }));
}

function groupByChain(rows: readonly WaitingRow[]): Map<string, WaitingRow[]> {
  const chains = new Map<string, WaitingRow[]>();
  for (const row of rows) {
    const own = chains.get(row.chain);
    if (own) own.push(row);
    else chains.set(row.chain, [row]);
  }
  for (const own of chains.values()) own.sort((a, b) => (a.id < b.id ? -1 : 1));
  return chains;
}

interface Run {
  readonly firstIndex: number;
  readonly chain: string;
  readonly firstSeq: number;
  readonly length: number;
  readonly rows: readonly WaitingRow[];
  readonly previous: Buffer;
  readonly lastLeaf: Buffer;
}

function link(
  size: number,
  chains: ReadonlyMap<string, readonly WaitingRow[]>,
  heads: ReadonlyMap<string, { size: number; last: Buffer }>,
): { runs: Run[]; leaves: Buffer[] } {
  const runs: Run[] = [];
  const leaves: Buffer[] = [];
  for (const [chain, rows] of chains) {
    const head = heads.get(chain) ?? { size: 0, last: NO_LEAF };
    const firstIndex = size + leaves.length;
    let previous = head.last;
    for (const [i, row] of rows.entries()) {
      previous = leafOf({ chain, seq: head.size + 1 + i, previous, bodyHash: row.body_hash });
      leaves.push(previous);
    }
    runs.push({
      firstIndex,
      chain,
      firstSeq: head.size + 1,
      length: rows.length,
      rows,
      previous: head.last,
      lastLeaf: previous,
    });
  }
  return { runs, leaves };
}

function runValues(runs: readonly Run[]): unknown[] {
  const ids = (run: Run) => Buffer.from(run.rows.map((row) => row.id.replaceAll("-", "")).join(""), "hex");
  return [
    runs.map((run) => run.firstIndex),
    runs.map((run) => run.chain),
    runs.map((run) => run.firstSeq),
    runs.map((run) => run.length),
    runs.map((run) => run.rows[0]?.id),
    runs.map((run) => run.rows.at(-1)?.id),
    runs.map(ids),
    runs.map((run) => Buffer.concat(run.rows.map((row) => row.body_hash))),
    runs.map((run) => run.previous),
    runs.map((run) => run.lastLeaf),
  ];
}
