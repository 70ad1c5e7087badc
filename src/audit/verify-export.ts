import { EXPORT_FORMAT, extentText, wholeText } from "./export-format.ts";
import { leafOf } from "./leaf.ts";
import { equal, sha256, verifyInclusion } from "./merkle.ts";
import {
  type Checkpoint,
  type NoteVerifier,
  parseCheckpoint,
  parseNote,
  parseVkey,
  verifyNote,
} from "./note.ts";

export interface ExportFault {
  readonly kind: "changed" | "missing" | "added" | "reordered" | "proof" | "signature" | "form";
  /** Line of the file, from 1; null for what is not there. */
  readonly line: number | null;
  readonly chain: string | null;
  readonly seq: number | null;
  readonly message: string;
}

export interface ExportReport {
  readonly records: number;
  /** Records of which retention left the hash. */
  readonly withheld: number;
  readonly chains: number;
  /** Leaves of the tree that the checkpoint is over. */
  readonly size: number | null;
  /** The file says, signed, that it holds every record of the log up to the checkpoint; and it does. */
  readonly isWhole: boolean;
  /** The key that everything was verified with. */
  readonly key: string | null;
  readonly checkpoint: string | null;
  readonly faults: readonly ExportFault[];
}

/** More than anybody reads; the first ones tell where to look. */
const FAULTS_MAX = 1_000;

/**
 * Verifies an export without any database. With `key` (the log's verifier key, from elsewhere than the file) nobody
 * but the log can have made it; without, only that the file is in itself as whoever owns the key in it signed it.
 */
export async function verifyExport(
  lines: AsyncIterable<string> | Iterable<string>,
  options: { key?: NoteVerifier } = {},
): Promise<ExportReport> {
  const verification = new ExportVerification(options.key);
  for await (const line of lines) verification.take(line);
  return verification.end();
}

interface Section {
  readonly chain: string;
  readonly checkpoint: Checkpoint | undefined;
  /** The number that comes next if all is in order. */
  next: number | null;
  first: number | null;
  last: number;
  previousLeaf: Buffer | undefined;
  provenTo: number;
  records: number;
  withheld: number[];
  faultsBefore: number;
  readonly missing: Set<number>;
  isEnded: boolean;
}

class ExportVerification {
  #key: NoteVerifier | undefined;
  #line = 0;
  #section: Section | undefined;
  #checkpointNote: string | null = null;
  #checkpoint: Checkpoint | undefined;
  #records = 0;
  #withheld = 0;
  #chains = 0;
  #leaves = 0;
  #isWhole = false;
  #hasEnded = false;
  readonly #faults: ExportFault[] = [];

  constructor(key: NoteVerifier | undefined) {
    this.#key = key;
  }

  take(text: string): void {
    this.#line += 1;
    if (text.trim() === "") return;
    const parsed = parse(text);
    if (!parsed) {
      this.#say("form", null, "The line is no JSON object.");
      return;
    }
    if (this.#hasEnded) this.#say("added", null, "The line stands behind the end of the export.");
    else if ("format" in parsed) this.#begin(parsed);
    else if ("seq" in parsed) this.#record(parsed);
    else if ("proof" in parsed) this.#proof(parsed);
    else if ("extent" in parsed) this.#extent(parsed);
    else if ("whole" in parsed) this.#whole(parsed);
    else this.#say("form", null, "The line is of no kind that an export has.");
  }

  end(): ExportReport {
    this.#closeSection();
    if (this.#line === 0 || this.#chains === 0) this.#say("form", null, "There is no export in the file.");
    return {
      records: this.#records,
      withheld: this.#withheld,
      chains: this.#chains,
      size: this.#checkpoint?.size ?? null,
      isWhole: this.#isWhole,
      key: this.#key ? this.#key.name : null,
      checkpoint: this.#checkpointNote,
      faults: this.#faults,
    };
  }

  #begin(head: Record<string, unknown>): void {
    this.#closeSection();
    this.#chains += 1;
    const chain = String(head["chain"]);
    if (head["format"] !== EXPORT_FORMAT) this.#say("form", null, `Expected the format ${EXPORT_FORMAT}.`);
    const key = parseVkey(String(head["key"]));
    this.#key ??= key;
    if (!key || !this.#key || !key.publicKey.equals(this.#key.publicKey) || key.name !== this.#key.name) {
      this.#say("signature", null, "The export names another key than the log's.");
    }
    const checkpoint = this.#readCheckpoint(String(head["checkpoint"]));
    this.#section = {
      chain,
      checkpoint,
      next: numberOf(head["first"]),
      first: null,
      last: 0,
      previousLeaf: undefined,
      provenTo: 0,
      records: 0,
      withheld: [],
      faultsBefore: this.#faults.length,
      missing: new Set(),
      isEnded: false,
    };
  }

  #readCheckpoint(text: string): Checkpoint | undefined {
    const note = parseNote(text);
    const signed = note && this.#key && verifyNote(note, this.#key);
    const checkpoint = signed && note && parseCheckpoint(note.text);
    if (!checkpoint || checkpoint.origin !== this.#key?.name) {
      this.#say("signature", null, "The checkpoint is not signed by the log's key.");
      return undefined;
    }
    if (
      this.#checkpoint &&
      (this.#checkpoint.size !== checkpoint.size || !equal(this.#checkpoint.root, checkpoint.root))
    ) {
      this.#say("signature", null, "The parts of the export are from different checkpoints.");
    }
    this.#checkpoint ??= checkpoint;
    this.#checkpointNote ??= text;
    return checkpoint;
  }

  #record(line: Record<string, unknown>): void {
    const section = this.#section;
    if (!section || section.isEnded) {
      this.#say("added", numberOf(line["seq"]), "The record stands outside of any chain.");
      return;
    }
    const seq = numberOf(line["seq"]);
    const [previous, leaf] = [hashOf(line["previous"]), hashOf(line["leaf"])];
    const bodyHash = typeof line["body"] === "string" ? sha256(line["body"]) : hashOf(line["bodyHash"]);
    if (seq === null || !previous || !leaf || !bodyHash) {
      this.#say("form", seq, "The record lacks number, links or body.");
      return;
    }
    const isItself = equal(leafOf({ chain: section.chain, seq, previous, bodyHash }), leaf);
    if (!isItself) this.#say("changed", seq, `Record ${seq} was changed.`);
    this.#records += 1;
    section.records += 1;
    if (typeof line["body"] !== "string") {
      section.withheld.push(seq);
      this.#withheld += 1;
    }
    this.#place(section, seq, previous, leaf);
  }

  /** Is it where it belongs, and does it follow on the one before? */
  #place(section: Section, seq: number, previous: Buffer, leaf: Buffer): void {
    section.first ??= seq;
    section.next ??= seq;
    if (seq < section.next) {
      const wasMissed = section.missing.delete(seq);
      if (wasMissed) this.#say("reordered", seq, `Record ${seq} stands behind a later one.`);
      else this.#say("added", seq, `Record ${seq} is there a second time, or was put in.`);
      return;
    }
    const skipped = seq - section.next;
    if (skipped > FAULTS_MAX)
      this.#say("missing", section.next, `Records ${section.next} to ${seq - 1} are missing.`);
    else for (let n = section.next; n < seq; n++) section.missing.add(n);
    const isFollowing = skipped > 0 || !section.previousLeaf || equal(previous, section.previousLeaf);
    if (!isFollowing)
      this.#say(
        "changed",
        seq,
        `Record ${seq} does not follow on the one before it: one of them was changed.`,
      );
    section.previousLeaf = leaf;
    section.last = seq;
    section.next = seq + 1;
  }

  #proof(line: Record<string, unknown>): void {
    const section = this.#section;
    const [seq, index] = [numberOf(line["proof"]), numberOf(line["index"])];
    const path = Array.isArray(line["path"]) ? line["path"].map(hashOf) : [undefined];
    if (!section || section.isEnded || seq === null || index === null || path.includes(undefined)) {
      this.#say("form", seq, "The proof is not one.");
      return;
    }
    // What it proves is not there: that the record is missing is said elsewhere.
    if (seq !== section.last || !section.previousLeaf || !section.checkpoint) return;
    const { size, root } = section.checkpoint;
    // The path was looked through above.
    const isProven = verifyInclusion({
      index,
      size,
      root,
      leaf: section.previousLeaf,
      proof: path as Buffer[],
    });
    const from = section.provenTo === 0 ? (section.first ?? seq) : section.provenTo + 1;
    if (isProven) section.provenTo = seq;
    else if (this.#faults.length === section.faultsBefore) {
      this.#say(
        "changed",
        seq,
        `Records ${from} to ${seq} were changed and chained anew: the checkpoint is over others.`,
      );
    }
  }

  #extent(line: Record<string, unknown>): void {
    const section = this.#section;
    if (!section || section.isEnded) {
      this.#say("form", null, "The extent belongs to no chain.");
      return;
    }
    section.isEnded = true;
    const text = this.#signedText(line["extent"]);
    const said = /^[^\n]+\n[^\n]+\n(\d+) (\d+) (\d+)\n\d+\n([^\n]+)\n$/.exec(text ?? "");
    if (!text || !said || !section.checkpoint) {
      this.#say("signature", null, "The extent of the export is not signed by the log's key.");
      return;
    }
    const [first, last, withheld] = [Number(said[1]), Number(said[2]), Number(said[3])];
    const leaf = Buffer.from(said[4] ?? "", "base64");
    const { origin, size } = section.checkpoint;
    if (text !== extentText({ origin, chain: section.chain, first, last, withheld, size, leaf })) {
      this.#say("signature", null, "The extent is that of another chain or checkpoint.");
      return;
    }
    this.#compareExtent(section, first, last, withheld, leaf);
  }

  #compareExtent(section: Section, first: number, last: number, withheld: number, leaf: Buffer): void {
    const { chain } = section;
    for (let n = first; n < (section.first ?? last + 1) && n < first + FAULTS_MAX; n++)
      section.missing.add(n);
    for (let n = section.last + 1; n <= last && n <= section.last + FAULTS_MAX; n++) section.missing.add(n);
    if (section.first !== null && section.first < first)
      this.#say("added", section.first, `Record ${section.first} stands before the first one, ${first}.`);
    if (section.last > last)
      this.#say("added", section.last, `Record ${section.last} stands behind the last one, ${last}.`);
    for (const seq of section.missing) {
      this.#faults.push({ kind: "missing", line: null, chain, seq, message: `Record ${seq} is missing.` });
    }
    for (const seq of section.withheld.slice(withheld))
      this.#say("changed", seq, `The body of record ${seq} was taken out.`);
    if (this.#faults.length > section.faultsBefore) return;
    if (section.previousLeaf && !equal(section.previousLeaf, leaf))
      this.#say("changed", last, `Record ${last} is not the one that the export was signed over.`);
    else if (section.provenTo !== last)
      this.#say("proof", last, `The proof that record ${last} is in the tree is missing.`);
    this.#leaves += first === 1 ? last : 0;
  }

  #whole(line: Record<string, unknown>): void {
    this.#closeSection();
    this.#hasEnded = true;
    const text = this.#signedText(line["whole"]);
    const chains = Number(/\n(\d+) chains\n/.exec(text ?? "")?.[1]);
    const { origin, size } = this.#checkpoint ?? { origin: "", size: -1 };
    if (!text || text !== wholeText(origin, chains, size)) {
      this.#say("signature", null, "That the export is whole is not signed by the log's key.");
      return;
    }
    if (this.#chains !== chains)
      this.#say("missing", null, `The log has ${chains} chains, the file ${this.#chains}.`);
    else if (this.#faults.length === 0) this.#isWhole = this.#leaves === size;
  }

  #signedText(note: unknown): string | undefined {
    const parsed = typeof note === "string" ? parseNote(note) : undefined;
    return parsed && this.#key && verifyNote(parsed, this.#key) ? parsed.text : undefined;
  }

  #closeSection(): void {
    if (this.#section && !this.#section.isEnded) {
      this.#section.isEnded = true;
      this.#say("missing", null, "The chain breaks off: its signed extent is missing.");
    }
  }

  #say(kind: ExportFault["kind"], seq: number | null, message: string): void {
    if (this.#faults.length >= FAULTS_MAX) return;
    this.#faults.push({ kind, line: this.#line, chain: this.#section?.chain ?? null, seq, message });
  }
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

function hashOf(value: unknown): Buffer | undefined {
  if (typeof value !== "string" || value.length !== 44) return undefined;
  const bytes = Buffer.from(value, "base64");
  return bytes.length === 32 ? bytes : undefined;
}
