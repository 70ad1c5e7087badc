import type { Node, ParseResult } from "@pgsql/types";
import { hasSqlDetails, loadModule, parseSync, type ScanToken, scanSync } from "libpg-query";
import { deparseSync } from "pgsql-deparser";

/** The inside of a node: fields by name. The generic walk needs no more than this. */
export type Body = Record<string, unknown>;

export interface ParsedStatement {
  readonly node: Node;
  /** Byte offsets in the parsed text. */
  readonly start: number;
  readonly end: number;
}

export interface SyntaxFault {
  readonly message: string;
  /** Characters before the fault. */
  readonly offset: number;
}

let isLoaded = false;

/** Loads PostgreSQL's parser (WebAssembly); everything else in this module is synchronous after it. */
export async function loadParser(): Promise<void> {
  await loadModule();
  isLoaded = true;
}

export function parse(text: string): ParsedStatement[] {
  if (!isLoaded) throw new Error("The SQL parser is not loaded: await loadParser() first.");
  if (text.trim() === "") return [];
  const result: ParseResult = parseSync(text);
  const bytes = Buffer.byteLength(text);
  return (result.stmts ?? []).flatMap((raw) => {
    const start = raw.stmt_location ?? 0;
    return raw.stmt ? [{ node: raw.stmt, start, end: raw.stmt_len ? start + raw.stmt_len : bytes }] : [];
  });
}

/** Parses text that must be one statement. */
export function parseOne(text: string): Node {
  const [only, ...more] = parse(text);
  if (!only || more.length > 0) throw new Error(`Expected one statement: ${text.slice(0, 200)}`);
  return only.node;
}

export function syntaxFault(error: unknown): SyntaxFault | null {
  if (!hasSqlDetails(error) || !error.sqlDetails) return null;
  return { message: error.sqlDetails.message, offset: error.sqlDetails.cursorPosition };
}

export interface Token {
  readonly text: string;
  /** Byte offsets. */
  readonly start: number;
  readonly end: number;
  /** Lower-case word of an unquoted word or keyword, the inside of a quoted identifier, else null. */
  readonly word: string | null;
  readonly isQuoted: boolean;
}

/** The tokens of PostgreSQL's own lexer, without comments. */
export function tokens(text: string): Token[] {
  return text === "" ? [] : scanSync(text).tokens.filter(isCode).map(toToken);
}

export function comments(text: string): { text: string; start: number }[] {
  return text === "" ? [] : scanSync(text).tokens.filter((token) => !isCode(token));
}

function isCode(token: ScanToken): boolean {
  return token.tokenName !== "SQL_COMMENT" && token.tokenName !== "C_COMMENT";
}

function toToken(token: ScanToken): Token {
  const { text, start, end } = token;
  if (text.startsWith('"')) {
    return { text, start, end, word: text.slice(1, -1).replaceAll('""', '"'), isQuoted: true };
  }
  const isWord = /^[\p{L}_]/u.test(text) && token.tokenName !== "SCONST";
  return { text, start, end, word: isWord ? text.toLowerCase() : null, isQuoted: false };
}

/** Node kinds of the fields that libpg_query writes without their kind. */
const FIELD_KINDS: Readonly<Record<string, string>> = {
  relation: "RangeVar",
  view: "RangeVar",
  table: "RangeVar",
  sequence: "RangeVar",
  pktable: "RangeVar",
  constrrel: "RangeVar",
  rel: "RangeVar",
  typeName: "TypeName",
  returnType: "TypeName",
  argType: "TypeName",
  typevar: "RangeVar",
  larg: "SelectStmt",
  rarg: "SelectStmt",
  onConflictClause: "OnConflictClause",
  infer: "InferClause",
  withClause: "WithClause",
  intoClause: "IntoClause",
};

export function isBody(value: unknown): value is Body {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The one kind and body of a wrapped node such as `{ SelectStmt: {…} }`. */
export function unwrap(node: unknown): [kind: string, body: Body] | null {
  if (!isBody(node)) return null;
  for (const kind in node) {
    const body = node[kind];
    const first = kind.charCodeAt(0);
    return first >= 65 && first <= 90 && isBody(body) ? [kind, body] : null;
  }
  return null;
}

/** Every direct child with its kind, whatever the field. */
export function children(body: Body): [kind: string, body: Body][] {
  const found: [string, Body][] = [];
  for (const field in body) collect(body[field], FIELD_KINDS[field] ?? null, field, found);
  return found;
}

function collect(value: unknown, kind: string | null, field: string, into: [string, Body][]): void {
  if (Array.isArray(value)) {
    for (const item of value) collect(item, null, field, into);
    return;
  }
  if (!isBody(value)) return;
  const wrapped = unwrap(value);
  if (wrapped) into.push(wrapped);
  else into.push([(field === "arg" ? null : kind) ?? `.${field}`, value]);
}

/** Visits every node below, parents first. */
export function walk(root: unknown, visit: (kind: string, body: Body) => void): void {
  const start = unwrap(root);
  const stack: [string, Body][] = start ? [start] : isBody(root) ? children(root) : [];
  for (let next = stack.pop(); next; next = stack.pop()) {
    visit(next[0], next[1]);
    stack.push(...children(next[1]).reverse());
  }
}

/** Names in a list of String nodes, such as `keys` or `funcname`. */
export function strings(list: unknown): string[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((item) => {
    const text = unwrap(item)?.[1]["sval"];
    return typeof text === "string" ? [text] : [];
  });
}

export function stringNodes(names: readonly string[]): Node[] {
  return names.map((sval) => ({ String: { sval } }));
}

/**
 * SQL text of a tree that we changed. The printer is not PostgreSQL's, so its text is parsed again and must give
 * the same tree; otherwise the statement cannot be printed faithfully and the caller refuses it.
 */
export function print(node: Node): string | null {
  const text = deparseSync([node], { pretty: true });
  try {
    return shape(parseOne(text)) === shape(node) ? text.replace(/;\s*$/, "") : null;
  } catch {
    return null;
  }
}

const POSITIONS = new Set([
  "location",
  "list_start",
  "list_end",
  "rexpr_list_start",
  "rexpr_list_end",
  "stmt_len",
]);

/** Makes positions in a tree count from `by` on, as if its statement had been parsed alone. Changes the tree. */
export function shiftPositions(tree: unknown, by: number): void {
  if (Array.isArray(tree)) {
    for (const item of tree) shiftPositions(item, by);
  } else if (isBody(tree)) {
    for (const key in tree) {
      const value = tree[key];
      if (typeof value === "object") shiftPositions(value, by);
      else if (typeof value === "number" && POSITIONS.has(key)) tree[key] = value - by;
    }
  }
}

/** A tree as text, without positions and without fields at their zero value. */
export function shape(node: unknown): string {
  return JSON.stringify(node, (key, value) => {
    if (POSITIONS.has(key) || key.endsWith("_location")) return undefined;
    if (key === "DefElem" && isBody(value)) return { ...value, arg: plainArgument(value["arg"]) };
    if (value === false || value === 0 || value === "") return undefined;
    if (Array.isArray(value) && value.length === 0) return undefined;
    return isBody(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value;
  });
}

/** A storage option may be written as a word or a number: `fillfactor = '50'` is `fillfactor = 50`. */
function plainArgument(argument: unknown): unknown {
  const [kind, body] = unwrap(argument) ?? ["", {}];
  if (kind === "Integer") return String(body["ival"] ?? 0);
  if (kind === "Float") return body["fval"];
  return kind === "String" ? body["sval"] : argument;
}
