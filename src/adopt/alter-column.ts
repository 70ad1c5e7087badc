import type { AlterTableCmd } from "@pgsql/types";
import { unwrap } from "./ast.ts";
import { keyOf, type Table } from "./model.ts";
import { setDefault } from "./tables.ts";
import { typeText } from "./type-text.ts";
import type { Work } from "./work.ts";

/** Follows a change of one column in the model; PostgreSQL carries it out as it is written. */
export function alterColumn(work: Work, table: Table, command: AlterTableCmd) {
  const column = table.columns.find((each) => each.name === command.name);
  const definition = unwrap(command.def)?.[1];
  if (!column) return;
  switch (command.subtype) {
    case "AT_DropColumn":
      return dropColumn(work, table, column.name);
    case "AT_ColumnDefault":
      setDefault(column, command.def);
      return;
    case "AT_DropNotNull":
      column.nullable = true;
      return;
    case "AT_SetNotNull":
      column.nullable = false;
      return;
    case "AT_AlterColumnType": {
      const typeName = definition?.["typeName"];
      if (typeof typeName === "object" && typeName !== null) column.type = typeText(typeName);
      return;
    }
    case "AT_AddIdentity":
      column.identity = definition?.["generated_when"] === "a" ? "always" : "by default";
      column.hasDefault = true;
      return;
    case "AT_DropIdentity":
      column.identity = null;
      column.hasDefault = false;
      return;
    case "AT_DropExpression":
      column.generated = false;
      return;
  }
}

/** PostgreSQL drops every key, reference and index that holds the column. */
function dropColumn(work: Work, table: Table, name: string) {
  const position = table.columns.findIndex((each) => each.name === name);
  table.columns.splice(position, 1);
  if (position < table.tenantPosition) table.tenantPosition -= 1;
  if (table.primaryKey.includes(name)) table.primaryKey = [];
  table.uniques = table.uniques.filter((each) => !each.columns.includes(name));
  table.foreignKeys = table.foreignKeys.filter((each) => !each.columns.includes(name));
  const key = keyOf(table.schema, table.name);
  for (const [indexKey, index] of Object.entries(work.model.indexes)) {
    if (index.table !== key || !index.columns.includes(name)) continue;
    delete work.model.indexes[indexKey];
    delete table.constraints[index.name];
  }
  for (const [sequenceKey, sequence] of Object.entries(work.model.sequences)) {
    if (sequence.ownedBy?.table === key && sequence.ownedBy.column === name)
      delete work.model.sequences[sequenceKey];
  }
  for (const other of Object.values(work.model.tables)) {
    other.foreignKeys = other.foreignKeys.filter(
      (each) => each.table !== key || !each.targetColumns.includes(name),
    );
  }
}
