import type { Node } from "@pgsql/types";
import { type Body, isBody, parseOne, strings, tokens, unwrap, walk } from "./ast.ts";
import { applyEdits, type Edit, insertAt } from "./edits.ts";
import type { Unit, Work } from "./work.ts";

/**
 * A place may be any schema, so names lose `public.`; the search path finds them. Names of what lives once per
 * database gain it, unless `isShared`: then the statement runs in `public` itself.
 */
export function unqualify(work: Work, unit: Unit, isShared: boolean): Unit {
  let { text, node } = unit;
  const reparse = (edits: readonly Edit[]) => {
    if (edits.length === 0) return;
    text = applyEdits(text, edits);
    node = parseOne(text);
  };
  if (text.includes("public")) {
    reparse([...dropPublic(text), ...dropPublicInLiterals(node)]);
  }
  if (!isShared && work.sharedTables.size + work.sharedTypes.size > 0) reparse(addPublic(work, node));
  return { text, node };
}

/** Removes `public.` before a name, by the tokens of PostgreSQL's lexer. */
export function dropPublic(text: string): Edit[] {
  const list = tokens(text);
  return list.flatMap((token, index) => {
    const next = list[index + 1];
    const isSchema = token.word === "public" && next?.text === "." && list[index - 1]?.text !== ".";
    return isSchema && list[index + 2]?.text !== "*" ? [{ start: token.start, end: next.end, text: "" }] : [];
  });
}

const SEQUENCE_FUNCTIONS = new Set(["nextval", "setval", "currval", "to_regclass", "pg_get_serial_sequence"]);
const REG_TYPES = new Set(["regclass", "regtype", "regproc", "regprocedure"]);

/** `'public.tracks_id_seq'::regclass` and the like. */
function dropPublicInLiterals(node: Node): Edit[] {
  const edits: Edit[] = [];
  walk(node, (kind, body) => {
    if (kind === "FuncCall" && SEQUENCE_FUNCTIONS.has(strings(body["funcname"]).at(-1) ?? "")) {
      edits.push(...literalEdit((body["args"] as unknown[] | undefined)?.[0]));
    } else if (
      kind === "TypeCast" &&
      REG_TYPES.has(strings((body["typeName"] as Body)["names"]).at(-1) ?? "")
    ) {
      edits.push(...literalEdit(body["arg"]));
    }
  });
  return edits;
}

function literalEdit(value: unknown): Edit[] {
  const [kind, body] = unwrap(value) ?? ["", {} as Body];
  const text = isBody(body["sval"]) ? body["sval"]["sval"] : null;
  if (kind !== "A_Const" || typeof text !== "string" || typeof body["location"] !== "number") return [];
  const prefix = /^(public|"public")\./.exec(text)?.[0];
  if (!prefix) return [];
  const start = body["location"] + 1;
  return [{ start, end: start + prefix.length, text: "" }];
}

/** Shared tables and types are found from every place as `public.x`. */
function addPublic(work: Work, node: Node): Edit[] {
  const edits: Edit[] = [];
  walk(node, (kind, body) => {
    if (typeof body["location"] !== "number") return;
    const names = kind === "TypeName" ? strings(body["names"]) : [];
    const isTable =
      kind === "RangeVar" && !body["schemaname"] && work.sharedTables.has(String(body["relname"]));
    if (isTable || (names.length === 1 && work.sharedTypes.has(String(names[0])))) {
      edits.push(insertAt(body["location"], "public."));
    }
  });
  return edits;
}
