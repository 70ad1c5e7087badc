import { HASH_BYTES, leafHash } from "./merkle.ts";

/** The chain of the platform's own records, which belong to no tenant. */
export const PLATFORM_CHAIN = "00000000-0000-0000-0000-000000000000";

/** What stands before the first leaf of a chain. */
export const NO_LEAF: Buffer = Buffer.alloc(HASH_BYTES);

export interface LeafInput {
  /** The tenant's id, or PLATFORM_CHAIN. */
  readonly chain: string;
  /** From 1, without a gap. */
  readonly seq: number;
  /** Leaf hash of the one before in this chain. */
  readonly previous: Uint8Array;
  /** SHA-256 of the record's body as it is stored. */
  readonly bodyHash: Uint8Array;
}

/**
 * The entry of the tree that stands for a record. It holds the body's hash, not the body: so a chain can still be
 * verified where a record was removed by retention, or is not shown. (A body holds a random id, so nobody finds it
 * out by trying.)
 */
export function leafEntry({ chain, seq, previous, bodyHash }: LeafInput): Buffer {
  return Buffer.from(
    `tenancy-audit-leaf/1\n${chain}\n${seq}\n${base64(previous)}\n${base64(bodyHash)}\n`,
    "latin1",
  );
}

export function leafOf(input: LeafInput): Buffer {
  return leafHash(leafEntry(input));
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}
