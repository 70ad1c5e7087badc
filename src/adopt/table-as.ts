import type { CreateTableAsStmt } from "@pgsql/types";
import { parseOne, print, strings } from "./ast.ts";
import { applyEdits } from "./edits.ts";
import { findTable } from "./model.ts";
import { quote, relationName } from "./names.ts";
import { queryEdits } from "./query.ts";
import { REFUSED } from "./refusals.ts";
import { outputColumns } from "./views.ts";
import { notice, refuse, type Unit, type Work } from "./work.ts";

const SERIALS: Readonly<Record<string, string>> = { small: "smallint", big: "bigint", "": "int" };

/** CREATE TABLE AS becomes a table with the columns of its query, and an INSERT that runs for each tenant. */
export function createTableAs(work: Work, statement: CreateTableAsStmt, compile: (unit: Unit) => void): void {
  const relation = statement.into?.rel;
  const text = statement.query && "SelectStmt" in statement.query ? print(statement.query) : null;
  if (!relation || statement.objtype !== "OBJECT_TABLE" || text === null)
    refuse(...(REFUSED["CreateTableAsStmt"] as readonly [string, string]));
  if (relation.relpersistence !== "p") {
    refuse(
      "A temporary or unlogged table does not stay with its tenant: connections are shared.",
      "Use a CTE, or an ordinary table.",
    );
  }
  const schema = relation.schemaname ?? "public";
  const name = relation.relname ?? "";
  if (statement.if_not_exists && findTable(work.model, schema, name)) {
    notice(work, "The table exists already.", "The line is dropped.");
    return;
  }
  const columns = columnsOf(work, text, strings(statement.into?.colNames));
  const target = relationName(schema, name);
  const definitions = columns.map((column) => `${quote(column.name)} ${column.type}`);
  run(compile, `create table ${target} (${definitions.join(", ")})`);
  if (statement.into?.skipData) return;
  const list = columns.map((column) => quote(column.name)).join(", ");
  run(compile, `insert into ${target} (${list}) ${text}`);
}

function columnsOf(work: Work, text: string, aliases: readonly string[]): { name: string; type: string }[] {
  const rules = { model: work.model, listsColumns: "always", stars: "all" } as const;
  const query = parseOne(applyEdits(text, queryEdits(text, [parseOne(text)], rules)));
  return outputColumns(work.model, query, aliases).map(({ name, type }) => {
    if (type === null) {
      refuse(
        `The type of ${name} cannot be told from the text.`,
        "Cast it, as in (…)::text; or write CREATE TABLE with columns and INSERT … SELECT.",
      );
    }
    const serial = /^(small|big)?serial[248]?$/.exec(type);
    return { name, type: serial ? (SERIALS[serial[1] ?? ""] ?? "int") : type };
  });
}

function run(compile: (unit: Unit) => void, text: string): void {
  compile({ node: parseOne(text), text });
}
