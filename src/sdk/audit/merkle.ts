import { type Bytes, concat, isSame } from "../vault/bytes.ts";

/** Hashes of the tree of RFC 6962 by WebCrypto, so that a browser needs to believe nobody. */
const HASH_BYTES = 32;
const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

export async function sha256(bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

export function leafHash(entry: Bytes): Promise<Bytes> {
  return sha256(concat(LEAF, entry));
}

function nodeHash(left: Bytes, right: Bytes): Promise<Bytes> {
  return sha256(concat(NODE, left, right));
}

/** True if the leaf is at this index of the tree with this root (RFC 9162, section 2.1.3.2). */
export async function verifyInclusion(claim: {
  readonly index: number;
  readonly size: number;
  readonly leaf: Bytes;
  readonly path: readonly Bytes[];
  readonly root: Bytes;
}): Promise<boolean> {
  const { index, size, leaf, path, root } = claim;
  if (!isPlace(index) || !isPlace(size) || index >= size || !areHashes([leaf, root, ...path])) return false;
  let [node, last] = [index, size - 1];
  let hash = leaf;
  for (const sibling of path) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      hash = await nodeHash(sibling, hash);
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)];
    } else hash = await nodeHash(hash, sibling);
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && isSame(hash, root);
}

/** True if the tree of `newer` begins with the one of `older` (RFC 9162, section 2.1.4.2). */
export async function verifyConsistency(claim: {
  readonly older: TreeHead;
  readonly newer: TreeHead;
  readonly path: readonly Bytes[];
}): Promise<boolean> {
  const { older, newer, path } = claim;
  // Everything grows from nothing: of an empty tree there is nothing to prove.
  if (!isPlace(older.size) || !isPlace(newer.size) || older.size === 0 || older.size > newer.size)
    return false;
  if (older.size === newer.size) return path.length === 0 && isSame(older.root, newer.root);
  if (!areHashes([older.root, newer.root, ...path])) return false;
  let [node, last] = [older.size - 1, newer.size - 1];
  while (node % 2 === 1) [node, last] = [half(node), half(last)];
  // The older tree is whole when its size is a power of two: then it is itself the first hash.
  const [first, ...siblings] = node === 0 ? [older.root, ...path] : path;
  if (first === undefined || path.length === 0) return false;
  let [before, now] = [first, first];
  for (const sibling of siblings) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      before = await nodeHash(sibling, before);
      now = await nodeHash(sibling, now);
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)];
    } else now = await nodeHash(now, sibling);
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && isSame(before, older.root) && isSame(now, newer.root);
}

export interface TreeHead {
  readonly size: number;
  readonly root: Bytes;
}

function half(n: number): number {
  return Math.floor(n / 2);
}

function isPlace(n: number): boolean {
  return Number.isSafeInteger(n) && n >= 0;
}

function areHashes(hashes: readonly Bytes[]): boolean {
  return hashes.every(({ length }) => length === HASH_BYTES);
}
