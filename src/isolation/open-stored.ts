import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { keyError } from "../keys/errors.ts";
import type { Keyring } from "../keys/keyring.ts";
import { isolationError } from "./errors.ts";
import { openFileKey } from "./file-keys.ts";
import {
  type FileKey,
  openChunks,
  SEALED_HEADER_BYTES,
  sealedRange,
  skipOf,
  writeIdOf,
} from "./sealed-file.ts";
import type { ByteRange, StorageDriver } from "./storage-driver.ts";
import { listReadable, type ReadableRow } from "./storage-store.ts";

export interface OpenParts {
  readonly tenantId: string;
  readonly driver: StorageDriver;
  readonly pool: pg.Pool;
  readonly keyring: Keyring;
}

/** File and row change a moment apart; a reader in between looks again. */
const ATTEMPTS_MAX = 5;
const AGAIN_AFTER_MS = 20;

/**
 * Opens a stored file, plain, whether it was sealed or is from before files were. Which of the two is never for the
 * file to say: its row knows.
 *
 * @throws storage.not_found, sealed.unreadable, key.destroyed, key.refused, key.unreachable
 */
export async function openStored(parts: OpenParts, path: string, range?: ByteRange): Promise<Readable> {
  const { tenantId, driver, pool } = parts;
  for (let attempt = 1; ; attempt++) {
    const rows = await listReadable(pool, tenantId, path);
    const opened = await peek(await driver.read(tenantId, path));
    const row = rows.find(({ write_id }) => write_id !== null && write_id === writeIdOf(opened.head));
    const stored = rows.find((each) => each.path === path);
    const isFromBefore = !row && (stored === undefined || stored.write_id === null);
    if (row || isFromBefore) {
      try {
        return row ? await readSealed(parts, path, row, opened, range) : readPlain(opened, range);
      } catch (error) {
        opened.source.destroy();
        throw error;
      }
    }
    opened.source.destroy();
    if (attempt === ATTEMPTS_MAX) throw damaged(tenantId);
    await sleep(AGAIN_AFTER_MS);
  }
}

interface Opened {
  readonly source: Readable;
  /** The first bytes: a header, if it is a sealed file. */
  readonly head: Buffer;
  /** All bytes from the first on. */
  readonly bytes: AsyncIterable<Buffer>;
}

async function peek(source: Readable): Promise<Opened> {
  const pieces = source[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const first: Buffer[] = [];
  let bytes = 0;
  while (bytes < SEALED_HEADER_BYTES) {
    const next = await pieces.next();
    if (next.done) break;
    first.push(next.value);
    bytes += next.value.length;
  }
  async function* all() {
    try {
      yield* first;
      for (let next = await pieces.next(); !next.done; next = await pieces.next()) yield next.value;
    } finally {
      source.destroy();
    }
  }
  return { source, head: Buffer.concat(first), bytes: all() };
}

async function readSealed(
  parts: OpenParts,
  path: string,
  row: ReadableRow,
  opened: Opened,
  range: ByteRange | undefined,
): Promise<Readable> {
  const { tenantId, driver, keyring } = parts;
  // The row was found by its write, and a row has both or neither.
  const [writeId, sealedKey] = [row.write_id as string, row.sealed_key as Buffer];
  const file = await openFileKey(keyring, { tenantId, path, writeId, sealedKey });
  if (!range) {
    const body = skip(opened.bytes, SEALED_HEADER_BYTES);
    const options = { firstChunk: 0, isWhole: true, damaged: () => damaged(tenantId) };
    return toReadable(openChunks(body, file, options), opened.source);
  }
  opened.source.destroy();
  return toReadable(readRange(parts, path, file, range, driver));
}

async function* readRange(
  { tenantId }: OpenParts,
  path: string,
  file: FileKey,
  range: ByteRange,
  driver: StorageDriver,
): AsyncGenerator<Buffer> {
  const { firstChunk, ...sealed } = sealedRange(range);
  const source = await driver.read(tenantId, path, sealed);
  try {
    const options = { firstChunk, isWhole: false, damaged: () => damaged(tenantId) };
    yield* take(skip(openChunks(source, file, options), skipOf(range)), lengthOf(range));
  } finally {
    source.destroy();
  }
}

function readPlain(opened: Opened, range: ByteRange | undefined): Readable {
  if (!range) return toReadable(opened.bytes, opened.source);
  return toReadable(take(skip(opened.bytes, range.first), lengthOf(range)), opened.source);
}

async function* skip(source: AsyncIterable<Buffer>, count: number): AsyncGenerator<Buffer> {
  let left = count;
  for await (const piece of source) {
    if (left < piece.length) yield piece.subarray(left);
    left = Math.max(left - piece.length, 0);
  }
}

async function* take(source: AsyncIterable<Buffer>, count: number): AsyncGenerator<Buffer> {
  let left = count;
  for await (const piece of source) {
    if (left > 0) yield piece.subarray(0, left);
    left -= piece.length;
    if (left <= 0) return;
  }
}

function toReadable(bytes: AsyncIterable<Buffer>, source?: Readable): Readable {
  const readable = Readable.from(bytes, { objectMode: false });
  // A generator that was never begun does not end what it would have read.
  if (source) readable.once("close", () => source.destroy());
  return readable;
}

function damaged(tenantId: string): Error {
  return keyError("sealed.unreadable", { scope: `tenant:${tenantId}` });
}

function lengthOf(range: ByteRange): number {
  return range.last - range.first + 1;
}

/** @throws storage.bad_range */
export function checkRange(range: ByteRange, sizeBytes: number): ByteRange {
  const { first, last } = range;
  const isWhole = Number.isSafeInteger(first) && Number.isSafeInteger(last);
  if (isWhole && first >= 0 && first <= last && last < sizeBytes) return range;
  throw isolationError("storage.bad_range", { first: String(first), last: String(last), sizeBytes });
}
