import type pg from "pg";
import { toOcsf } from "../audit/formats.ts";
import { type NoteSigner, toVkey } from "../audit/note.ts";
import { proveConsistency } from "../audit/proofs.ts";
import { RECORDS_MAX, SCAN_MAX } from "./limits.ts";
import { readNumbers } from "./read-log.ts";
import type { BatchRow } from "./sender-store.ts";
import { matches } from "./stream.ts";

interface Parts {
  readonly pool: pg.Pool;
  readonly signer: NoteSigner;
}

/** What Standard Webhooks calls the message's id: the same for every attempt, and without a full stop. */
export function messageId(batchId: string): string {
  return `msg_${batchId.replaceAll("-", "")}`;
}

/** The bytes of a message, made from the log: each attempt makes the same ones. */
export async function messageOf(parts: Parts, tenantId: string | null, batch: BatchRow): Promise<string> {
  const isCheckpoint = batch.note !== null;
  const data = isCheckpoint
    ? await checkpointData(parts, batch, batch.note)
    : await recordsData(parts.pool, tenantId, batch);
  const type = isCheckpoint
    ? "audit.checkpoint"
    : batch.format === "ocsf"
      ? "audit.records_ocsf"
      : "audit.records";
  return envelope(type, batch.created_at, { stream: batch.stream_id, tenantId, ...data });
}

export function testMessage(stream: { id: string; tenant_id: string | null }, at: Date): string {
  const data = {
    stream: stream.id,
    tenantId: stream.tenant_id,
    message: "This is a test. It holds no records.",
  };
  return envelope("audit.test", at, data);
}

function envelope(type: string, at: Date, data: object): string {
  return JSON.stringify({ type, timestamp: at.toISOString(), data });
}

async function recordsData(pool: pg.Pool, tenantId: string | null, batch: BatchRow): Promise<object> {
  const [first, last] = [Number(batch.first), Number(batch.last)];
  const records: object[] = [];
  let removed = 0;
  for (let next = first; next <= last; next += SCAN_MAX) {
    for (const { number, record } of await readNumbers(pool, tenantId, {
      first: next,
      last,
      limit: SCAN_MAX,
    })) {
      if (record === null) removed += 1;
      else if (matches(batch.actions, record.action))
        records.push(batch.format === "ocsf" ? toOcsf(record, number) : { number, ...record });
    }
  }
  return { first, last, removed, records };
}

/** The receiver keeps the last checkpoint, and sees by the proof that this tree begins with it. */
async function checkpointData(
  { pool, signer }: Parts,
  batch: BatchRow,
  checkpoint: string | null,
): Promise<object> {
  const [previousSize, size] = [Number(batch.first), Number(batch.last)];
  const path = previousSize === 0 ? [] : await proveConsistency(pool, previousSize, size);
  return {
    size,
    checkpoint,
    key: toVkey(signer),
    previousSize,
    consistency: path.map((hash) => hash.toString("base64")),
  };
}

/** The next message: a range of the log and how many records of it match; it passes over what does not. */
export async function nextRange(
  pool: pg.Pool,
  tenantId: string | null,
  stream: { readonly first: number; readonly actions: readonly string[]; readonly recordsMax: number },
  bytesMax: number,
): Promise<{ readonly last: number; readonly isEmpty: boolean } | undefined> {
  const { first, actions } = stream;
  const recordsMax = Math.min(stream.recordsMax, RECORDS_MAX);
  let last: number | undefined;
  let count = 0;
  let bytes = 0;
  for (const { number, record, bytes: length } of await readNumbers(pool, tenantId, {
    first,
    limit: SCAN_MAX,
  })) {
    if (record !== null && matches(actions, record.action)) {
      if (count > 0 && bytes + length > bytesMax) break;
      count += 1;
      bytes += length;
    }
    last = number;
    if (count === recordsMax) break;
  }
  return last === undefined ? undefined : { last, isEmpty: count === 0 };
}
