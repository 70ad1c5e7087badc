import type pg from "pg";
import { exec, many, maybe } from "../db/sql.ts";
import { withTx } from "../db/tx.ts";
import { auditError } from "./errors.ts";
import { findCheckpoint } from "./log-store.ts";
import { type NoteSigner, parseCheckpoint, parseNote, parseVkey, verifyNote } from "./note.ts";
import { type Actor, recordEvent } from "./record.ts";
import { insertCosignature, insertWitness, listWitnesses } from "./search-store.ts";

export interface Witness {
  readonly name: string;
  readonly key: string;
  readonly addedAt: Date;
}

export async function readWitnesses(pool: pg.Pool): Promise<Witness[]> {
  const rows = await many(pool, listWitnesses);
  return rows.map((row) => ({ name: row.name, key: row.key, addedAt: row.added_at }));
}

/** Lets a witness cosign. Throws audit.bad_witness_key. */
export async function addWitness(pool: pg.Pool, key: string, by: Actor): Promise<void> {
  const verifier = parseVkey(key);
  if (verifier?.type !== "witness") throw auditError("audit.bad_witness_key");
  await withTx(pool, async (tx) => {
    await exec(tx, insertWitness, [verifier.name, key]);
    await recordEvent(tx, by, "audit.witness_added", null, { name: verifier.name, key });
  });
}

/**
 * Keeps a witness' cosignature of a checkpoint: the note as the witness sends it back. It is verified against the
 * configured key and against the checkpoint that we signed. Throws audit.bad_cosignature.
 */
export async function addCosignature(
  pool: pg.Pool,
  signer: NoteSigner,
  text: string,
  by: Actor,
): Promise<{ size: number; witnesses: readonly string[] }> {
  const note = parseNote(text);
  const checkpoint = note && parseCheckpoint(note.text);
  const own = checkpoint && (await maybe(pool, findCheckpoint, [checkpoint.size]));
  if (!note || !own || checkpoint.origin !== signer.name || parseNote(own.note)?.text !== note.text) {
    throw auditError("audit.bad_cosignature");
  }
  const good: { name: string; line: string; atS: number }[] = [];
  for (const witness of await readWitnesses(pool)) {
    const verifier = parseVkey(witness.key);
    const found = verifier && verifyNote(note, verifier);
    if (found?.atS != null) good.push({ name: witness.name, line: found.line, atS: found.atS });
  }
  if (good.length === 0) throw auditError("audit.bad_cosignature");
  const names = good.map(({ name }) => name);
  await withTx(pool, async (tx) => {
    for (const { name, line, atS } of good)
      await exec(tx, insertCosignature, [checkpoint.size, name, line, atS]);
    await recordEvent(tx, by, "audit.checkpoint_cosigned", null, { size: checkpoint.size, witnesses: names });
  });
  return { size: checkpoint.size, witnesses: names };
}
