import { type Bytes, concat, isSame, toUtf8 } from "../vault/bytes.ts";
import { fromBase64 } from "./base64.ts";
import { sha256, type TreeHead } from "./merkle.ts";

/** Signed notes and checkpoints (c2sp.org/signed-note, tlog-checkpoint, tlog-cosignature), as a reader needs them. */
const TYPES: Readonly<Record<number, "log" | "witness">> = { 1: "log", 4: "witness" };
const NOTE_CHARACTERS_MAX = 64 * 1024;
const TIME_BYTES = 8;

export interface VerifierKey {
  readonly name: string;
  readonly type: "log" | "witness";
  readonly id: Bytes;
  readonly publicKey: Bytes;
}

export interface Checkpoint extends TreeHead {
  readonly origin: string;
}

/** `name+id+base64(type, public key)`. Undefined for what is no such key. */
export async function parseVerifierKey(text: string): Promise<VerifierKey | undefined> {
  const match = /^([^\s+]{1,200})\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})$/.exec(text);
  const [, name = "", hexId = "", base64 = ""] = match ?? [];
  const typed = match ? fromBase64(base64) : undefined;
  const type = typed?.length === 33 ? TYPES[typed[0] ?? 0] : undefined;
  if (!typed || !type) return undefined;
  const id = (await sha256(concat(toUtf8(`${name}\n`), typed))).slice(0, 4);
  const hex = Array.from(id, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex === hexId ? { name, type, id, publicKey: typed.slice(1) } : undefined;
}

/**
 * The checkpoint of a note that the log's key signed; undefined for one that it did not sign, or whose text is none.
 * Throws where the browser's WebCrypto has no Ed25519.
 */
export async function openCheckpoint(note: string, key: VerifierKey): Promise<Checkpoint | undefined> {
  const lines = key.type === "log" ? signaturesOf(note, key) : [];
  if (lines.length === 0) return undefined;
  const text = textOf(note);
  for (const signature of lines) if (!(await isSigned(key, signature, toUtf8(text)))) return undefined;
  const [origin = "", size = "", root = ""] = text.split("\n");
  const hash = fromBase64(root);
  if (origin !== key.name || !/^(0|[1-9]\d{0,14})$/.test(size) || hash?.length !== 32) return undefined;
  return { origin, size: Number(size), root: hash };
}

/** When a witness saw the checkpoint; undefined if its cosignature is not there or not good. */
export async function cosignedAt(note: string, witness: VerifierKey): Promise<Date | undefined> {
  const [line] = witness.type === "witness" ? signaturesOf(note, witness) : [];
  if (line?.length !== TIME_BYTES + 64) return undefined;
  const seconds = new DataView(line.buffer, line.byteOffset).getBigUint64(0);
  const message = toUtf8(`cosignature/v1\ntime ${seconds}\n${textOf(note)}`);
  return (await isSigned(witness, line.slice(TIME_BYTES), message))
    ? new Date(Number(seconds) * 1_000)
    : undefined;
}

/** What is signed: all before the blank line, with its last newline. */
function textOf(note: string): string {
  return note.slice(0, note.lastIndexOf("\n\n") + 1);
}

/** The signatures in the note that say they are of this key. */
function signaturesOf(note: string, { name, id }: VerifierKey): Bytes[] {
  const at = note.lastIndexOf("\n\n");
  if (at < 0 || !note.endsWith("\n") || note.length > NOTE_CHARACTERS_MAX || !note.isWellFormed()) return [];
  return note
    .slice(at + 2, -1)
    .split("\n")
    .flatMap((line) => {
      const match = /^— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/u.exec(line);
      const bytes = match?.[1] === name ? fromBase64(match[2] ?? "") : undefined;
      return bytes && isSame(bytes.slice(0, 4), id) ? [bytes.slice(4)] : [];
    });
}

async function isSigned({ publicKey }: VerifierKey, signature: Bytes, message: Bytes): Promise<boolean> {
  const key = await crypto.subtle.importKey("raw", publicKey, "Ed25519", false, ["verify"]);
  return crypto.subtle.verify("Ed25519", key, signature, message);
}
