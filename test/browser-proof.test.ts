import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { leafEntry, NO_LEAF, PLATFORM_CHAIN } from "../src/audit/leaf.ts";
import * as house from "../src/audit/merkle.ts";
import { cosign, noteSigner, signCheckpoint, toVkey } from "../src/audit/note.ts";
import { verifyConsistency, verifyInclusion } from "../src/sdk/audit/merkle.ts";
import { cosignedAt, openCheckpoint, parseVerifierKey } from "../src/sdk/audit/note.ts";
import { type RecordProof, verifyGrowth, verifyRecordProof } from "../src/sdk/audit/record-proof.ts";
import type { Bytes } from "../src/sdk/vault/bytes.ts";

const VECTORS = fileURLToPath(new URL("../../shared/data/rfc6962/testdata.tar.gz", import.meta.url));
const skip = existsSync(VECTORS) ? false : "the vectors are not at ../shared/data";
const SIGNER = noteSigner("log.example.com", Buffer.alloc(32, 7));
const WITNESS = noteSigner("witness.example.com", Buffer.alloc(32, 8), "witness");
const bytes = (text: string | null): Bytes => Uint8Array.from(Buffer.from(text ?? "", "base64"));

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

test("the browser judges every published inclusion proof as it should be", { skip }, async () => {
  const all = vectors<Inclusion>("inclusion");
  for (const { name, vector } of all) {
    const isGood = await verifyInclusion({
      index: vector.leafIdx,
      size: vector.treeSize,
      leaf: bytes(vector.leafHash),
      root: bytes(vector.root),
      path: (vector.proof ?? []).map(bytes),
    });
    assert.equal(isGood, !vector.wantErr, name);
  }
  assert.ok(all.length > 80);
});

test("the browser judges every published consistency proof as it should be", { skip }, async () => {
  const all = vectors<Consistency>("consistency");
  for (const { name, vector } of all) {
    const isGood = await verifyConsistency({
      older: { size: vector.size1, root: bytes(vector.root1) },
      newer: { size: vector.size2, root: bytes(vector.root2) },
      path: (vector.proof ?? []).map(bytes),
    });
    assert.equal(isGood, !vector.wantErr, name);
  }
  assert.ok(all.length > 50);
});

/** A log of so many records, the proof of the one at `index`, as the API answers it. */
function logOf(size: number, index: number) {
  const bodies = Array.from({ length: size }, (_, i) => `{"id":"${i}","action":"é"}`);
  const leaves: Buffer[] = [];
  const entries: { previous: Buffer; bodyHash: Buffer; leaf: Buffer }[] = [];
  for (const [i, body] of bodies.entries()) {
    const previous = leaves.at(-1) ?? NO_LEAF;
    const bodyHash = house.sha256(body);
    const leaf = house.leafHash(leafEntry({ chain: PLATFORM_CHAIN, seq: i + 1, previous, bodyHash }));
    leaves.push(leaf);
    entries.push({ previous, bodyHash, leaf });
  }
  const read = (level: number, at: number): Buffer =>
    level === 0
      ? (leaves[at] as Buffer)
      : house.nodeHash(read(level - 1, at * 2), read(level - 1, at * 2 + 1));
  const noteOf = (n: number) =>
    signCheckpoint(SIGNER, { origin: SIGNER.name, size: n, root: house.rootHash(read, n) });
  const { previous, bodyHash, leaf } = entries[index] as (typeof entries)[number];
  const proof: RecordProof = {
    id: "0",
    body: bodies[index] as string,
    chain: PLATFORM_CHAIN,
    seq: index + 1,
    previous: previous.toString("base64"),
    bodyHash: bodyHash.toString("base64"),
    index,
    leaf: leaf.toString("base64"),
    path: house.inclusionProof(read, index, size).map((hash) => hash.toString("base64")),
    checkpoint: noteOf(size),
    signedAt: "2026-11-26T00:00:00.000Z",
    key: toVkey(SIGNER),
    proof: "",
  };
  return { proof, noteOf, grown: (from: number) => house.consistencyProof(read, from, size) };
}

test("a record is proved by the log's key alone, and one whose body retention removed by its hash", async () => {
  const { proof } = logOf(11, 6);

  const whole = await verifyRecordProof(proof, toVkey(SIGNER));
  const pruned = await verifyRecordProof({ ...proof, body: null });

  assert.ok(whole.isProved && whole.hasBody && whole.checkpoint.size === 11);
  assert.ok(pruned.isProved && !pruned.hasBody);
});

test("a changed body, place, path, checkpoint or key is named", async () => {
  const { proof, noteOf } = logOf(11, 6);
  const stranger = noteSigner("log.example.com", Buffer.alloc(32, 9));
  const faultOf = async (changed: Partial<RecordProof>, key?: string) => {
    const verdict = await verifyRecordProof({ ...proof, ...changed }, key);
    return verdict.isProved ? "none" : verdict.fault;
  };

  assert.equal(await faultOf({ body: proof.body?.replace("é", "e") }), "body");
  assert.equal(await faultOf({ seq: 8 }), "leaf");
  assert.equal(await faultOf({ previous: proof.leaf }), "leaf");
  assert.equal(await faultOf({ index: 5 }), "path");
  assert.equal(await faultOf({ path: proof.path.slice(1) }), "path");
  assert.equal(await faultOf({ path: ["?"] }), "leaf");
  assert.equal(await faultOf({ checkpoint: noteOf(10) }), "path");
  assert.equal(await faultOf({ checkpoint: proof.checkpoint.replace("\n11\n", "\n12\n") }), "checkpoint");
  assert.equal(await faultOf({ key: toVkey(stranger) }), "checkpoint");
  assert.equal(await faultOf({}, toVkey(stranger)), "key");
  assert.equal(await faultOf({ key: "nothing" }), "key");
});

test("growth between two checkpoints is proved, and a rewritten history is not", async () => {
  const { proof, noteOf, grown } = logOf(11, 0);
  const key = await parseVerifierKey(proof.key);
  assert.ok(key);
  const [older, newer] = [await openCheckpoint(noteOf(4), key), await openCheckpoint(noteOf(11), key)];
  assert.ok(older && newer);
  const path = grown(4).map((hash) => hash.toString("base64"));

  assert.equal(await verifyGrowth(older, newer, path), true);
  assert.equal(await verifyGrowth({ ...older, root: newer.root }, newer, path), false);
  assert.equal(await verifyGrowth(older, newer, path.slice(1)), false);
});

test("a witness' cosignature says when it saw the checkpoint; another's and a moved time do not", async () => {
  const { noteOf } = logOf(3, 0);
  const note = noteOf(3);
  const text = note.slice(0, note.lastIndexOf("\n\n") + 1);
  const cosigned = `${note}${cosign(WITNESS, text, 1_764_000_000)}\n`;
  const witness = await parseVerifierKey(toVkey(WITNESS));
  const stranger = await parseVerifierKey(
    toVkey(noteSigner("witness.example.com", Buffer.alloc(32, 1), "witness")),
  );
  assert.ok(witness && stranger);

  assert.equal((await cosignedAt(cosigned, witness))?.toISOString(), "2025-11-24T16:00:00.000Z");
  assert.equal(await cosignedAt(note, witness), undefined);
  assert.equal(await cosignedAt(cosigned, stranger), undefined);
  assert.equal(await cosignedAt(cosigned.replace("\n3\n", "\n4\n"), witness), undefined);
});
