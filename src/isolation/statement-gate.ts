import { parse, unwrap } from "../adopt/ast.ts";
import { isolationError } from "./errors.ts";

/**
 * Which statements may be sent as a tenant. Row-level security guards rows, not the server: these guard what it
 * does not. ALTER ROLE changes the password or the settings of the login role that all tenants share, LOCK stops a
 * table that they share, LISTEN hears them, EXPLAIN prints estimates made of everybody's rows, DO hides all of these.
 * The extended protocol takes one statement per message, so its first word tells its kind.
 */
const ALLOWED = new Set(
  `select insert update delete merge with values table begin start commit end rollback abort savepoint release
   set reset show declare fetch move close call deallocate discard`.split(/\s+/),
);

/** Kinds of statement that may stand in a cursor, a stream or a copy: node-postgres' add-ons send them themselves. */
const STREAMABLE = new Set(["SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt", "CopyStmt"]);

/** Throws isolation.statement_refused. */
export function assertAllowed(text: string): void {
  // A server reads no further than a NUL, so what we check and what it runs would differ.
  if (text.includes("\0")) throw refuse("a NUL character");
  const word = firstWord(text);
  if (word !== "" && !ALLOWED.has(word)) throw refuse(word.toUpperCase());
}

/** The same for what writes to a connection by itself; its text may be sent as a simple query, which takes several. */
export function assertStreamable(submittable: object): void {
  const { text, cursor } = submittable as { text?: unknown; cursor?: { text?: unknown } };
  const found = typeof text === "string" ? text : cursor?.text;
  if (typeof found !== "string" || found.includes("\0")) throw refuse("an object without readable text");
  const statements = parsed(found);
  const kind = statements.length === 1 ? (unwrap(statements[0]?.node)?.[0] ?? "") : "several statements";
  if (!STREAMABLE.has(kind)) throw refuse(kind);
}

function parsed(text: string) {
  try {
    return parse(text);
  } catch {
    throw refuse("text that PostgreSQL cannot read");
  }
}

function refuse(found: string) {
  return isolationError("isolation.statement_refused", { found });
}

const SKIPPED = /[\s;(]/;

/** The first word in lower case, behind white space, comments, parentheses and empty statements, as PostgreSQL reads it. */
export function firstWord(text: string): string {
  let at = 0;
  while (at < text.length) {
    if (SKIPPED.test(text[at] as string)) at += 1;
    else if (text.startsWith("--", at)) at = lineEnd(text, at);
    else if (text.startsWith("/*", at)) at = commentEnd(text, at);
    else break;
  }
  return (/^[a-z_]+/i.exec(text.slice(at, at + 40))?.[0] ?? text.slice(at, at + 1)).toLowerCase();
}

/** PostgreSQL ends a `--` comment at a line feed or a carriage return. */
function lineEnd(text: string, start: number): number {
  for (let at = start; at < text.length; at++) {
    if (text[at] === "\n" || text[at] === "\r") return at;
  }
  return text.length;
}

/** Comments nest. */
function commentEnd(text: string, start: number): number {
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
