/** A place in a text as editors count: lines and characters from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** The place of a byte of the text in UTF-8, which is how the official engine counts. */
export function placeOfByte(text: string, byte: number): Place {
  const before = Buffer.from(text).subarray(0, byte).toString();
  const lines = before.split("\n");
  return { line: lines.length, column: (lines.at(-1) ?? "").length + 1 };
}
