import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type pg from "pg";
import { uuidv7 } from "../base/ids.ts";
import type { Keyring } from "../keys/keyring.ts";
import { isolationError } from "./errors.ts";
import { drawFileKey } from "./file-keys.ts";
import { checkRange, openStored } from "./open-stored.ts";
import { SealingWriter } from "./sealed-file.ts";
import type { StorageBody, StorageUsage, StoredFile, TenantStorage } from "./storage.ts";
import type { ByteRange, PendingWrite, StorageDriver, StorageWriter } from "./storage-driver.ts";
import { parseStoragePath, parseStoragePrefix } from "./storage-path.ts";
import { abandonWrite, removeObject, reserve, settleWrite } from "./storage-settle.ts";
import * as store from "./storage-store.ts";
import { checkExpiry, type UrlSigner } from "./storage-url.ts";

export interface BoundStorageOptions {
  readonly tenantId: string;
  readonly storageBytesMax: number | null;
  readonly driver: StorageDriver;
  readonly pool: pg.Pool;
  readonly keyring: Keyring;
  readonly signer: UrlSigner;
  readonly signedUrlBase: string;
  readonly stallTimeoutMs: number;
}

const LIST_DEFAULT = 100;
const LIST_MAX = 1_000;
/** A stream of unknown length reserves in steps, not for each chunk. */
const RESERVE_STEP_BYTES = 8 * 1024 * 1024;
/** How often a slow stream shows that it lives; the sweep waits far longer. */
const TOUCH_MS = 30_000;

export class BoundStorage implements TenantStorage {
  readonly #parts: BoundStorageOptions;

  constructor(options: BoundStorageOptions) {
    this.#parts = options;
  }

  async put(path: string, body: StorageBody, options: { contentType?: string } = {}): Promise<StoredFile> {
    const { tenantId, driver, pool, keyring, storageBytesMax } = this.#parts;
    const target = parseStoragePath(path);
    const contentType = options.contentType ?? null;
    const write: PendingWrite = {
      tenantId,
      writeId: uuidv7(),
      path: target,
      contentType: options.contentType,
    };
    const replaced = Number((await store.find(pool, tenantId, target))?.size_bytes ?? 0);
    const { file, sealedKey } = await drawFileKey(keyring, write);
    const row = store.writePath(write.writeId, target);
    await store.insertWriting(pool, { tenantId, row, contentType, writeId: write.writeId, sealedKey });
    let writer: StorageWriter | undefined;
    try {
      writer = new SealingWriter(await driver.begin(write), file);
      const sizeBytes = await this.#pour(writer, write, body, replaced);
      await writer.finish();
      await settleWrite(pool, writer, write, sizeBytes, storageBytesMax);
      return { path: target, sizeBytes, contentType, updatedAt: new Date() };
    } catch (error) {
      await this.#giveUp(writer, write);
      throw error;
    }
  }

  /** What cannot be undone now, or may have been published, stays for the sweep: it asks the store what is there. */
  async #giveUp(writer: StorageWriter | undefined, write: PendingWrite): Promise<void> {
    try {
      await writer?.discard();
      if (!writer?.isPublished) await abandonWrite(this.#parts.pool, write);
    } catch {
      // The row is still there.
    }
  }

  /** Reserves ahead of what it writes, for what the file is larger than the one it replaces. */
  async #pour(
    writer: StorageWriter,
    write: PendingWrite,
    body: StorageBody,
    replaced: number,
  ): Promise<number> {
    const { pool, storageBytesMax: bytesMax, stallTimeoutMs } = this.#parts;
    const isWhole = typeof body === "string" || body instanceof Uint8Array;
    let [sizeBytes, reserved, touchedMs] = [0, 0, Date.now()];
    for await (const chunk of flowing(isWhole ? [body] : body, write.path, stallTimeoutMs)) {
      const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
      sizeBytes += bytes.length;
      const missing = sizeBytes - replaced - reserved;
      if (missing > 0) {
        const step = isWhole ? missing : Math.max(missing, RESERVE_STEP_BYTES);
        const hasStep = await reserve(pool, write, step, bytesMax);
        if (!hasStep && (step === missing || !(await reserve(pool, write, missing, bytesMax)))) {
          throw isolationError("storage.quota_exceeded", { maxBytes: bytesMax, path: write.path });
        }
        reserved += hasStep ? step : missing;
        touchedMs = Date.now();
      } else if (Date.now() - touchedMs > TOUCH_MS) {
        await reserve(pool, write, 0, bytesMax);
        touchedMs = Date.now();
      }
      await writer.write(bytes);
    }
    return sizeBytes;
  }

  async get(path: string, range?: ByteRange): Promise<Readable> {
    const target = parseStoragePath(path);
    if (range === undefined) return openStored(this.#parts, target);
    const { sizeBytes } = await this.stat(path);
    return openStored(this.#parts, target, checkRange(range, sizeBytes));
  }

  async getBytes(path: string): Promise<Buffer> {
    return buffer(await this.get(path));
  }

  async stat(path: string): Promise<StoredFile> {
    return toFile(await this.#row(path));
  }

  async exists(path: string): Promise<boolean> {
    return (await this.#find(path)) !== undefined;
  }

  async #row(path: string): Promise<store.StoredRow> {
    const row = await this.#find(path);
    if (!row) throw isolationError("storage.not_found", { path });
    return row;
  }

  async #find(path: string): Promise<store.StoredRow | undefined> {
    const row = await store.find(this.#parts.pool, this.#parts.tenantId, parseStoragePath(path));
    return row?.status === "stored" ? row : undefined;
  }

  async list(
    prefix = "",
    options: { cursor?: string | undefined; limit?: number } = {},
  ): Promise<{ files: StoredFile[]; cursor: string | undefined }> {
    const { tenantId, pool } = this.#parts;
    const limit = Math.min(Math.max(Math.trunc(options.limit ?? LIST_DEFAULT) || LIST_DEFAULT, 1), LIST_MAX);
    const after = options.cursor === undefined ? null : fromCursor(options.cursor);
    const rows = await store.listFrom(pool, tenantId, parseStoragePrefix(prefix), after, limit + 1);
    const files = rows.slice(0, limit).map(toFile);
    return { files, cursor: rows.length > limit ? toCursor(files.at(-1)?.path ?? "") : undefined };
  }

  async remove(path: string): Promise<void> {
    await removeObject(this.#parts, this.#parts.tenantId, parseStoragePath(path));
  }

  async copy(from: string, to: string): Promise<StoredFile> {
    const { contentType } = await this.stat(from);
    parseStoragePath(to);
    return this.put(to, await this.get(from), contentType === null ? {} : { contentType });
  }

  async signedUrl(path: string, options: { expiresIn: number }): Promise<string> {
    const { tenantId, driver, signer, signedUrlBase } = this.#parts;
    const expiresInSeconds = checkExpiry(options?.expiresIn);
    const row = await this.#row(path);
    // The store's own URL gives out what lies there: of a sealed file that is of no use.
    if (driver.signUrl && row.write_id === null) return driver.signUrl(tenantId, path, expiresInSeconds);
    return `${signedUrlBase}${signer.sign(tenantId, path, expiresInSeconds)}`;
  }

  async usage(): Promise<StorageUsage> {
    const { tenantId, pool, storageBytesMax } = this.#parts;
    return { ...(await store.usage(pool, tenantId)), bytesMax: storageBytesMax };
  }
}

function toFile(row: store.StoredRow): StoredFile {
  return {
    path: row.path,
    sizeBytes: Number(row.size_bytes),
    contentType: row.content_type,
    updatedAt: row.updated_at,
  };
}

function toCursor(path: string): string {
  return Buffer.from(path).toString("base64url");
}

function fromCursor(cursor: string): string {
  return parseStoragePrefix(Buffer.from(String(cursor), "base64url").toString());
}

/** The chunks of a body; a stream that stands still ends with an error, and any end closes it. */
async function* flowing(
  body: Iterable<Uint8Array | string> | AsyncIterable<Uint8Array | string>,
  path: string,
  stallTimeoutMs: number,
): AsyncGenerator<Uint8Array | string> {
  if (Symbol.iterator in body) {
    yield* body;
    return;
  }
  const chunks = body[Symbol.asyncIterator]();
  let isEnded = false;
  try {
    for (;;) {
      const next = await timely(chunks.next(), path, stallTimeoutMs);
      isEnded = next.done === true;
      if (isEnded) return;
      if (typeof next.value !== "string" && !(next.value instanceof Uint8Array)) {
        throw new TypeError(`Expected a stream of bytes or text for ${path}, got ${typeof next.value}`);
      }
      yield next.value;
    }
  } finally {
    // Not awaited: a stalled source would stall here, too.
    if (!isEnded) {
      (body as Partial<Readable>).destroy?.();
      void chunks.return?.().catch(() => undefined);
    }
  }
}

async function timely<T>(next: Promise<T>, path: string, waitedMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const stalled = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(isolationError("storage.stalled", { path, waitedMs })), waitedMs);
  });
  try {
    return await Promise.race([next, stalled]);
  } finally {
    clearTimeout(timer);
    next.catch(() => undefined);
  }
}
