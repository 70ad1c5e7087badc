interface Place {
  readonly line: number;
  readonly column: number;
}

/** A stretch of a text, by lines and columns from 1; its end is the first character behind it. */
export interface Mark {
  readonly start: Place;
  readonly end: Place;
}

/** Offset of a place in the text; one behind the end of its line, or of the text, is that end. */
export function offsetOf(text: string, { line, column }: Place): number {
  const lines = text.split("\n");
  const before = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
  const own = lines[line - 1];
  return own === undefined ? text.length : before + Math.min(column - 1, own.length);
}

export interface Stretch {
  readonly text: string;
  readonly isMarked: boolean;
  /** Offset of its first character. */
  readonly at: number;
}

/** The text in stretches, marked and not. A mark of no width takes the character at its place, or the one before. */
export function markedText(text: string, marks: readonly Mark[]): Stretch[] {
  const ranges = marks
    .map(({ start, end }) => widened(text, offsetOf(text, start), offsetOf(text, end)))
    .sort((a, b) => a.from - b.from);
  const stretches: Stretch[] = [];
  let at = 0;
  const push = (to: number, isMarked: boolean) => {
    if (to > at) stretches.push({ text: text.slice(at, to), isMarked, at });
    at = Math.max(at, to);
  };
  for (const { from, to } of ranges) {
    push(from, false);
    push(to, true);
  }
  push(text.length, false);
  return stretches;
}

function widened(text: string, from: number, to: number): { from: number; to: number } {
  if (to > from) return { from, to };
  return from < text.length && text[from] !== "\n"
    ? { from, to: from + 1 }
    : { from: Math.max(0, from - 1), to: from };
}
