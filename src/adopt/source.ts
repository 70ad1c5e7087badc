import type { Node } from "@pgsql/types";
import { comments, parse, shiftPositions, syntaxFault, tokens } from "./ast.ts";
import { adoptErrors } from "./errors.ts";
import { readPsql } from "./psql.ts";

/** One migration file, as the app's developers wrote it. */
export interface SourceFile {
  readonly name: string;
  readonly sql: string;
}

export interface SourceStatement {
  readonly node: Node;
  readonly text: string;
  readonly file: string;
  readonly line: number;
  /** Lines after `COPY … FROM stdin`. */
  readonly copyLines: readonly string[] | null;
}

export interface ReadFile {
  readonly name: string;
  readonly statements: SourceStatement[];
  readonly metaCommands: { text: string; line: number }[];
  /** Tables declared by `-- tenancy: shared genres, media_types`. */
  readonly sharedNames: string[];
}

const FILE_MARKER = /^-- tenancy: file (.+)$/;
const LINE_MARKER = /^-- line (\d+)$/;
const SHARED_MARKER = /^--\s*tenancy:\s*shared\s+(.+)$/;

/** Splits files into statements. Our own printed output holds several files, each behind its marker. */
export function readFiles(files: readonly SourceFile[]): ReadFile[] {
  return files.flatMap(splitPrinted).map(readFile);
}

function splitPrinted(file: SourceFile): SplitFile[] {
  if (!file.sql.includes("-- tenancy: file ")) return [{ ...file, isPrinted: false }];
  const parts: { name: string; lines: string[] }[] = [{ name: file.name, lines: [] }];
  for (const line of file.sql.split("\n")) {
    const name = FILE_MARKER.exec(line)?.[1];
    if (name) parts.push({ name, lines: [] });
    else parts.at(-1)?.lines.push(line);
  }
  const named = parts.map(({ name, lines }) => ({ name, sql: lines.join("\n"), isPrinted: true }));
  return named.filter((part, index) => index > 0 || part.sql.trim() !== "");
}

interface SplitFile extends SourceFile {
  readonly isPrinted: boolean;
}

function readFile({ isPrinted, ...file }: SplitFile): ReadFile {
  const source = file.sql.startsWith("\uFEFF") ? file.sql.slice(1) : file.sql;
  const psql = readPsql(source);
  try {
    const bytes = Buffer.from(psql.sql);
    const lineAt = isPrinted ? printedLines(psql.sql) : lineCounter(bytes);
    const statements = parse(psql.sql).map(({ node, start, end }) => {
      const raw = bytes.toString("utf8", start, end);
      const lead = leadingBytes(raw);
      shiftPositions(node, start + lead);
      const copy = psql.copies.find((data) => data.statementEnd === end);
      return {
        node,
        text: Buffer.from(raw).subarray(lead).toString("utf8").trimEnd(),
        file: file.name,
        line: lineAt(start + lead),
        copyLines: copy?.lines ?? null,
      };
    });
    return {
      name: file.name,
      statements,
      metaCommands: psql.metaCommands,
      sharedNames: sharedNames(psql.sql),
    };
  } catch (error) {
    const fault = syntaxFault(error);
    if (!fault) throw error;
    const before = [...psql.sql].slice(0, fault.offset).join("").split("\n");
    const details = { file: file.name, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
    throw adoptErrors.error("adopt.syntax", { ...details, message: fault.message }, { cause: error });
  }
}

/** Printed statements carry the line that they came from. */
function printedLines(sql: string): (offset: number) => number {
  const marks = comments(sql).flatMap(({ text, start }) => {
    const line = LINE_MARKER.exec(text)?.[1];
    return line ? [{ start, line: Number(line) }] : [];
  });
  return (offset) => marks.findLast((mark) => mark.start <= offset)?.line ?? 1;
}

/** Bytes of comments and space before the first word of a statement. */
function leadingBytes(text: string): number {
  if (!/^(\s|--|\/\*)/.test(text)) return 0;
  return tokens(text)[0]?.start ?? 0;
}

function lineCounter(bytes: Buffer): (offset: number) => number {
  let line = 1;
  let at = 0;
  return (offset) => {
    for (; at < offset; at++) if (bytes[at] === 10) line += 1;
    return line;
  };
}

function sharedNames(sql: string): string[] {
  if (!sql.includes("tenancy:")) return [];
  return comments(sql).flatMap(({ text }) => {
    const names = SHARED_MARKER.exec(text.trim())?.[1];
    return names ? names.split(",").map((name) => name.trim()) : [];
  });
}
