import type { Readable } from "node:stream";

/**
 * Where bytes lie. A driver knows tenants and checked paths, no quotas and no rows; what it writes is invisible
 * until it is published, and then it is there whole.
 */
export interface StorageDriver {
  begin(write: PendingWrite): Promise<StorageWriter>;
  /**
   * The file, or the part of it that `range` names; a range stands within the file.
   *
   * @throws `storage.not_found`
   */
  read(tenantId: string, path: string, range?: ByteRange): Promise<Readable>;
  /** Undefined when there is no file. */
  size(tenantId: string, path: string): Promise<number | undefined>;
  /** Repeatable. */
  remove(tenantId: string, path: string): Promise<void>;
  /**
   * Removes what a dead writer left unpublished. Repeatable. `isAlone`: no other write to the path is known; a driver
   * that cannot tell the writers of one path apart waits for that.
   */
  sweep(write: PendingWrite, isAlone: boolean): Promise<void>;
  /** Removes all files of the tenant, published or not, and says how many there were. Repeatable. */
  eraseTenant(tenantId: string): Promise<number>;
  countTenant(tenantId: string): Promise<number>;
  /** A URL of the store's own; absent where we serve the files. */
  signUrl?(tenantId: string, path: string, expiresInSeconds: number): Promise<string>;
  close(): Promise<void>;
}

/** Both ends belong to it, as in HTTP (RFC 9110, 14.1.2). */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

export interface PendingWrite {
  readonly tenantId: string;
  readonly writeId: string;
  readonly path: string;
  readonly contentType?: string | undefined;
}

export interface StorageWriter {
  /** The file is in its place, or may be: only the store knows. */
  readonly isPublished: boolean;
  write(bytes: Uint8Array): Promise<void>;
  /** All bytes are with the store, durable and unseen. */
  finish(): Promise<void>;
  /** Puts the file in its place, instead of what was there. Repeatable. */
  publish(): Promise<void>;
  /** Leaves nothing unpublished behind. */
  discard(): Promise<void>;
}
