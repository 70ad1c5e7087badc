import type { Node } from "@pgsql/types";
import { type ParsedStatement, parse, type Token, tokens } from "./ast.ts";
import type { Edit } from "./edits.ts";
import { type QueryRules, queryEdits } from "./query.ts";
import { notice, refuse, type Work } from "./work.ts";

const CHANGES_STRUCTURE = new Set([
  "create",
  "alter",
  "drop",
  "truncate",
  "grant",
  "revoke",
  "vacuum",
  "reindex",
  "copy",
]);
const BEFORE_STATEMENT = new Set(["begin", "then", "else", "loop", "declare"]);

/** Looks for what a tenant's connection may not do, or what no one can check: by tokens, since names are enough. */
export function checkProcedural(work: Work, body: string, name: string, isDefiner: boolean): void {
  const list = tokens(body);
  checkNames(list, name);
  const isWholeRow = (at: number) => list[at + 1]?.text === "." && list[at + 2]?.text === "*";
  if (list.some((token, at) => (token.word === "new" || token.word === "old") && isWholeRow(at))) {
    notice(
      work,
      `${name} uses new.* or old.*, which now hold tenant_id too.`,
      "Where the columns are counted, as in INSERT … SELECT new.*, name them.",
    );
  }
  const found = deeds(body);
  if (found.length === 0) return;
  const what = found.join(" and ");
  if (isDefiner) {
    refuse(
      `${name} is SECURITY DEFINER and ${what}: it would do so with the rights of the tables' owner.`,
      "Drop SECURITY DEFINER, or write the statements out.",
    );
  }
  notice(
    work,
    `${name} ${what}, with the rights of its caller.`,
    "What a tenant may not do, the database refuses. Check that it is not needed.",
  );
}

/** True when a body neither builds SQL, nor changes structure or settings, nor ends the transaction. */
export function mayChangeOnlyRows(body: string): boolean {
  const ends = tokens(body).some(
    (token) => !token.isQuoted && (token.word === "commit" || token.word === "rollback"),
  );
  return !ends && deeds(body).length === 0;
}

/** What a body does besides reading and changing rows. */
export function deeds(body: string): string[] {
  const list = tokens(body);
  const found = new Set<string>();
  list.forEach((token, index) => {
    if (token.isQuoted || token.word === null) return;
    const previous = list[index - 1];
    const startsStatement = !previous || previous.text === ";" || BEFORE_STATEMENT.has(previous.word ?? "");
    if (token.word === "execute") found.add("builds SQL at run time");
    if (
      token.word === "set_config" ||
      (startsStatement && (token.word === "set" || token.word === "reset"))
    ) {
      found.add("changes settings of the connection");
    }
    if (startsStatement && CHANGES_STRUCTURE.has(token.word)) found.add(`runs ${token.word.toUpperCase()}`);
  });
  return [...found];
}

function checkNames(list: readonly Token[], name: string): void {
  let isDeclaring = false;
  list.forEach((token, index) => {
    const previous = list[index - 1];
    if (token.word === "declare") isDeclaring = true;
    else if (token.word === "begin") isDeclaring = false;
    const isFirst = previous?.word === "declare" || previous?.text === ";";
    if (isDeclaring && isFirst && token.word === "tenant_id") {
      refuse(`The variable tenant_id of ${name} would be mistaken for the column.`, "Give it another name.");
    }
  });
}

const QUERY_STARTS = new Set(["select", "insert", "update", "delete", "merge", "with", "perform"]);

/**
 * Changes within the SQL of a PL/pgSQL body. Each query is cut out by its tokens and parsed on its own.
 * `returned` is the rule for stars in RETURN QUERY, whose columns must be those that the function declares.
 */
export function proceduralEdits(body: string, rules: QueryRules, returned: QueryRules["stars"]): Edit[] {
  const edits: Edit[] = [];
  for (const { text, nodes, start, isReturned } of proceduralQueries(body)) {
    const found = queryEdits(text, nodes, isReturned ? { ...rules, stars: returned } : rules);
    edits.push(...found.map((edit) => ({ ...edit, start: edit.start + start, end: edit.end + start })));
  }
  return edits;
}

interface ProceduralQuery {
  readonly text: string;
  readonly nodes: readonly Node[];
  /** Where it begins in the body, in bytes. */
  readonly start: number;
  /** Of RETURN QUERY. */
  readonly isReturned: boolean;
}

/** The queries that stand in a body of PL/pgSQL. */
export function* proceduralQueries(body: string): Generator<ProceduralQuery> {
  const list = tokens(body);
  const bytes = Buffer.from(body);
  for (let index = 0; index < list.length; index++) {
    if (!QUERY_STARTS.has(list[index]?.word ?? "") || list[index]?.isQuoted) continue;
    const end = queryEnd(list, index);
    const parsed = parseQuery(bytes, list, index, end);
    if (!parsed) continue;
    yield {
      text: parsed.text,
      nodes: parsed.statements.map(({ node }) => node),
      start: list[index]?.start ?? 0,
      isReturned: list[index - 1]?.word === "query" && list[index - 2]?.word === "return",
    };
    index = end - 1;
  }
}

/** The token after the query: `;`, LOOP or THEN, or the bracket around it. */
function queryEnd(list: readonly Token[], start: number): number {
  let depth = 0;
  let cases = 0;
  for (let index = start; index < list.length; index++) {
    const { text, word, isQuoted } = list[index] as Token;
    if (text === "(") depth += 1;
    else if (text === ")") depth -= 1;
    else if (word === "case" && !isQuoted) cases += 1;
    else if (word === "end" && !isQuoted) cases -= 1;
    const isEnd =
      depth === 0 && (text === ";" || (word === "loop" && !isQuoted) || (word === "then" && cases <= 0));
    if (isEnd || depth < 0) return index;
  }
  return list.length;
}

function parseQuery(
  bytes: Buffer,
  list: readonly Token[],
  start: number,
  end: number,
): { text: string; statements: ParsedStatement[] } | null {
  const from = list[start]?.start ?? 0;
  const piece = Buffer.from(bytes.subarray(from, list[end - 1]?.end ?? bytes.length));
  if (list[start]?.word === "perform") piece.write("select ", 0);
  blankTargets(piece, from, list, start, end);
  const text = piece.toString("utf8");
  try {
    return { text, statements: parse(text) };
  } catch {
    return null;
  }
}

/** `SELECT … INTO a, b FROM …`: the targets are PL/pgSQL's, and become spaces. `INSERT INTO` stays. */
function blankTargets(piece: Buffer, from: number, list: readonly Token[], start: number, end: number): void {
  let depth = 0;
  for (let index = start; index < end; index++) {
    const token = list[index] as Token;
    if (token.text === "(") depth += 1;
    else if (token.text === ")") depth -= 1;
    const previous = list[index - 1]?.word;
    if (depth > 0 || token.isQuoted || token.word !== "into" || previous === "insert" || previous === "merge")
      continue;
    const stop = targetsEnd(list, index, end);
    piece.fill(" ", token.start - from, (list[stop - 1]?.end ?? token.end) - from);
    return;
  }
}

function targetsEnd(list: readonly Token[], into: number, end: number): number {
  let index = into + 1;
  if (list[index]?.word === "strict") index += 1;
  for (;;) {
    index += 1;
    while (list[index]?.text === ".") index += 2;
    if (list[index]?.text === "[") while (index < end && list[index++]?.text !== "]");
    if (list[index]?.text !== "," || index >= end) return Math.min(index, end);
    index += 1;
  }
}
