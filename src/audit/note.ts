import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { sha256 } from "./merkle.ts";

/**
 * Signed notes (c2sp.org/signed-note), checkpoints (c2sp.org/tlog-checkpoint) and cosignatures of witnesses
 * (c2sp.org/tlog-cosignature), with Ed25519.
 */
export type NoteKeyType = "log" | "witness";
const TYPE_BYTES = { log: 1, witness: 4 } as const;
const PKCS8_HEAD = Buffer.from("302e020100300506032b657004220420", "hex");
const SPKI_HEAD = Buffer.from("302a300506032b6570032100", "hex");
const SIGNATURES_MAX = 64;
const NOTE_CHARACTERS_MAX = 64 * 1024;

export interface NoteVerifier {
  readonly name: string;
  readonly type: NoteKeyType;
  /** First four bytes of SHA-256(name, newline, type, public key). */
  readonly id: Buffer;
  readonly publicKey: Buffer;
  readonly key: KeyObject;
}

export interface NoteSigner extends NoteVerifier {
  readonly privateKey: KeyObject;
}

/** @param seed 32 random bytes: the private key as RFC 8032 has it. */
export function noteSigner(name: string, seed: Buffer, type: NoteKeyType = "log"): NoteSigner {
  const privateKey = createPrivateKey({
    key: Buffer.concat([PKCS8_HEAD, seed]),
    format: "der",
    type: "pkcs8",
  });
  const publicKey = createPublicKey(privateKey).export({ format: "der", type: "spki" }).subarray(-32);
  return { ...noteVerifier(name, publicKey, type), privateKey };
}

function noteVerifier(name: string, publicKey: Buffer, type: NoteKeyType): NoteVerifier {
  const typed = Buffer.concat([Buffer.from([TYPE_BYTES[type]]), publicKey]);
  const id = sha256(Buffer.concat([Buffer.from(`${name}\n`), typed])).subarray(0, 4);
  const key = createPublicKey({
    key: Buffer.concat([SPKI_HEAD, publicKey]),
    format: "der",
    type: "spki",
  });
  return { name, type, id, publicKey, key };
}

/** The verifier key as text: `name+id+base64(type, public key)`. */
export function toVkey({ name, type, id, publicKey }: NoteVerifier): string {
  const typed = Buffer.concat([Buffer.from([TYPE_BYTES[type]]), publicKey]);
  return `${name}+${id.toString("hex")}+${typed.toString("base64")}`;
}

/** Undefined for what is no verifier key of a kind that is known here. */
export function parseVkey(text: string): NoteVerifier | undefined {
  const match = /^([^\s+]{1,200})\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})$/.exec(text);
  if (!match) return undefined;
  const [, name = "", id = "", base64 = ""] = match;
  const typed = Buffer.from(base64, "base64");
  if (typed.length !== 33 || typed.toString("base64") !== base64) return undefined;
  const type = typed[0] === 1 ? "log" : typed[0] === 4 ? "witness" : undefined;
  if (!type) return undefined;
  const made = noteVerifier(name, typed.subarray(1), type);
  return made.id.toString("hex") === id ? made : undefined;
}

export interface SignatureLine {
  readonly name: string;
  readonly id: Buffer;
  readonly signature: Buffer;
  readonly line: string;
}

export interface ParsedNote {
  /** With its last newline: what is signed. */
  readonly text: string;
  readonly signatures: readonly SignatureLine[];
}

/** Undefined for what is no note. Nothing is verified yet. */
export function parseNote(note: string): ParsedNote | undefined {
  if (note.length > NOTE_CHARACTERS_MAX || !note.isWellFormed()) return undefined;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a note must not have them
  if (/[\u0000-\u0009\u000b-\u001f]/.test(note)) return undefined;
  const at = note.lastIndexOf("\n\n");
  if (at < 0 || !note.endsWith("\n")) return undefined;
  const signatures: SignatureLine[] = [];
  for (const line of note.slice(at + 2, -1).split("\n")) {
    const parsed = parseSignatureLine(line);
    if (!parsed || signatures.length === SIGNATURES_MAX) return undefined;
    signatures.push(parsed);
  }
  return { text: note.slice(0, at + 1), signatures };
}

function parseSignatureLine(line: string): SignatureLine | undefined {
  const match = /^— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/u.exec(line);
  if (!match) return undefined;
  const [, name = "", base64 = ""] = match;
  const bytes = Buffer.from(base64, "base64");
  if (bytes.length < 5 || bytes.toString("base64") !== base64) return undefined;
  return { name, id: bytes.subarray(0, 4), signature: bytes.subarray(4), line };
}

/** The signature line of a log's key over a note's text. */
export function signNote(signer: NoteSigner, text: string): string {
  const signature = sign(null, Buffer.from(text), signer.privateKey);
  return signatureLine(signer, signature);
}

/** A witness' line: its signature is over the time too. */
export function cosign(signer: NoteSigner, text: string, atS: number): string {
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(BigInt(atS));
  const signature = sign(null, cosignedMessage(text, BigInt(atS)), signer.privateKey);
  return signatureLine(signer, Buffer.concat([time, signature]));
}

function signatureLine({ name, id }: NoteVerifier, signature: Buffer): string {
  return `— ${name} ${Buffer.concat([id, signature]).toString("base64")}`;
}

function cosignedMessage(text: string, atS: bigint): Buffer {
  return Buffer.from(`cosignature/v1\ntime ${atS}\n${text}`);
}

/** The line of this key, if it is there and good; undefined otherwise. One bad line of the key spoils the note. */
export function verifyNote(
  note: ParsedNote,
  verifier: NoteVerifier,
): { line: string; atS: number | null } | undefined {
  const own = note.signatures.filter(({ name, id }) => name === verifier.name && id.equals(verifier.id));
  const [first] = own;
  if (!first) return undefined;
  for (const { signature } of own) if (!isGood(note.text, verifier, signature)) return undefined;
  const atS = verifier.type === "witness" ? Number(first.signature.readBigUInt64BE()) : null;
  return { line: first.line, atS };
}

function isGood(text: string, { type, key }: NoteVerifier, signature: Buffer): boolean {
  if (type === "log") return signature.length === 64 && verify(null, Buffer.from(text), key, signature);
  if (signature.length !== 72) return false;
  const message = cosignedMessage(text, signature.readBigUInt64BE());
  return verify(null, message, key, signature.subarray(8));
}

export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
}

export function checkpointText({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${root.toString("base64")}\n`;
}

export function signCheckpoint(signer: NoteSigner, checkpoint: Checkpoint): string {
  const text = checkpointText(checkpoint);
  return `${text}\n${signNote(signer, text)}\n`;
}

/** Undefined for a text that is no checkpoint. Further lines are allowed and say nothing to us. */
export function parseCheckpoint(text: string): Checkpoint | undefined {
  const [origin = "", size = "", root = ""] = text.split("\n");
  if (origin === "" || !/^(0|[1-9]\d{0,15})$/.test(size)) return undefined;
  const hash = Buffer.from(root, "base64");
  if (hash.length !== 32 || hash.toString("base64") !== root) return undefined;
  return Number.isSafeInteger(Number(size)) ? { origin, size: Number(size), root: hash } : undefined;
}
