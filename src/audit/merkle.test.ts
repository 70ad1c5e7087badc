import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import {
  consistencyProof,
  EMPTY_ROOT,
  inclusionProof,
  leafHash,
  type NodeReader,
  nodeHash,
  rootHash,
  verifyConsistency,
  verifyInclusion,
} from "./merkle.ts";

const VECTORS = fileURLToPath(new URL("../../../shared/data/rfc6962/testdata.tar.gz", import.meta.url));
const skip = existsSync(VECTORS) ? false : "the vectors are not at ../shared/data";

interface Inclusion {
  leafIdx: number;
  treeSize: number;
  root: string;
  leafHash: string;
  proof: string[] | null;
  wantErr: boolean;
}
interface Consistency {
  size1: number;
  size2: number;
  root1: string;
  root2: string;
  proof: string[] | null;
  wantErr: boolean;
}

function vectors<T>(kind: string): { name: string; vector: T }[] {
  const dir = mkdtempSync(join(tmpdir(), "tenancy-rfc6962-"));
  try {
    execFileSync("tar", ["xzf", VECTORS, "-C", dir]);
    const root = join(dir, "testdata", kind);
    return readdirSync(root, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".json"))
      .map((name) => ({ name, vector: JSON.parse(readFileSync(join(root, name), "utf8")) as T }));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const bytes = (text: string | null) => Buffer.from(text ?? "", "base64");

test("every inclusion proof of the published vectors is judged as it should be", { skip }, () => {
  const all = vectors<Inclusion>("inclusion");
  let refused = 0;
  for (const { name, vector } of all) {
    const isGood = verifyInclusion({
      index: vector.leafIdx,
      size: vector.treeSize,
      leaf: bytes(vector.leafHash),
      root: bytes(vector.root),
      proof: (vector.proof ?? []).map(bytes),
    });
    assert.equal(isGood, !vector.wantErr, name);
    if (!isGood) refused += 1;
  }
  assert.ok(all.length > 80 && refused > 50, `${all.length} vectors, ${refused} refused`);
});

test("every consistency proof of the published vectors is judged as it should be", { skip }, () => {
  const all = vectors<Consistency>("consistency");
  let refused = 0;
  for (const { name, vector } of all) {
    const isGood = verifyConsistency({
      size1: vector.size1,
      size2: vector.size2,
      root1: bytes(vector.root1),
      root2: bytes(vector.root2),
      proof: (vector.proof ?? []).map(bytes),
    });
    assert.equal(isGood, !vector.wantErr, name);
    if (!isGood) refused += 1;
  }
  assert.ok(all.length > 50 && refused > 30, `${all.length} vectors, ${refused} refused`);
});

/** The tree as RFC 6962 defines it, word for word. */
function definedRoot(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return EMPTY_ROOT;
  if (leaves.length === 1) return leaves[0] as Buffer;
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return nodeHash(definedRoot(leaves.slice(0, k)), definedRoot(leaves.slice(k)));
}

const leaves = Array.from({ length: 70 }, (_, i) => leafHash(Buffer.from(`entry ${i}`)));
const read: NodeReader = (level, index) =>
  definedRoot(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level));

test("roots and proofs of every tree up to 70 leaves hold, and none holds for another leaf or tree", () => {
  for (let size = 1; size <= leaves.length; size++) {
    const root = definedRoot(leaves.slice(0, size));
    assert.deepEqual(rootHash(read, size), root);
    for (let index = 0; index < size; index++) {
      const proof = inclusionProof(read, index, size);
      const leaf = leaves[index] as Buffer;
      assert.ok(verifyInclusion({ index, size, leaf, proof, root }));
      const other = leaves[(index + 1) % leaves.length] as Buffer;
      assert.ok(!verifyInclusion({ index, size, leaf: other, proof, root }));
    }
    for (let size1 = 1; size1 <= size; size1++) {
      const proof = consistencyProof(read, size1, size);
      const root1 = rootHash(read, size1);
      assert.ok(verifyConsistency({ size1, size2: size, root1, root2: root, proof }), `${size1} in ${size}`);
      if (size1 < size)
        assert.ok(!verifyConsistency({ size1, size2: size, root1: root, root2: root, proof }));
    }
  }
});

test("a proof with any bit changed holds no more", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 70 }).chain((size) =>
        fc.record({
          size: fc.constant(size),
          index: fc.nat(size - 1),
          part: fc.nat(20),
          bit: fc.nat(255),
        }),
      ),
      ({ size, index, part, bit }) => {
        const proof = inclusionProof(read, index, size).map((hash) => Buffer.from(hash));
        const changed = proof[part % proof.length] as Buffer;
        changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));

        assert.ok(
          !verifyInclusion({
            index,
            size,
            leaf: leaves[index] as Buffer,
            proof,
            root: rootHash(read, size),
          }),
        );
      },
    ),
  );
});
