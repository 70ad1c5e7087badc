import type { IndexElem, IndexStmt, Node } from "@pgsql/types";
import { print, unwrap } from "./ast.ts";
import { TENANT_COLUMN } from "./guard.ts";
import { findTable, isRelation, keyOf, type Table } from "./model.ts";
import { expressionName, freeName, joinColumns } from "./names.ts";
import { isSealedIndex } from "./sealed.ts";
import { emit, notice, refuse, type Unit, type Work } from "./work.ts";

/** B-tree indexes lead with tenant_id: every query carries the guard's condition on it. Other methods stay. */
export function createIndex(work: Work, statement: IndexStmt, unit: Unit) {
  const { schemaname, relname } = statement.relation ?? {};
  const table = findTable(work.model, schemaname, relname ?? "");
  if (!table) refuse(`The table ${relname} is not in these files.`, "Add the file that makes it.");
  if (statement.concurrent) {
    notice(
      work,
      "A file runs in one transaction, where CONCURRENTLY is not possible.",
      "CONCURRENTLY is dropped.",
    );
  }
  const method = statement.accessMethod ?? "btree";
  const parameters = (statement.indexParams ?? []).filter(
    (each) => table.shared || elementOf(each).name !== TENANT_COLUMN,
  );
  if (isOwnIndex(statement, table, parameters) || isSealedIndex(table, statement)) return;
  const columns = parameters.map((each) => elementOf(each).name ?? null);
  const name =
    statement.idxname || autoName(work, table, [...parameters, ...(statement.indexIncludingParams ?? [])]);
  if (statement.if_not_exists && isRelation(work.model, table.schema, name)) {
    return notice(work, `${name} exists already.`, "Nothing to do: the line is dropped.");
  }
  const unique = statement.unique === true;
  const tableKey = keyOf(table.schema, table.name);
  work.model.indexes[keyOf(table.schema, name)] = {
    schema: table.schema,
    name,
    table: tableKey,
    unique,
    method,
    columns,
  };
  if (unique && !statement.whereClause && !columns.includes(null)) {
    table.uniques.push({ name, columns: columns.filter((column) => column !== null) });
  }
  if (table.shared && !statement.concurrent) return emit(work, "database", unit.text);
  const leads = !table.shared && method === "btree";
  const adapted: IndexStmt = {
    ...{ ...statement, concurrent: undefined, tableSpace: undefined, idxname: name },
    indexParams: leads ? [tenantElement(), ...parameters] : parameters,
  };
  const sql =
    print({ IndexStmt: adapted }) ??
    refuse(`The index ${name} uses a form that cannot be printed.`, "Write it in a plainer form.");
  emit(work, table.shared ? "database" : "place", sql);
}

/** `create index on t (tenant_id)`, which we write for tables without a key, and write again. */
function isOwnIndex(statement: IndexStmt, table: Table, parameters: readonly Node[]): boolean {
  return !table.shared && parameters.length === 0 && (statement.indexParams ?? []).length === 1;
}

function elementOf(node: Node): IndexElem {
  return (unwrap(node)?.[1] ?? {}) as IndexElem;
}

function tenantElement(): Node {
  return {
    IndexElem: { name: TENANT_COLUMN, ordering: "SORTBY_DEFAULT", nulls_ordering: "SORTBY_NULLS_DEFAULT" },
  };
}

function autoName(work: Work, table: Table, elements: readonly Node[]): string {
  const names: string[] = [];
  for (const element of elements.map(elementOf)) {
    const wanted = element.name ?? expressionName(element.expr);
    let name = wanted;
    for (let count = 1; names.includes(name); count++) name = `${wanted}${count}`;
    names.push(name);
  }
  return freeName(table.name, joinColumns(names), "idx", (name) =>
    isRelation(work.model, table.schema, name),
  );
}
