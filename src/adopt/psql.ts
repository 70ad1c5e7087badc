/** What psql understands and PostgreSQL does not: meta-commands and the data lines of `COPY … FROM stdin`. */
export interface PsqlText {
  /** The same text with meta-commands and data lines blanked, so that positions stay. */
  readonly sql: string;
  readonly metaCommands: { text: string; line: number }[];
  /** Data lines by the byte offset where their COPY statement ends. */
  readonly copies: { statementEnd: number; lines: string[] }[];
}

const COPY_FROM_STDIN = /^copy\b[\s\S]*\bfrom\s+stdin\b/i;

/** A small lexer: it knows quotes, dollar quotes and comments, so that a backslash within them is left alone. */
export function readPsql(text: string): PsqlText {
  const metaCommands: PsqlText["metaCommands"] = [];
  const copies: PsqlText["copies"] = [];
  const blanks: [number, number][] = [];
  let statementStart = 0;
  let at = 0;
  while (at < text.length) {
    const skipped = skipQuoted(text, at);
    if (skipped > at) {
      at = skipped;
    } else if (text[at] === "\\") {
      const end = endOfLine(text, at);
      metaCommands.push({ text: text.slice(at, end).trim(), line: lineOf(text, at) });
      blanks.push([at, end]);
      at = end;
    } else if (text[at] === ";") {
      at += 1;
      const statement = withoutComments(text.slice(statementStart, at));
      if (COPY_FROM_STDIN.test(statement)) {
        const dataStart = Math.min(endOfLine(text, at) + 1, text.length);
        const dataEnd = endOfData(text, dataStart);
        const lines = text.slice(dataStart, dataEnd).split(/\r?\n/);
        copies.push({ statementEnd: Buffer.byteLength(text.slice(0, at - 1)), lines: lines.slice(0, -1) });
        const after = text.startsWith("\\.", dataEnd) ? endOfLine(text, dataEnd) : dataEnd;
        blanks.push([dataStart, after]);
        at = after;
      }
      statementStart = at;
    } else {
      at += 1;
    }
  }
  return { sql: blank(text, blanks), metaCommands, copies };
}

/** The end of the quoted text or comment that begins here, or `at` when none does. */
function skipQuoted(text: string, at: number): number {
  switch (text[at]) {
    case "'":
      return skipString(text, at, /[eE]/.test(text[at - 1] ?? "") && !/[\w$]/.test(text[at - 2] ?? ""));
    case '"': {
      const end = text.indexOf('"', at + 1);
      return end < 0 ? text.length : end + 1;
    }
    case "-":
      return text[at + 1] === "-" ? endOfLine(text, at) : at;
    case "/":
      return text[at + 1] === "*" ? skipComment(text, at) : at;
    case "$": {
      if (/[\w$]/.test(text[at - 1] ?? "")) return at;
      const tag = /^\$(?:[\p{L}_][\p{L}\d_]*)?\$/u.exec(text.slice(at, at + 70))?.[0];
      if (!tag) return at;
      const end = text.indexOf(tag, at + tag.length);
      return end < 0 ? text.length : end + tag.length;
    }
    default:
      return at;
  }
}

function skipString(text: string, start: number, hasEscapes: boolean): number {
  let at = start + 1;
  while (at < text.length && text[at] !== "'") at += hasEscapes && text[at] === "\\" ? 2 : 1;
  return Math.min(at + 1, text.length);
}

function skipComment(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    if (text.startsWith("/*", at)) {
      depth += 1;
      at += 1;
    } else if (text.startsWith("*/", at)) {
      depth -= 1;
      at += 1;
      if (depth === 0) return at + 1;
    }
  }
  return text.length;
}

function withoutComments(text: string): string {
  let at = 0;
  for (;;) {
    while (/\s/.test(text[at] ?? "")) at += 1;
    const isComment = text.startsWith("--", at) || text.startsWith("/*", at);
    if (!isComment) return text.slice(at);
    at = skipQuoted(text, at);
  }
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end;
}

function endOfData(text: string, start: number): number {
  if (text.startsWith("\\.", start)) return start;
  const end = text.indexOf("\n\\.", start);
  return end < 0 ? text.length : end + 1;
}

function blank(text: string, ranges: readonly [number, number][]): string {
  let result = "";
  let at = 0;
  for (const [start, end] of ranges) {
    result += text.slice(at, start);
    // One space per byte keeps byte offsets, which is what the parser counts in.
    result += text.slice(start, end).replace(/[^\n]/gu, (char) => " ".repeat(Buffer.byteLength(char)));
    at = end;
  }
  return result + text.slice(at);
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}
