import { hash } from "node:crypto";

/**
 * The Merkle tree of RFC 6962, section 2.1: leaves are SHA-256(0x00 ‖ entry), nodes SHA-256(0x01 ‖ left ‖ right).
 * Hashes are Buffers of 32 bytes; indexes and sizes are whole numbers below 2^53.
 */
export const HASH_BYTES = 32;
export const EMPTY_ROOT = hash("sha256", "", "buffer");

export function sha256(bytes: Uint8Array | string): Buffer {
  return hash("sha256", bytes, "buffer");
}

export function leafHash(entry: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(entry.length + 1);
  bytes[0] = 0;
  bytes.set(entry, 1);
  return sha256(bytes);
}

export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(1 + 2 * HASH_BYTES);
  bytes[0] = 1;
  bytes.set(left, 1);
  bytes.set(right, 1 + HASH_BYTES);
  return sha256(bytes);
}

/** The hash of the complete subtree of 2^level leaves whose first leaf is index · 2^level. */
export type NodeReader = (level: number, index: number) => Buffer;

/** Complete subtrees that together are the range [start, end), from left to right; start must be aligned to them. */
function decompose(start: number, end: number): { level: number; index: number }[] {
  const parts: { level: number; index: number }[] = [];
  let at = start;
  while (at < end) {
    let level = 0;
    while (at % 2 ** (level + 1) === 0 && at + 2 ** (level + 1) <= end) level += 1;
    parts.push({ level, index: at / 2 ** level });
    at += 2 ** level;
  }
  return parts;
}

/** MTH(D[start:end]) where the range is one that RFC 6962 splits into. */
function rangeHash(read: NodeReader, start: number, end: number): Buffer {
  const parts = decompose(start, end);
  let hash: Buffer | undefined;
  for (const { level, index } of parts.reverse()) {
    const left = read(level, index);
    hash = hash === undefined ? left : nodeHash(left, hash);
  }
  return hash ?? EMPTY_ROOT;
}

export function rootHash(read: NodeReader, size: number): Buffer {
  return rangeHash(read, 0, size);
}

/** The largest power of two below n, for n > 1. */
function splitOf(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

/** PATH(index, D[0:size]) of RFC 6962, section 2.1.1, from the leaf's sibling upwards. */
export function inclusionProof(read: NodeReader, index: number, size: number): Buffer[] {
  if (index < 0 || index >= size) throw new RangeError(`There is no leaf ${index} in a tree of ${size}.`);
  const proof: Buffer[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = start + splitOf(end - start);
    if (index < middle) {
      proof.push(rangeHash(read, middle, end));
      end = middle;
    } else {
      proof.push(rangeHash(read, start, middle));
      start = middle;
    }
  }
  return proof.reverse();
}

/** PROOF(size1, D[0:size2]) of RFC 6962, section 2.1.2. */
export function consistencyProof(read: NodeReader, size1: number, size2: number): Buffer[] {
  if (size1 < 0 || size1 > size2) throw new RangeError(`A tree of ${size2} does not grow from ${size1}.`);
  if (size1 === 0 || size1 === size2) return [];
  const proof: Buffer[] = [];
  let [start, end] = [0, size2];
  let isWhole = true;
  while (end !== size1) {
    const middle = start + splitOf(end - start);
    if (size1 <= middle) {
      proof.push(rangeHash(read, middle, end));
      end = middle;
    } else {
      proof.push(rangeHash(read, start, middle));
      start = middle;
      isWhole = false;
    }
  }
  if (!isWhole) proof.push(rangeHash(read, start, end));
  return proof.reverse();
}

/** True if the leaf is at this index of the tree with this root (RFC 9162, section 2.1.3.2). */
export function verifyInclusion(claim: {
  readonly index: number;
  readonly size: number;
  readonly leaf: Uint8Array;
  readonly proof: readonly Uint8Array[];
  readonly root: Uint8Array;
}): boolean {
  const { index, size, leaf, proof, root } = claim;
  if (!isPlace(index) || !isPlace(size) || index >= size || !areHashes([leaf, root, ...proof])) return false;
  let [node, last] = [index, size - 1];
  let hash: Uint8Array = leaf;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(sibling, hash);
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)];
    } else hash = nodeHash(hash, sibling);
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && equal(hash, root);
}

/** True if the tree of size2 begins with the one of size1 (RFC 9162, section 2.1.4.2). */
export function verifyConsistency(claim: {
  readonly size1: number;
  readonly size2: number;
  readonly root1: Uint8Array;
  readonly root2: Uint8Array;
  readonly proof: readonly Uint8Array[];
}): boolean {
  const { size1, size2, root1, root2, proof } = claim;
  // Everything grows from nothing: of an empty tree there is nothing to prove.
  if (!isPlace(size1) || !isPlace(size2) || size1 === 0 || size1 > size2) return false;
  if (size1 === size2) return proof.length === 0 && equal(root1, root2);
  if (!areHashes([root1, root2, ...proof])) return false;
  const isPower = Number.isInteger(Math.log2(size1)) && 2 ** Math.round(Math.log2(size1)) === size1;
  const path = isPower ? [root1, ...proof] : proof;
  const [first, ...siblings] = path;
  if (first === undefined || proof.length === 0) return false;
  let [node, last] = [size1 - 1, size2 - 1];
  while (node % 2 === 1) [node, last] = [half(node), half(last)];
  let [old, now]: [Uint8Array, Uint8Array] = [first, first];
  for (const sibling of siblings) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      old = nodeHash(sibling, old);
      now = nodeHash(sibling, now);
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)];
    } else now = nodeHash(now, sibling);
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && equal(old, root1) && equal(now, root2);
}

function half(n: number): number {
  return Math.floor(n / 2);
}

function isPlace(n: number): boolean {
  return Number.isSafeInteger(n) && n >= 0;
}

function areHashes(hashes: readonly Uint8Array[]): boolean {
  return hashes.every((each) => each.length === HASH_BYTES);
}

export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
