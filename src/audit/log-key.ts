import { randomBytes } from "node:crypto";
import type pg from "pg";
import { exec, maybe, one } from "../db/sql.ts";
import type { Tx } from "../db/tx.ts";
import { findLog, insertLog, resealLog } from "./log-store.ts";
import { type NoteSigner, noteSigner } from "./note.ts";

/** What seals the key; the installation's root key does. */
export interface Sealing {
  seal(context: string, secret: string): Buffer;
  open(context: string, sealed: Buffer): string;
}

const CONTEXT = "audit-log-key";

/** The log's key and name: drawn at the first start, the same ever after, whichever process asks. */
export async function openLogKey(
  pool: pg.Pool,
  sealing: Sealing,
  installationId: string,
): Promise<{ readonly signer: NoteSigner; readonly seed: Buffer }> {
  const origin = `tenancy.log/${installationId}`;
  const seed = randomBytes(32);
  const drawn = noteSigner(origin, seed);
  await exec(pool, insertLog, [origin, sealing.seal(CONTEXT, seed.toString("base64")), drawn.publicKey]);
  const row = await one(pool, findLog);
  const own = Buffer.from(sealing.open(CONTEXT, row.sealed_key), "base64");
  return { signer: noteSigner(row.origin, own), seed: own };
}

/** After a change of the root key. */
export async function resealLogKey(tx: Tx, former: Sealing, sealing: Sealing): Promise<void> {
  const row = await maybe(tx, findLog);
  if (row) await exec(tx, resealLog, [sealing.seal(CONTEXT, former.open(CONTEXT, row.sealed_key))]);
}
