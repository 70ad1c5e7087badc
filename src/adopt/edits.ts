/** A change to a text: bytes `start` to `end` become `text`. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export function insertAt(start: number, text: string): Edit {
  return { start, end: start, text };
}

/** Applies edits that do not overlap; equal edits at one place count once. Offsets are bytes, as the parser's are. */
export function applyEdits(source: string, edits: readonly Edit[]): string {
  if (edits.length === 0) return source;
  const bytes = Buffer.from(source);
  const ordered = [...edits].sort((a, b) => a.start - b.start || a.end - b.end);
  const parts: string[] = [];
  let at = 0;
  let last: Edit | null = null;
  for (const edit of ordered) {
    if (last && last.start === edit.start && last.end === edit.end && last.text === edit.text) continue;
    if (edit.start < at) throw new Error("Two edits overlap.");
    parts.push(bytes.toString("utf8", at, edit.start), edit.text);
    at = edit.end;
    last = edit;
  }
  parts.push(bytes.toString("utf8", at));
  return parts.join("");
}
