import type { AlterTableCmd, AlterTableStmt, Node } from "@pgsql/types";
import { unwrap } from "./ast.ts";
import { keyOf, own } from "./model.ts";
import { emit, notice, refuse, type Unit, type Work } from "./work.ts";

export function isKnownOther(work: Work, schema: string | undefined, name: string): boolean {
  const key = keyOf(schema, name);
  return [work.model.views, work.model.sequences, work.model.indexes].some((record) =>
    Object.hasOwn(record, key),
  );
}

/** ALTER of views, indexes, sequences and composite types: the same grammar, few commands. */
export function alterOther(work: Work, statement: AlterTableStmt, unit: Unit) {
  const { schemaname, relname } = statement.relation ?? {};
  const key = keyOf(schemaname, relname ?? "");
  const index = own(work.model.indexes, key);
  const isShared = index ? own(work.model.tables, index.table)?.shared === true : work.sharedTypes.has(key);
  for (const command of (statement.cmds ?? []).map(commandOf)) {
    switch (command.subtype) {
      case "AT_ChangeOwner":
        return notice(work, "Tenancy owns the app's objects.", "OWNER TO is dropped.");
      case "AT_SetTableSpace":
        return notice(work, "Where files lie is the cell's business.", "SET TABLESPACE is dropped.");
      case "AT_SetRelOptions":
      case "AT_ResetRelOptions":
        if (own(work.model.views, key) && JSON.stringify(command.def).includes("security_invoker")) {
          refuse("security_invoker is what keeps a view within its tenant.", "Leave the option alone.");
        }
        break;
      case "AT_AttachPartition":
      case "AT_ColumnDefault":
      case "AT_SetStatistics":
      case "AT_AddColumn":
      case "AT_DropColumn":
      case "AT_AlterColumnType":
        break;
      default:
        refuse(`ALTER … ${command.subtype?.slice(3)} is not known to be safe.`, "Use a plainer form.");
    }
  }
  emit(work, isShared ? "database" : "place", unit.text);
}

export function commandOf(node: Node): AlterTableCmd {
  return (unwrap(node)?.[1] ?? {}) as AlterTableCmd;
}
