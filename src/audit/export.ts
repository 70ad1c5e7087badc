import type pg from "pg";
import { many, maybe, one } from "../db/sql.ts";
import { EXPORT_FORMAT, extentText, wholeText } from "./export-format.ts";
import { leafOf, NO_LEAF } from "./leaf.ts";
import { PROOF_EVERY, RUNS_PAGE } from "./limits.ts";
import { HASH_BYTES } from "./merkle.ts";
import { type NoteSigner, signNote, toVkey } from "./note.ts";
import { type LogCheckpoint, proveInclusion, readCheckpoint } from "./proofs.ts";
import { idsOf } from "./verify-live.ts";
import { findRange, listAllHeads, listBodies, listChainRuns, type RunRow } from "./verify-store.ts";

export interface ExportRange {
  /** Widened to whole batches of the sequencer. */
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

interface ExportParts {
  readonly pool: pg.Pool;
  readonly signer: NoteSigner;
}

/**
 * One chain as lines of JSON that prove themselves: records with their links, an inclusion proof every
 * PROOF_EVERY records and for the last, the checkpoint, the log's key, and the signed extent. Of a record that
 * retention removed the hash stands in its place. Nothing of another chain is in it but hashes.
 */
export async function* exportChain(
  parts: ExportParts,
  chain: string,
  range: ExportRange = {},
): AsyncGenerator<string> {
  const checkpoint = await readCheckpoint(parts.pool);
  const found = await maybe(parts.pool, findRange, [
    chain,
    lowId(range.from),
    lowId(range.to),
    checkpoint.size,
  ]);
  if (found?.first == null || found.last == null) return;
  yield* chainLines(parts, checkpoint, chain, Number(found.first), Number(found.last));
}

/** Every chain, one behind the other, and the signed statement that these are all. */
export async function* exportWhole(parts: ExportParts): AsyncGenerator<string> {
  const checkpoint = await readCheckpoint(parts.pool);
  let chains = 0;
  for (const { chain } of await many(parts.pool, listAllHeads)) {
    const { first, last } = await one(parts.pool, findRange, [chain, null, null, checkpoint.size]);
    if (first === null || last === null) continue; // it began after the checkpoint
    yield* chainLines(parts, checkpoint, chain, Number(first), Number(last));
    chains += 1;
  }
  const text = wholeText(parts.signer.name, chains, checkpoint.size);
  yield JSON.stringify({ whole: `${text}\n${signNote(parts.signer, text)}\n` });
}

async function* chainLines(
  { pool, signer }: ExportParts,
  checkpoint: LogCheckpoint,
  chain: string,
  first: number,
  last: number,
): AsyncGenerator<string> {
  const { note, size } = checkpoint;
  yield JSON.stringify({ format: EXPORT_FORMAT, chain, first, last, checkpoint: note, key: toVkey(signer) });
  let seq = first;
  let withheld = 0;
  let leaf = NO_LEAF;
  while (seq <= last) {
    const runs = await many(pool, listChainRuns, [chain, seq, last, RUNS_PAGE]);
    if (runs.length === 0) return;
    for (const run of runs) {
      const bodies = new Map(
        (await many(pool, listBodies, [[...idsOf(run)]])).map((row) => [row.id, row.body]),
      );
      for (const each of entriesOf(run)) {
        if (each.seq < first || each.seq > last) continue;
        leaf = each.leaf;
        const body = bodies.get(each.id);
        if (body === undefined) withheld += 1;
        yield recordLine(each, body);
        if (each.seq % PROOF_EVERY !== 0 && each.seq !== last) continue;
        const path = await proveInclusion(pool, each.index, size);
        yield JSON.stringify({ proof: each.seq, index: each.index, path: path.map(base64) });
      }
      seq = Number(run.first_seq) + run.length;
    }
  }
  const text = extentText({ origin: signer.name, chain, first, last, withheld, size, leaf });
  yield JSON.stringify({ extent: `${text}\n${signNote(signer, text)}\n` });
}

interface Entry {
  readonly id: string;
  readonly seq: number;
  readonly index: number;
  readonly previous: Buffer;
  readonly bodyHash: Buffer;
  readonly leaf: Buffer;
}

function* entriesOf(run: RunRow): Generator<Entry> {
  let previous = run.previous;
  for (const [i, id] of idsOf(run).entries()) {
    const seq = Number(run.first_seq) + i;
    const bodyHash = run.body_hashes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES);
    const leaf = leafOf({ chain: run.chain, seq, previous, bodyHash });
    yield { id, seq, index: Number(run.first_index) + i, previous, bodyHash, leaf };
    previous = leaf;
  }
}

function recordLine({ seq, previous, leaf, bodyHash }: Entry, body: string | undefined): string {
  const links = { seq, previous: base64(previous), leaf: base64(leaf) };
  return JSON.stringify(body === undefined ? { ...links, bodyHash: base64(bodyHash) } : { ...links, body });
}

function base64(bytes: Buffer): string {
  return bytes.toString("base64");
}

/** The smallest id of that moment. */
export function lowId(at: Date | undefined): string | null {
  if (!at) return null;
  const hex = Math.max(0, at.getTime()).toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}
