import type { KeyObject } from "node:crypto";
import { fromUuid, toUuid } from "../keys/envelope.ts";
import { gcmOpen, gcmSeal, TAG_BYTES } from "../keys/primitives.ts";
import type { ByteRange, StorageWriter } from "./storage-driver.ts";

/**
 * How a sealed file lies in the store: a header of 24 bytes (magic, id of the write), then chunks of 64 KiB, each
 * sealed by AES-256-GCM with the file's own key. The nonce is the chunk's number and whether it is the last
 * (the STREAM construction: Hoang, Reyhanitabar, Rogaway, Vizár, "Online Authenticated-Encryption and its Nonce-Reuse
 * Misuse-Resistance", 2015), so no chunk can be cut off, moved, repeated or taken from another file. Any chunk opens
 * by itself: ranges need no more than they ask for. The file's key lies sealed in its row, under the tenant's.
 */
export interface FileKey {
  readonly writeId: string;
  readonly key: KeyObject;
}

const MAGIC = Buffer.from("TNCYFIL1");
export const SEALED_HEADER_BYTES = 24;
const CHUNK_BYTES = 64 * 1024;
const SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES;

function headerOf(writeId: string): Buffer {
  return Buffer.concat([MAGIC, fromUuid(writeId)]);
}

/** The write that made a file, from its first bytes; undefined for what is no sealed file. */
export function writeIdOf(head: Buffer): string | undefined {
  const isSealed = head.length >= SEALED_HEADER_BYTES && head.subarray(0, MAGIC.length).equals(MAGIC);
  return isSealed ? toUuid(head.subarray(MAGIC.length, SEALED_HEADER_BYTES)) : undefined;
}

/** How many bytes a sealed file holds, from how many it takes. */
export function plainSize(sealedBytes: number): number {
  const body = Math.max(sealedBytes - SEALED_HEADER_BYTES, 0);
  return Math.max(body - Math.ceil(body / SEALED_CHUNK_BYTES) * TAG_BYTES, 0);
}

/** Writes sealed what it is given plain, with one chunk in memory. */
export class SealingWriter implements StorageWriter {
  readonly #inner: StorageWriter;
  readonly #file: FileKey;
  readonly #header: Buffer;
  readonly #chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  #chunkBytes = 0;
  #chunks = 0;
  #isBegun = false;

  constructor(inner: StorageWriter, file: FileKey) {
    this.#inner = inner;
    this.#file = file;
    this.#header = headerOf(file.writeId);
  }

  get isPublished(): boolean {
    return this.#inner.isPublished;
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let offset = 0; offset < bytes.length; ) {
      // Only with more to come it is known that a full chunk is not the last.
      if (this.#chunkBytes === CHUNK_BYTES) await this.#flush(false);
      const taken = bytes.subarray(offset, offset + CHUNK_BYTES - this.#chunkBytes);
      this.#chunk.set(taken, this.#chunkBytes);
      this.#chunkBytes += taken.length;
      offset += taken.length;
    }
  }

  async finish(): Promise<void> {
    await this.#flush(true);
    await this.#inner.finish();
  }

  publish(): Promise<void> {
    return this.#inner.publish();
  }

  discard(): Promise<void> {
    return this.#inner.discard();
  }

  async #flush(isLast: boolean): Promise<void> {
    const plain = this.#chunk.subarray(0, this.#chunkBytes);
    const [body, tag] = gcmSeal(this.#file.key, nonce(this.#chunks, isLast), this.#header, plain);
    const begin = this.#isBegun ? [] : [this.#header];
    this.#isBegun = true;
    this.#chunks += 1;
    this.#chunkBytes = 0;
    await this.#inner.write(Buffer.concat([...begin, body, tag]));
  }
}

/** What to read of a sealed file to have a range of its content: whole chunks. */
export function sealedRange(range: ByteRange): ByteRange & { firstChunk: number } {
  const firstChunk = Math.floor(range.first / CHUNK_BYTES);
  const chunks = Math.floor(range.last / CHUNK_BYTES) + 1;
  return {
    first: SEALED_HEADER_BYTES + firstChunk * SEALED_CHUNK_BYTES,
    last: SEALED_HEADER_BYTES + chunks * SEALED_CHUNK_BYTES - 1,
    firstChunk,
  };
}

/**
 * The plain content of sealed chunks, from `firstChunk` on. A chunk is given out when its tag is right, and only then.
 *
 * @param options.isWhole the source goes to the end of the file: where it ends must be the chunk that says so. Of a
 *   range, each chunk stands for itself.
 * @throws what `damaged` makes, at the first chunk that is not as it was written
 */
export async function* openChunks(
  source: AsyncIterable<Buffer>,
  file: FileKey,
  options: { firstChunk: number; isWhole: boolean; damaged: () => Error },
): AsyncGenerator<Buffer> {
  const header = headerOf(file.writeId);
  let chunk = options.firstChunk;
  const open = (sealed: Buffer, isLast: boolean) =>
    gcmOpen(
      file.key,
      nonce(chunk, isLast),
      header,
      sealed.subarray(0, -TAG_BYTES),
      sealed.subarray(-TAG_BYTES),
    );
  for await (const [sealed, isEnd] of cut(source)) {
    if (sealed.length < TAG_BYTES) throw options.damaged();
    const plain = open(sealed, isEnd) ?? (options.isWhole ? undefined : open(sealed, !isEnd));
    if (!plain) throw options.damaged();
    chunk += 1;
    yield plain;
  }
  if (options.isWhole && chunk === options.firstChunk) throw options.damaged();
}

/** Sealed chunks from pieces of any size, each with whether nothing follows. */
async function* cut(source: AsyncIterable<Buffer>): AsyncGenerator<[Buffer, boolean]> {
  let held: Buffer[] = [];
  let heldBytes = 0;
  for await (const piece of source) {
    held.push(piece);
    heldBytes += piece.length;
    if (heldBytes <= SEALED_CHUNK_BYTES) continue;
    const whole = Buffer.concat(held);
    let offset = 0;
    for (; whole.length - offset > SEALED_CHUNK_BYTES; offset += SEALED_CHUNK_BYTES) {
      yield [whole.subarray(offset, offset + SEALED_CHUNK_BYTES), false];
    }
    held = [whole.subarray(offset)];
    heldBytes = whole.length - offset;
  }
  if (heldBytes > 0) yield [Buffer.concat(held), true];
}

/** How much of the first chunk comes before the range. */
export function skipOf(range: ByteRange): number {
  return range.first % CHUNK_BYTES;
}

function nonce(chunk: number, isLast: boolean): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeUInt32BE(chunk, 7);
  bytes[11] = isLast ? 1 : 0;
  return bytes;
}
