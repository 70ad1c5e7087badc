import type { components } from "../types.gen.ts";
import { type Bytes, isSame, toUtf8 } from "../vault/bytes.ts";
import { fromBase64 } from "./base64.ts";
import { leafHash, sha256, verifyConsistency, verifyInclusion } from "./merkle.ts";
import { type Checkpoint, openCheckpoint, parseVerifierKey } from "./note.ts";

/** As `GET …/audit/records/{id}/proof` answers it. */
export type RecordProof = components["schemas"]["AuditProof"];

/**
 * What does not hold. `key`: the log's key is not one, or not the one that was expected. `checkpoint`: it is not signed
 * by that key. `body`: the record's bytes are not those that were hashed. `leaf`: its place in the chain is not the one
 * that was hashed. `path`: what was hashed is not in the tree.
 */
export type ProofFault = "key" | "checkpoint" | "body" | "leaf" | "path";

export type ProofVerdict =
  | {
      readonly isProved: true;
      readonly checkpoint: Checkpoint;
      /** False: retention removed the record, and its hash alone is proved. */
      readonly hasBody: boolean;
    }
  | { readonly isProved: false; readonly fault: ProofFault };

/**
 * Whether a record is in the log, by the log's key alone: nothing is believed of the server that answered the proof.
 * Runs in browsers and in Node. Throws where WebCrypto is missing (a page over plain HTTP) or has no Ed25519.
 *
 * @param key The log's verifier key as you got it from elsewhere; default: the one in the proof.
 * @example
 * const { data } = await api.GET("/v1/audit/records/{id}/proof", { params: { path: { id } } });
 * const verdict = await verifyRecordProof(data, process.env.TENANCY_LOG_KEY);
 */
export async function verifyRecordProof(proof: RecordProof, key = proof.key): Promise<ProofVerdict> {
  const verifier = await parseVerifierKey(key);
  if (!verifier || key !== proof.key) return faulty("key");
  const checkpoint = await openCheckpoint(proof.checkpoint, verifier);
  if (!checkpoint) return faulty("checkpoint");
  const { body, bodyHash, leaf, previous, chain, seq, index } = proof;
  const hashes = allBytes([bodyHash, leaf, previous, ...proof.path]);
  if (!hashes) return faulty("leaf");
  const [hashOfBody, hashOfLeaf, , ...path] = hashes as [Bytes, Bytes, Bytes, ...Bytes[]]; // three and the path
  if (body !== null && !isSame(await sha256(toUtf8(body)), hashOfBody)) return faulty("body");
  const entry = `tenancy-audit-leaf/1\n${chain}\n${seq}\n${previous}\n${bodyHash}\n`;
  if (!isSame(await leafHash(toUtf8(entry)), hashOfLeaf)) return faulty("leaf");
  const { size, root } = checkpoint;
  if (!(await verifyInclusion({ index, size, root, leaf: hashOfLeaf, path }))) return faulty("path");
  return { isProved: true, checkpoint, hasBody: body !== null };
}

/** Whether the log only grew between two of its checkpoints, by the path of `GET …/audit/consistency`. */
export async function verifyGrowth(older: Checkpoint, newer: Checkpoint, path: readonly string[]) {
  const hashes = allBytes(path);
  return hashes !== undefined && (await verifyConsistency({ older, newer, path: hashes }));
}

function faulty(fault: ProofFault): ProofVerdict {
  return { isProved: false, fault };
}

function allBytes(texts: readonly string[]): Bytes[] | undefined {
  const all = texts.map(fromBase64);
  return all.some((bytes) => bytes === undefined) ? undefined : (all as Bytes[]); // none is undefined
}
