import { isIPv6 } from "node:net";
import { isDeepStrictEqual } from "node:util";
import type pg from "pg";
import { many, maybe, one } from "../db/sql.ts";
import type { Tx } from "../db/tx.ts";
import { withTx } from "../db/tx.ts";
import { leafOf, NO_LEAF } from "./leaf.ts";
import { RUNS_PAGE } from "./limits.ts";
import { findCheckpoint } from "./log-store.ts";
import { equal, HASH_BYTES, rootHash, sha256 } from "./merkle.ts";
import { type Checkpoint, type NoteVerifier, parseCheckpoint, parseNote, verifyNote } from "./note.ts";
import { readTiles } from "./sequencer.ts";
import { appendLeaves, edgeOf, type Tile } from "./tiles.ts";
import {
  countTaken,
  findLogState,
  listAllHeads,
  listHeld,
  listRuns,
  listStrangers,
  listWhole,
  type RunRow,
  type WholeRow,
} from "./verify-store.ts";

export interface Fault {
  /** `changed`, `missing`, `added`, `reordered`, `columns`, `chain`, `tree`, `checkpoint`. */
  readonly kind: FaultKind;
  /** The record, where it is about one. */
  readonly recordId: string | null;
  /** Chain and number in it, where known. */
  readonly chain: string | null;
  readonly seq: number | null;
  readonly message: string;
}
export type FaultKind =
  | "changed"
  | "missing"
  | "added"
  | "reordered"
  | "columns"
  | "chain"
  | "tree"
  | "checkpoint";

export interface LiveReport {
  readonly records: number;
  /** Removed by retention; their hashes were verified. */
  readonly pruned: number;
  readonly size: number;
  readonly root: string;
  readonly faults: readonly Fault[];
  /** Numbers that a process drew and that are in no record: lost, not removed. */
  readonly gaps: readonly { readonly boot: string; readonly numbers: number }[];
}

/** More than anybody reads; the first ones tell where to look. */
const FAULTS_MAX = 1_000;

/**
 * Verifies the log in its own database: each record against its hash and its columns, each link of each chain, the
 * tree, the signed checkpoint; and, if one is given, that an older checkpoint from elsewhere was a state of this very
 * tree. An edit of one row is named.
 */
export async function verifyLive(
  pool: pg.Pool,
  verifier: NoteVerifier,
  older: Checkpoint | null = null,
): Promise<LiveReport> {
  return withTx(pool, async (tx) => {
    await tx.query({ text: "set transaction isolation level repeatable read read only" });
    return new LiveVerification(tx, verifier, older).run();
  });
}

class LiveVerification {
  readonly #tx: Tx;
  readonly #verifier: NoteVerifier;
  readonly #older: Checkpoint | null;
  readonly #faults: Fault[] = [];
  readonly #heads = new Map<string, { size: number; last: Buffer }>();
  readonly #boots = new Map<string, { count: number; last: number }>();
  #prunedBefore: Date | null = null;
  #held = new Map<string, Date>();
  #records = 0;
  #pruned = 0;

  constructor(tx: Tx, verifier: NoteVerifier, older: Checkpoint | null) {
    this.#tx = tx;
    this.#verifier = verifier;
    this.#older = older;
  }

  async run(): Promise<LiveReport> {
    const log = await one(this.#tx, findLogState);
    this.#prunedBefore = log.pruned_before;
    const held = await many(this.#tx, listHeld);
    this.#held = new Map(held.map((row) => [row.tenant_id, row.held_at]));
    const { size, root } = await this.#walk();
    await this.#compareTree(size, root, Number(log.size));
    await this.#compareHeads();
    await this.#compareCheckpoint(size, root);
    await this.#findStrangers(log.taken, log.has_target);
    return {
      records: this.#records,
      pruned: this.#pruned,
      size,
      root: root.toString("base64"),
      faults: this.#faults,
      gaps: this.#gaps(),
    };
  }

  /** All runs in the order of the tree: links are followed, leaves hashed again, the tree grown anew. */
  async #walk(): Promise<{ size: number; root: Buffer }> {
    let size = 0;
    let edge: Tile[] = [];
    let root = rootHash(() => NO_LEAF, 0);
    for (;;) {
      const runs = await many(this.#tx, listRuns, [size, RUNS_PAGE]);
      if (runs.length === 0) return { size, root };
      for (const run of runs) {
        if (Number(run.first_index) !== size) {
          this.#say("tree", { message: `Leaves ${size} to ${Number(run.first_index) - 1} are gone.` });
          return { size, root };
        }
        const leaves = await this.#follow(run);
        if (this.#older && size < this.#older.size && size + leaves.length >= this.#older.size) {
          const part = appendLeaves(size, edge, leaves.slice(0, this.#older.size - size));
          this.#compareOlder(part.root);
        }
        const grown = appendLeaves(size, edge, leaves);
        const tiles = new Map(
          [...edge, ...grown.changed].map((tile) => [`${tile.level}/${tile.index}`, tile]),
        );
        edge = edgeOf(grown.size).flatMap((at) => tiles.get(`${at.level}/${at.index}`) ?? []);
        await this.#compareTiles(grown.changed);
        [size, root] = [grown.size, grown.root];
      }
    }
  }

  async #follow(run: RunRow): Promise<Buffer[]> {
    const head = this.#heads.get(run.chain) ?? { size: 0, last: NO_LEAF };
    const firstSeq = Number(run.first_seq);
    if (firstSeq !== head.size + 1 || !equal(run.previous, head.last)) {
      this.#say("chain", {
        chain: run.chain,
        seq: firstSeq,
        message: `Number ${firstSeq} of the chain does not follow on ${head.size}.`,
      });
    }
    const ids = idsOf(run);
    const rows = new Map((await many(this.#tx, listWhole, [ids])).map((row) => [row.id, row]));
    const leaves: Buffer[] = [];
    let previous = head.last;
    for (const [i, id] of ids.entries()) {
      const bodyHash = run.body_hashes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES);
      this.#compareRecord(rows.get(id), id, bodyHash, run.chain, firstSeq + i);
      previous = leafOf({ chain: run.chain, seq: firstSeq + i, previous, bodyHash });
      leaves.push(previous);
    }
    if (!equal(previous, run.last_leaf)) {
      this.#say("chain", {
        chain: run.chain,
        seq: firstSeq + ids.length - 1,
        message: `The hashes of numbers ${firstSeq} to ${firstSeq + ids.length - 1} were changed.`,
      });
    }
    this.#heads.set(run.chain, { size: firstSeq + ids.length - 1, last: previous });
    return leaves;
  }

  #compareRecord(row: WholeRow | undefined, id: string, hash: Buffer, chain: string, seq: number): void {
    if (!row) {
      if (this.#mayBePruned(id, chain)) this.#pruned += 1;
      else this.#say("missing", { recordId: id, chain, seq, message: `Record ${id} was removed.` });
      return;
    }
    this.#records += 1;
    if (!equal(sha256(row.body), hash)) {
      this.#say("changed", { recordId: id, chain, seq, message: `Record ${id} was changed.` });
      return;
    }
    const body = JSON.parse(row.body) as Record<string, unknown>;
    const wrong = wrongColumns(row, body);
    if (wrong.length > 0) {
      const message = `Record ${id} says otherwise in ${wrong.join(", ")} than in what was hashed.`;
      this.#say("columns", { recordId: id, chain, seq, message });
    }
    this.#count(body);
  }

  /** Retention removes by age, and nothing of those under legal hold. */
  #mayBePruned(id: string, chain: string): boolean {
    if (!this.#prunedBefore) return false;
    const at = timeOf(id);
    const held = this.#held.get(chain);
    return at < this.#prunedBefore.getTime() && (held === undefined || at < held.getTime());
  }

  #count({ boot, number }: Record<string, unknown>): void {
    if (typeof boot !== "string" || typeof number !== "number") return;
    const known = this.#boots.get(boot) ?? { count: 0, last: 0 };
    this.#boots.set(boot, {
      count: known.count + (number > 0 ? 1 : 0),
      last: Math.max(known.last, number),
    });
  }

  #gaps(): { boot: string; numbers: number }[] {
    // Where retention removed records, missing numbers mean nothing.
    if (this.#pruned > 0) return [];
    return [...this.#boots]
      .map(([boot, { count, last }]) => ({ boot, numbers: last - count }))
      .filter((gap) => gap.numbers > 0);
  }

  async #compareTiles(changed: readonly Tile[]): Promise<void> {
    const full = changed.filter((tile) => tile.hashes.length === 256 * HASH_BYTES);
    const stored = await readTiles(this.#tx, full);
    for (const tile of full) {
      const own = stored.find((each) => each.level === tile.level && each.index === tile.index);
      if (!own || !equal(own.hashes, tile.hashes))
        this.#say("tree", { message: `Tile ${tile.level}/${tile.index} of the tree was changed.` });
    }
  }

  async #compareTree(size: number, root: Buffer, stored: number): Promise<void> {
    if (size !== stored)
      this.#say("tree", { message: `The tree has ${stored} leaves, but ${size} are there.` });
    const edge = await readTiles(this.#tx, edgeOf(size));
    const isWhole = edge.length === edgeOf(size).length;
    if (size > 0 && (!isWhole || !equal(appendLeaves(size, edge, []).root, root)))
      this.#say("tree", { message: "The tree does not have the root that its leaves give." });
  }

  async #compareHeads(): Promise<void> {
    for (const row of await many(this.#tx, listAllHeads)) {
      const head = this.#heads.get(row.chain);
      this.#heads.delete(row.chain);
      if (!head || head.size !== Number(row.size) || !equal(head.last, row.last_leaf)) {
        const message = `The chain ends at number ${head?.size ?? 0}, but its head says ${row.size}.`;
        this.#say("chain", { chain: row.chain, seq: Number(row.size), message });
      }
    }
    for (const [chain, head] of this.#heads)
      this.#say("chain", { chain, seq: head.size, message: "The head of the chain is gone." });
  }

  async #compareCheckpoint(size: number, root: Buffer): Promise<void> {
    if (this.#older && this.#older.size > size) {
      const message = `The log had ${this.#older.size} leaves when that checkpoint was signed; now it has ${size}.`;
      this.#say("checkpoint", { message });
    }
    if (size === 0) return;
    const row = await maybe(this.#tx, findCheckpoint, [null]);
    const note = row && parseNote(row.note);
    const checkpoint = note && verifyNote(note, this.#verifier) && parseCheckpoint(note.text);
    if (!checkpoint) {
      this.#say("checkpoint", { message: "The newest checkpoint is not signed by the log's key." });
    } else if (checkpoint.size !== size || !equal(checkpoint.root, root)) {
      const message = `The newest checkpoint was signed over other records than are there (size ${checkpoint.size}).`;
      this.#say("checkpoint", { message });
    }
  }

  #compareOlder(root: Buffer): void {
    const { size, root: signed } = this.#older as Checkpoint; // only asked when there is one
    if (equal(root, signed)) return;
    const message = `The first ${size} leaves are not those that the given checkpoint was signed over: history was rewritten.`;
    this.#say("checkpoint", { message });
  }

  /** Rows that slipped in past the sequencer. Mid-way through a backlog the snapshot does not tell. */
  async #findStrangers(taken: string, hasTarget: boolean): Promise<void> {
    if (hasTarget) return;
    const { count } = await one(this.#tx, countTaken, [taken]);
    if (Number(count) === this.#records) return;
    for (const { id } of await many(this.#tx, listStrangers, [taken])) {
      this.#say("added", { recordId: id, message: `Record ${id} was added past the log.` });
    }
  }

  #say(kind: FaultKind, about: Partial<Fault> & { message: string }): void {
    if (this.#faults.length >= FAULTS_MAX) return;
    this.#faults.push({ kind, recordId: null, chain: null, seq: null, ...about });
  }
}

export function idsOf(run: RunRow): string[] {
  return Array.from({ length: run.length }, (_, i) => {
    const hex = run.record_ids.toString("hex", i * 16, (i + 1) * 16);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  });
}

/** When a UUID version 7 was drawn, ms. */
export function timeOf(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}

function wrongColumns(row: WholeRow, body: Record<string, unknown>): string[] {
  const said: Record<string, unknown> = {
    id: row.id,
    tenantId: row.tenant_id,
    kind: row.kind,
    action: row.action,
    outcome: row.outcome,
    actor: row.actor,
    onBehalfOf: row.on_behalf_of,
    resource: row.resource,
    requestId: row.request_id,
    session: row.session,
  };
  const wrong = Object.keys(said).filter((key) => !isDeepStrictEqual(said[key] ?? null, body[key] ?? null));
  if (Math.abs(Date.parse(String(body["at"])) - row.at.getTime()) > 1) wrong.push("at");
  if (writtenAlike(row.ip) !== writtenAlike(body["ip"])) wrong.push("ip");
  return wrong;
}

/** An address as text has many forms; PostgreSQL gives one, clients give any. */
function writtenAlike(ip: unknown): unknown {
  return typeof ip === "string" && isIPv6(ip) ? new URL(`http://[${ip}]`).hostname : (ip ?? null);
}
