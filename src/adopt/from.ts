import { type Body, isBody, unwrap } from "./ast.ts";
import { type AppModel, findTable, type Table } from "./model.ts";
import type { Names } from "./query.ts";

/** One entry of a FROM list; `table` is null for subqueries, functions, CTEs and relations that are not the app's. */
export interface FromItem {
  readonly alias: string;
  readonly table: Table | null;
  /** Columns that the alias renames, as in `t (a, b)`. */
  readonly renames: boolean;
}

export function fromItems(model: AppModel, clause: unknown, names: Names): FromItem[] {
  return Array.isArray(clause) ? clause.flatMap((item) => itemsOf(model, item, names)) : [];
}

function itemsOf(model: AppModel, item: unknown, names: Names): FromItem[] {
  const [kind, body] = unwrap(item) ?? ["", {} as Body];
  const alias = isBody(body["alias"]) ? body["alias"] : null;
  const name = typeof alias?.["aliasname"] === "string" ? alias["aliasname"] : "";
  const renames = Array.isArray(alias?.["colnames"]);
  switch (kind) {
    case "RangeVar": {
      const relname = String(body["relname"] ?? "");
      const schema = typeof body["schemaname"] === "string" ? body["schemaname"] : null;
      const isCte = schema === null && names.has(relname);
      const table = isCte ? null : findTable(model, schema, relname);
      return [{ alias: name || relname, table: renames ? null : table, renames }];
    }
    case "JoinExpr":
      // `(a join b on …) as j` hides a and b.
      if (alias) return [{ alias: name, table: null, renames }];
      return [...itemsOf(model, body["larg"], names), ...itemsOf(model, body["rarg"], names)];
    default:
      return [{ alias: name, table: null, renames }];
  }
}
