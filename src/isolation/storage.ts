import type { Readable } from "node:stream";
import type pg from "pg";
import { type Clock, systemClock } from "../base/clock.ts";
import type { RootKey } from "../keys/derive.ts";
import type { Keyring } from "../keys/keyring.ts";
import { isolationError } from "./errors.ts";
import { BoundStorage } from "./storage-bound.ts";
import type { ByteRange, StorageDriver } from "./storage-driver.ts";
import { sweepUnsettled } from "./storage-settle.ts";
import * as store from "./storage-store.ts";
import { type SignedFile, UrlSigner } from "./storage-url.ts";

export type StorageBody = string | Uint8Array | AsyncIterable<Uint8Array | string>;

export interface StoredFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly contentType: string | null;
  readonly updatedAt: Date;
}

export interface StorageUsage {
  /** Stored, and reserved by writes under way. */
  readonly usedBytes: number;
  readonly objects: number;
  /** Null: no limit. */
  readonly bytesMax: number | null;
}

/** The files of one tenant. Paths are relative, such as `mixes/2026/final.wav`; nobody can name another's. */
export interface TenantStorage {
  /**
   * Writes a file, or replaces it whole: readers see the old content until the new is complete and durable.
   *
   * @throws `storage.bad_path`, `storage.quota_exceeded`, `storage.stalled`, `storage.write_lost`
   * @example await ctx.storage.put("mix.wav", request.raw, { contentType: "audio/wav" });
   */
  put(path: string, body: StorageBody, options?: { contentType?: string }): Promise<StoredFile>;
  /**
   * The content of a file, or the part of it that `range` names; both ends belong to it.
   *
   * @throws `storage.not_found`, `storage.bad_range`, `sealed.unreadable`
   */
  get(path: string, range?: ByteRange): Promise<Readable>;
  /** The whole file in memory: for small ones. */
  getBytes(path: string): Promise<Buffer>;
  /** @throws `storage.not_found` */
  stat(path: string): Promise<StoredFile>;
  exists(path: string): Promise<boolean>;
  /** In the order of paths; `cursor` is where the page before ended. Limit 1 to 1000, default 100. */
  list(
    prefix?: string,
    options?: { cursor?: string | undefined; limit?: number },
  ): Promise<{ files: StoredFile[]; cursor: string | undefined }>;
  /** Removing what is not there is no error. */
  remove(path: string): Promise<void>;
  copy(from: string, to: string): Promise<StoredFile>;
  /**
   * A URL that opens the file without a session until `expiresIn` seconds have passed.
   *
   * @throws `storage.not_found`, `storage.bad_expiry`
   */
  signedUrl(path: string, options: { expiresIn: number }): Promise<string>;
  usage(): Promise<StorageUsage>;
}

export interface OpenedFile {
  readonly file: StoredFile;
  readonly tenantId: string;
  /** When the URL that led here ends. */
  readonly expiresAt: Date;
  /**
   * The bytes of `file`, or a part of them.
   *
   * @throws `storage.not_found`, also when the file was replaced meanwhile: its size and type are not those of `file`
   */
  read(range?: ByteRange): Promise<Readable>;
}

export interface ObjectStorageOptions {
  readonly driver: StorageDriver;
  /** Control database, as its administrator. */
  readonly pool: pg.Pool;
  readonly rootKey: RootKey;
  /** Files are sealed, each with a key of its own under the tenant's. */
  readonly keyring: Keyring;
  /** What stands before the token in a signed URL, such as `https://api.example.com/v1/files/`. */
  readonly signedUrlBase: string;
  readonly clock?: Clock;
  /** A stream that gives nothing for so long ends its write. Default one minute. */
  readonly stallTimeoutMs?: number;
}

export interface StorageRemains {
  /** Rows in the control database. */
  readonly rows: number;
  /** Files, published or not. */
  readonly files: number;
}

/** A write touches its row at least every stall timeout; one that did not for so long belongs to a dead process. */
const STALE_AFTER_MS = 15 * 60_000;
const ERASE_ROWS = 5_000;
const STALL_TIMEOUT_MS = 60_000;

/** The platform's side of storage: makes what `ctx.storage` is, sweeps after crashes, erases tenants. */
export class ObjectStorage {
  readonly #options: ObjectStorageOptions;
  readonly #signer: UrlSigner;

  constructor(options: ObjectStorageOptions) {
    this.#options = options;
    this.#signer = new UrlSigner(options.rootKey, options.clock ?? systemClock);
  }

  /** @param tenant.storageBytesMax the tenant's limit `maxStorageGb` in bytes; null for none. */
  bind(tenant: { tenantId: string; storageBytesMax: number | null }): TenantStorage {
    const { driver, pool, keyring, signedUrlBase, stallTimeoutMs = STALL_TIMEOUT_MS } = this.#options;
    const signer = this.#signer;
    return new BoundStorage({ ...tenant, driver, pool, keyring, signer, signedUrlBase, stallTimeoutMs });
  }

  /** @throws `storage.signature_invalid` */
  verifySignedUrl(token: string): SignedFile {
    return this.#signer.verify(token);
  }

  /**
   * What a signed URL leads to. The route that serves it sends `content-disposition: attachment` and `nosniff`, as
   * the file is a stranger's, and asks the tenant's status first.
   *
   * @throws `storage.signature_invalid`, `storage.not_found`
   */
  async openSignedUrl(token: string): Promise<OpenedFile> {
    const { tenantId, path, expiresAt } = this.#signer.verify(token);
    const bound = this.bind({ tenantId, storageBytesMax: null });
    const file = await bound.stat(path);
    const read = async (range?: ByteRange) => {
      const stream = await bound.get(path, range);
      const now = await bound.stat(path).catch((error: unknown) => {
        stream.destroy();
        throw error;
      });
      if (now.updatedAt.getTime() === file.updatedAt.getTime() && now.sizeBytes === file.sizeBytes)
        return stream;
      stream.destroy();
      throw isolationError("storage.not_found", { path });
    };
    return { file, tenantId, expiresAt, read };
  }

  /**
   * Settles what crashed writes and removals left behind; safe beside running ones, and repeatable.
   *
   * @returns how many were settled
   */
  async sweepStorage(options: { staleAfterMs?: number } = {}): Promise<number> {
    const { driver, pool } = this.#options;
    return sweepUnsettled({ driver, pool }, options.staleAfterMs ?? STALE_AFTER_MS);
  }

  /** Removes all files of the tenant, then all rows: after a crash the rows still tell that work is left. */
  async eraseTenant(tenantId: string): Promise<StorageRemains> {
    const { driver, pool } = this.#options;
    const files = await driver.eraseTenant(tenantId);
    let rows = 0;
    for (let batch = -1; batch !== 0; rows += batch)
      batch = await store.deleteBatch(pool, tenantId, ERASE_ROWS);
    await store.forgetUsage(pool, tenantId);
    return { rows, files };
  }

  /** What is left of the tenant: the proof of its erasure. */
  async countTenantObjects(tenantId: string): Promise<StorageRemains> {
    const { driver, pool } = this.#options;
    const [rows, files] = [await store.countLeft(pool, tenantId), await driver.countTenant(tenantId)];
    return { rows, files };
  }

  async close(): Promise<void> {
    await this.#options.driver.close();
  }
}
