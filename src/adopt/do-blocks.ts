import type { DoStmt, Node } from "@pgsql/types";
import { parsePlPgSQLSync } from "libpg-query";
import { type Body, isBody, parseOne, unwrap, walk } from "./ast.ts";
import { bodyOf } from "./body.ts";
import { applyEdits } from "./edits.ts";
import { isRelation, own } from "./model.ts";
import { mayChangeOnlyRows, proceduralEdits } from "./plpgsql.ts";
import { typeMadeBy } from "./shared.ts";
import { dropPublic } from "./unqualify.ts";
import { emit, knownModel, notice, refuse, type Unit, type Work } from "./work.ts";

/**
 * Two kinds of DO block can be read: plain statements whose only condition is that the object may exist already,
 * as migration tools write them, and blocks that change rows only. The first are written out; the second run once
 * per tenant.
 */
export function doBlock(work: Work, statement: DoStmt, unit: Unit, compile: (unit: Unit) => void) {
  const { text: body, language } = bodyOf(statement);
  if (body === null || language !== "plpgsql")
    refuse("A DO block in this language is not read here.", "Write its statements out.");
  const statements = plainStatements(unit.text);
  if (statements) {
    for (const text of statements) {
      const node = parseOne(text);
      if (existsAlready(work, node))
        notice(work, "What the block makes exists already.", "The line is dropped.");
      else compile({ node, text });
    }
    return;
  }
  if (!mayChangeOnlyRows(body)) {
    refuse(
      "The DO block does more than change rows, and when it does cannot be told beforehand.",
      "Write its statements out.",
    );
  }
  notice(
    work,
    "The DO block changes rows, so it runs once per tenant.",
    "Check that this is what it is for.",
  );
  const text = applyEdits(body, dropPublic(body));
  const changed = applyEdits(
    text,
    proceduralEdits(text, { model: knownModel(work), listsColumns: "always", stars: "counted" }, "counted"),
  );
  let tag = "$do$";
  for (let count = 1; changed.includes(tag); count++) tag = `$do${count}$`;
  emit(work, "tenant", `do ${tag}${changed}${tag}`);
}

const MAY_EXIST = new Set([
  "duplicate_object",
  "duplicate_table",
  "duplicate_column",
  "duplicate_schema",
  "duplicate_function",
]);

/** The SQL statements of a block that holds nothing else, but for `exception when duplicate_object then null`. */
function plainStatements(text: string): string[] | null {
  let tree: unknown;
  try {
    tree = parsePlPgSQLSync(text);
  } catch {
    return null;
  }
  const kinds = new Set<string>();
  const conditions: string[] = [];
  const found: string[] = [];
  walk(tree, (kind, body) => {
    kinds.add(kind);
    if (kind === "PLpgSQL_condition") conditions.push(String(body["condname"]));
    const query =
      kind === "PLpgSQL_stmt_execsql" ? (body["sqlstmt"] as Body | undefined)?.["PLpgSQL_expr"] : null;
    if (isBody(query)) found.push(String(query["query"]));
  });
  const isPlain = [...kinds].every((kind) => !kind.startsWith("PLpgSQL_stmt") || PLAIN_KINDS.has(kind));
  return isPlain && conditions.every((name) => MAY_EXIST.has(name)) && found.every(isStructure)
    ? found
    : null;
}

const PLAIN_KINDS = new Set(["PLpgSQL_stmt_block", "PLpgSQL_stmt_execsql", "PLpgSQL_stmt_return"]);

function isStructure(text: string): boolean {
  return /^(Create|Alter|Index|View|Comment)/.test(unwrap(parseOne(text))?.[0] ?? "");
}

function existsAlready(work: Work, node: Node): boolean {
  const [kind, body] = unwrap(node) ?? ["", {} as Body];
  const type = typeMadeBy(kind, body);
  const { enums, domains, types, tables } = work.model;
  if (type) return [enums, domains, types].some((record) => own<unknown>(record, type));
  const relation = isBody(body["relation"]) ? String(body["relation"]["relname"]) : "";
  if (kind === "CreateStmt") return isRelation(work.model, "public", relation);
  if (kind === "IndexStmt") return isRelation(work.model, "public", String(body["idxname"] ?? ""));
  if (kind !== "AlterTableStmt") return false;
  const table = own(tables, relation);
  const commands = (body["cmds"] as unknown[]).map((command) => unwrap(unwrap(command)?.[1]["def"])?.[1]);
  return commands.some((definition) => {
    const constraint = definition?.["conname"];
    const column = definition?.["colname"];
    const hasConstraint =
      typeof constraint === "string" && own(table?.constraints ?? {}, constraint) !== null;
    return hasConstraint || table?.columns.some((each) => each.name === column) === true;
  });
}
