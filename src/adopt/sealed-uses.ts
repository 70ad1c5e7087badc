import type { CreateFunctionStmt, DoStmt, Node } from "@pgsql/types";
import { type Body, isBody, parse, strings, tokens, unwrap, walk } from "./ast.ts";
import { bodyOf } from "./body.ts";
import { findTable, keyOf, own, type Table } from "./model.ts";
import { objectName } from "./names.ts";
import { proceduralQueries } from "./plpgsql.ts";
import { refuseMoving } from "./sealed-bindings.ts";
import { refuse, type Work } from "./work.ts";

/** After each statement: nothing that the database computes may hang on a sealed column. */
export function keepSealed(work: Work, node: Node): void {
  work.seen.push(node);
  for (const table of Object.values(work.model.tables)) {
    for (const column of table.columns) {
      if (!column.sealed) continue;
      const use = useOf(work, table, column.name, node, "later");
      if (use) refuseUse(table, column.name, use);
      refuseKeys(table, column.name);
      for (const bound of [...table.primaryKey, column.sealed.subject ?? ""]) refuseMoving(table, bound);
      if (column.sealed.key.join() !== table.primaryKey.join())
        refuse(
          `The key of ${table.name} is bound into the values of its sealed column ${column.name}.`,
          "Leave the key as it is, or drop the sealed column before.",
        );
    }
  }
}

/** Keys and references of a column that is sealed. */
function refuseKeys(table: Table, column: string): void {
  const key = [...table.uniques, ...table.foreignKeys].find(({ columns }) => columns.includes(column));
  if (key)
    refuse(
      `${table.name}.${column} is sealed, and ${key.name} asks the database to compare its values.`,
      "Leave the column out of it.",
    );
}

/** Before a column is sealed: nothing may hang on it yet. */
export function refuseUses(work: Work, table: Table, column: string): void {
  for (const node of work.seen) {
    const use = useOf(work, table, column, node, "before");
    if (use) refuseUse(table, column, use);
  }
}

function refuseUse(table: Table, column: string, use: string): never {
  refuse(
    `${table.name}.${column} is sealed, and ${use} asks the database to read or fill it.`,
    "Drop that before, or let the application do it.",
  );
}

/** What a statement makes that reads or fills the column, in words; null: nothing, or it is gone by now. */
function useOf(
  work: Work,
  table: Table,
  column: string,
  node: Node,
  when: "before" | "later",
): string | null {
  const [kind, body] = unwrap(node) ?? ["", {} as Body];
  const isOn = isBody(body["relation"]) ? isTable(work, table, body["relation"]) : false;
  switch (kind) {
    case "CreateStmt":
    case "AlterTableStmt":
      return isOn ? constraintUse(work, table, column, body) : null;
    case "IndexStmt":
      return isOn && mentions(body, column) && isStillThere(work, table, body) ? "an index" : null;
    case "CreatePolicyStmt":
    case "AlterPolicyStmt": {
      const at = isBody(body["table"]) ? body["table"] : {};
      const name = String(body["policy_name"]);
      const owner = findTable(work.model, at["schemaname"] as string | undefined, String(at["relname"]));
      if (!owner?.policies.includes(name)) return null;
      const isUsed =
        owner === table
          ? mentions(body, column)
          : reads(work, table, { ...body, table: null }, column, false);
      return isUsed ? `the policy ${name}` : null;
    }
    case "CreateTrigStmt": {
      if (!isOn) return null;
      const isNamed =
        strings(body["columns"]).includes(column) ||
        mentions(body["whenClause"], column) ||
        touchesRow(work, strings(body["funcname"]).at(-1) ?? "", column);
      return isNamed ? `the trigger ${String(body["trigname"])}` : null;
    }
    case "CreateFunctionStmt": {
      const name = strings(body["funcname"]).at(-1) ?? "";
      const isThere = Object.values(work.model.functions).some((each) => each.name === name);
      const isUsed = isThere && lastMade(work, name) === body && usesInBody(work, table, column, body);
      return isUsed ? `the function ${name}` : null;
    }
    case "DoStmt":
      return when === "later" && usesInBody(work, table, column, body) ? "a DO block in a migration" : null;
    case "ViewStmt": {
      const view = isBody(body["view"]) ? String(body["view"]["relname"]) : "";
      const isThere = Object.values(work.model.views).some(({ name }) => name === view);
      return isThere && reads(work, table, body, column, true) ? `the view ${view}` : null;
    }
    case "InsertStmt":
      if (isOn && fills(table, body, column)) return "an INSERT in a migration";
      return when === "later" && reads(work, table, body, column, false) ? "an INSERT in a migration" : null;
    case "UpdateStmt":
      if (isOn && named(body["targetList"], column)) return "an UPDATE in a migration";
      return when === "later" && reads(work, table, body, column, false) ? "an UPDATE in a migration" : null;
    case "DeleteStmt":
    case "MergeStmt":
    case "SelectStmt":
      return when === "later" && reads(work, table, body, column, false) ? "a query in a migration" : null;
    default:
      return null;
  }
}

function isTable(work: Work, table: Table, relation: Body): boolean {
  const { schemaname, relname } = relation as { schemaname?: string; relname?: string };
  return findTable(work.model, schemaname, relname ?? "") === table;
}

/** Does a trigger's function read or fill the column of its row? */
function touchesRow(work: Work, name: string, column: string): boolean {
  const made = lastMade(work, name);
  const list = tokens((made && bodyOf(made).text) ?? "");
  return list.some(
    ({ word, isQuoted }, at) =>
      !isQuoted &&
      (word === "new" || word === "old") &&
      list[at + 1]?.text === "." &&
      list[at + 2]?.word === column,
  );
}

function usesInBody(work: Work, table: Table, column: string, made: CreateFunctionStmt | DoStmt): boolean {
  return statementsIn(made).some((each) => useOf(work, table, column, each, "later") !== null);
}

/** A function of one name may be replaced; of overloads the last counts. */
function lastMade(work: Work, name: string): CreateFunctionStmt | undefined {
  const all = work.seen.flatMap((node) => ("CreateFunctionStmt" in node ? [node.CreateFunctionStmt] : []));
  return all.findLast(({ funcname }) => strings(funcname).at(-1) === name);
}

const STATEMENTS = new Set(["SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"]);

/** The queries of a function's or DO block's body. */
function statementsIn(made: CreateFunctionStmt | DoStmt): Node[] {
  if ("sql_body" in made) {
    const found: Node[] = [];
    walk(made.sql_body, (kind, body) => {
      if (STATEMENTS.has(kind)) found.push({ [kind]: body } as unknown as Node);
    });
    return found;
  }
  const { text, language } = bodyOf(made);
  if (text === null) return [];
  if (language !== "sql") return [...proceduralQueries(text)].flatMap(({ nodes }) => nodes);
  try {
    return parse(text).map((each) => each.node);
  } catch {
    return []; // PostgreSQL refuses it too
  }
}

/** Checks and generated columns; one that was dropped since is gone. */
function constraintUse(work: Work, table: Table, column: string, body: Body): string | null {
  let found: string | null = null;
  walk(body, (kind, inner) => {
    if (kind !== "Constraint") return;
    const isExcluded = inner["contype"] === "CONSTR_EXCLUSION" && mentions(inner["exclusions"], column);
    if (isExcluded && !work.dropped.has(`${keyOf(table.schema, table.name)}.${String(inner["conname"])}`))
      found ??= "an exclusion constraint";
    if (!mentions(inner["raw_expr"], column)) return;
    if (inner["contype"] === "CONSTR_GENERATED") found ??= "a generated column";
    if (inner["contype"] !== "CONSTR_CHECK") return;
    const name = String(inner["conname"] ?? objectName(table.name, column, "check"));
    const isOurs = table.columns.some(
      ({ sealed }) => sealed && (sealed.only === name || sealed.present === name),
    );
    if (!isOurs && !work.dropped.has(`${keyOf(table.schema, table.name)}.${name}`))
      found ??= `the check ${name}`;
  });
  return found;
}

/** Of an index without a name, one with the same columns: PostgreSQL made the name up. */
function isStillThere(work: Work, table: Table, body: Body): boolean {
  const name = body["idxname"];
  if (typeof name === "string" && name !== "")
    return own(work.model.indexes, keyOf(table.schema, name)) !== null;
  const parts = Array.isArray(body["indexParams"]) ? body["indexParams"] : [];
  const columns = parts.map((part) => unwrap(part)?.[1]["name"] ?? null).join();
  return Object.values(work.model.indexes).some(
    (each) => each.table === keyOf(table.schema, table.name) && each.columns.join() === columns,
  );
}

function mentions(root: unknown, column: string): boolean {
  let isFound = false;
  if (root === undefined || root === null) return false;
  walk({ List: { items: [root] } }, (kind, body) => {
    if (kind === "ColumnRef" && strings(body["fields"]).at(-1) === column) isFound = true;
    if (kind === "IndexElem" && body["name"] === column) isFound = true;
  });
  return isFound;
}

function reads(work: Work, table: Table, body: Body, column: string, countsStars: boolean): boolean {
  let [isOn, isNamed] = [false, false];
  walk({ List: { items: [{ SelectStmt: body }] } }, (kind, inner) => {
    if (kind === "RangeVar" && isTable(work, table, inner)) isOn = true;
    if (kind !== "ColumnRef") return;
    const last = Array.isArray(inner["fields"]) ? unwrap(inner["fields"].at(-1)) : null;
    if (last?.[1]["sval"] === column || (countsStars && last?.[0] === "A_Star")) isNamed = true;
  });
  return isOn && isNamed;
}

/** An insert without a list of columns fills them from the left. */
function fills(table: Table, body: Body, column: string): boolean {
  if (Array.isArray(body["cols"]) && body["cols"].length > 0) return named(body["cols"], column);
  const rows = (unwrap(body["selectStmt"])?.[1]["valuesLists"] ?? []) as unknown[];
  const width = (unwrap(rows[0])?.[1]["items"] as unknown[] | undefined)?.length;
  const at = table.columns.filter((each) => !each.generated).findIndex((each) => each.name === column);
  return at >= 0 && body["selectStmt"] !== undefined && (width === undefined || at < width);
}

function named(list: unknown, column: string): boolean {
  return Array.isArray(list) && list.some((item) => unwrap(item)?.[1]["name"] === column);
}
