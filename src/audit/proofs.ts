import type pg from "pg";
import { many, maybe, one } from "../db/sql.ts";
import { auditError } from "./errors.ts";
import { leafEntry, NO_LEAF, PLATFORM_CHAIN } from "./leaf.ts";
import { findCheckpoint } from "./log-store.ts";
import { consistencyProof, HASH_BYTES, inclusionProof, leafHash, type NodeReader } from "./merkle.ts";
import { readTiles } from "./sequencer.ts";
import { type TileAt, tileReader, tileRecorder, widthOf } from "./tiles.ts";
import { idsOf } from "./verify-live.ts";
import { findLogState, listBodies, listRunsOfRecord, type RunRow } from "./verify-store.ts";

export interface LogCheckpoint {
  readonly size: number;
  readonly root: Buffer;
  readonly signedAt: Date;
  /** The signed note with all cosignatures. */
  readonly note: string;
}

/** The newest checkpoint, or the one of this size. Throws audit.no_checkpoint. */
export async function readCheckpoint(pool: pg.Pool, size: number | null = null): Promise<LogCheckpoint> {
  const row = await maybe(pool, findCheckpoint, [size]);
  if (!row) throw auditError("audit.no_checkpoint");
  return {
    size: Number(row.size),
    root: row.root,
    signedAt: row.signed_at,
    note: row.note + row.cosignatures.map((line) => `${line}\n`).join(""),
  };
}

export interface RecordProof {
  readonly id: string;
  /** Null when retention removed it. */
  readonly body: string | null;
  readonly chain: string;
  readonly seq: number;
  readonly previous: Buffer;
  readonly bodyHash: Buffer;
  readonly index: number;
  readonly leaf: Buffer;
  readonly path: readonly Buffer[];
  readonly checkpoint: LogCheckpoint;
}

/** Where the record stands, and the proof of it. Throws audit.record_not_found or audit.not_sequenced. */
export async function proveRecord(
  pool: pg.Pool,
  record: { readonly id: string; readonly tenantId: string | null },
): Promise<RecordProof> {
  const { id, tenantId } = record;
  const chain = tenantId ?? PLATFORM_CHAIN;
  const found = findIn(await many(pool, listRunsOfRecord, [chain, id]), id);
  const [stored] = await many(pool, listBodies, [[id]]);
  if (!found) throw auditError(stored ? "audit.not_sequenced" : "audit.record_not_found");
  const checkpoint = await readCheckpoint(pool);
  const path = await proveInclusion(pool, found.index, checkpoint.size);
  return { id, body: stored?.body ?? null, chain, ...found, path, checkpoint };
}

function findIn(runs: readonly RunRow[], id: string) {
  for (const run of runs) {
    const at = idsOf(run).indexOf(id);
    if (at < 0) continue;
    let previous = run.previous.length > 0 ? run.previous : NO_LEAF;
    for (let i = 0; ; i++) {
      const seq = Number(run.first_seq) + i;
      const bodyHash = run.body_hashes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES);
      const leaf = leafHash(leafEntry({ chain: run.chain, seq, previous, bodyHash }));
      if (i === at) return { seq, previous, bodyHash, leaf, index: Number(run.first_index) + i };
      previous = leaf;
    }
  }
  return undefined;
}

export async function proveInclusion(pool: pg.Pool, index: number, size: number): Promise<Buffer[]> {
  return compute(pool, (read) => inclusionProof(read, index, size));
}

/** That the tree of `size2` begins with that of `size1`. Throws audit.no_checkpoint for sizes that never were. */
export async function proveConsistency(pool: pg.Pool, size1: number, size2: number): Promise<Buffer[]> {
  const { size } = await one(pool, findLogState);
  if (size1 < 1 || size1 > size2 || size2 > Number(size)) throw auditError("audit.no_checkpoint");
  return compute(pool, (read) => consistencyProof(read, size1, size2));
}

/** Runs it once to learn which tiles it reads, fetches them, runs it again. */
async function compute(pool: pg.Pool, work: (read: NodeReader) => Buffer[]): Promise<Buffer[]> {
  const recorder = tileRecorder();
  work(recorder.read);
  const tiles = await readTiles(pool, recorder.tiles);
  const known = new Map(tiles.map((tile) => [`${tile.level}/${tile.index}`, tile.hashes]));
  return work(
    tileReader(({ level, index }) => {
      const hashes = known.get(`${level}/${index}`);
      if (!hashes) throw new Error(`Tile ${level}/${index} is missing.`);
      return hashes;
    }),
  );
}

/** The first `width` hashes of a tile, 256 by default. Throws audit.tile_not_found. */
export async function readTile(pool: pg.Pool, at: TileAt, width = 256): Promise<Buffer> {
  const { size } = await one(pool, findLogState);
  if (widthOf(at, Number(size)) < width) throw auditError("audit.tile_not_found");
  const [tile] = await readTiles(pool, [at]);
  if (!tile) throw auditError("audit.tile_not_found");
  return tile.hashes.subarray(0, width * HASH_BYTES);
}

/** A proof as c2sp.org/tlog-proof has it; `extra` is the entry that the leaf is the hash of. */
export function toTlogProof(proof: RecordProof): string {
  const lines = [
    "c2sp.org/tlog-proof@v1",
    `extra ${leafEntry(proof).toString("base64")}`,
    `index ${proof.index}`,
    ...proof.path.map((hash) => hash.toString("base64")),
  ];
  return `${lines.join("\n")}\n\n${proof.checkpoint.note}`;
}
