import type { AlterTableCmd, AlterTableStmt, Constraint, Node } from "@pgsql/types";
import { alterColumn } from "./alter-column.ts";
import { alterOther, commandOf, isKnownOther } from "./alter-other.ts";
import { type Body, isBody, print, strings, unwrap } from "./ast.ts";
import { adaptConstraint, companionName, includingKey, inOrderOf } from "./constraints.ts";
import { TENANT_COLUMN, unforced } from "./guard.ts";
import { family, findTable, keyOf, type Table } from "./model.ts";
import { relationName } from "./names.ts";
import { isOfSealed, refuseSealedChange, storageOf } from "./sealed.ts";
import { grantSequences, readColumn } from "./tables.ts";
import { emit, NOT_THERE, notice, refuse, type Unit, type Work } from "./work.ts";

/** What one command becomes: commands of the same ALTER TABLE, and tables to unforce meanwhile. */
interface Adapted {
  commands: AlterTableCmd[];
  unforced: string[];
}

const NOTHING: Adapted = { commands: [], unforced: [] };

export function alterTable(work: Work, statement: AlterTableStmt, unit: Unit) {
  const { schemaname, relname } = statement.relation ?? {};
  if (statement.objtype !== "OBJECT_TABLE") return alterOther(work, statement, unit);
  const table = findTable(work.model, schemaname, relname ?? "");
  if (!table) {
    if (isKnownOther(work, schemaname, relname ?? "")) return alterOther(work, statement, unit);
    if (statement.missing_ok) return notice(work, ...NOT_THERE);
    refuse(`The table ${relname} is not in these files.`, "Add the file that makes it.");
  }
  const keyBefore = table.primaryKey.length > 0;
  const asked = withoutStorage(table, (statement.cmds ?? []).map(commandOf));
  const adapted = asked.map((command) => adaptCommand(work, table, command));
  const commands = withoutRepeats(adapted.flatMap((each) => each.commands));
  if (commands.length === 0) return;
  const cmds: Node[] = commands.map((each) => ({ AlterTableCmd: each }));
  const sql = print({ AlterTableStmt: { ...statement, cmds } });
  if (sql === null)
    refuse("The statement uses a form that cannot be printed.", "Split it into plainer statements.");
  if (table.shared) return emit(work, "database", sql);
  const open = adapted.flatMap((each) => each.unforced);
  unforced(work, open, () => emit(work, "place", sql));
  const added = commands.flatMap((each) => (each.subtype === "AT_AddColumn" ? [columnName(each)] : []));
  if (added.length > 0) grantSequences(work, table, added);
  followKey(work, table, keyBefore);
}

/** A sealed column is dropped with its storage; printed SQL names both already. */
function withoutStorage(table: Table, commands: readonly AlterTableCmd[]): AlterTableCmd[] {
  const isDrop = ({ subtype }: AlterTableCmd) => subtype === "AT_DropColumn";
  const storage = new Set(commands.filter(isDrop).flatMap(({ name }) => storageOf(table, name ?? "")));
  return commands.filter((command) => !isDrop(command) || !storage.has(command.name ?? ""));
}

/** A companion check is dropped with its reference; printed SQL names both already. */
function withoutRepeats(commands: readonly AlterTableCmd[]): AlterTableCmd[] {
  const dropped = new Set<string>();
  return commands.filter((command) => {
    if (command.subtype !== "AT_DropConstraint") return true;
    const isNew = !dropped.has(command.name ?? "");
    dropped.add(command.name ?? "");
    return isNew;
  });
}

/** A table that gains or loses its key gets the fitting replica identity, which the change stream needs. */
function followKey(work: Work, table: Table, hadKey: boolean): void {
  const key = keyOf(table.schema, table.name);
  const hasKey = table.primaryKey.length > 0;
  if (hadKey && !hasKey) work.madeInFile.set(key, work.current);
  for (const each of hasKey ? family(work.model, key) : []) {
    const member = work.model.tables[each];
    if (!member || !work.keyless.delete(each) || member.isPartitioned) continue;
    emit(work, "place", `alter table ${relationName(member.schema, member.name)} replica identity default`);
  }
}

function columnName(command: AlterTableCmd): string {
  const body = unwrap(command.def)?.[1];
  return typeof body?.["colname"] === "string" ? body["colname"] : "";
}

function adaptCommand(work: Work, table: Table, command: AlterTableCmd): Adapted {
  if (isOfSealed(table, command)) return NOTHING;
  refuseSealedChange(table, command);
  const self = keyOf(table.schema, table.name);
  switch (command.subtype) {
    case "AT_AddColumn":
      return addColumn(work, table, command);
    case "AT_AddConstraint": {
      const constraint = (unwrap(command.def)?.[1] ?? {}) as Constraint;
      const adapted = adaptConstraint(work, table, constraint);
      const key = adapted[0] && !table.shared ? includingKey(table, adapted[0]) : null;
      if (key !== null) {
        emit(work, "place", key);
        return NOTHING;
      }
      return {
        commands: adapted.map((each) => ({ ...command, def: { Constraint: each } })),
        unforced: openFor(table, adapted),
      };
    }
    case "AT_ValidateConstraint": {
      const foreign = table.foreignKeys.find((each) => each.name === command.name);
      return { commands: [command], unforced: foreign ? [self, foreign.table] : [] };
    }
    case "AT_DropConstraint": {
      const companion = companionName(command.name ?? "");
      const hasCompanion = table.constraints[companion] === "companion";
      dropConstraint(work, table, command.name ?? "");
      if (!hasCompanion) return keep(command);
      dropConstraint(work, table, companion);
      return { commands: [command, { ...command, name: companion, missing_ok: true }], unforced: [] };
    }
    case "AT_DropColumn": {
      if (command.name === TENANT_COLUMN) return refuseTenantColumn(table, command);
      const names = [...storageOf(table, command.name ?? ""), command.name ?? ""];
      alterColumn(work, table, command);
      return { commands: names.map((name) => ({ ...command, name })), unforced: [] };
    }
    case "AT_ColumnDefault":
    case "AT_DropNotNull":
    case "AT_SetNotNull":
    case "AT_AlterColumnType":
    case "AT_AddIdentity":
    case "AT_SetIdentity":
    case "AT_DropIdentity":
    case "AT_DropExpression":
    case "AT_SetExpression":
      if (command.name === TENANT_COLUMN) return refuseTenantColumn(table, command);
      alterColumn(work, table, command);
      return {
        commands: [command],
        unforced: command.subtype === "AT_AlterColumnType" ? neighbours(work, table) : [],
      };
    case "AT_AttachPartition":
      return attachPartition(work, table, command);
    case "AT_DetachPartition":
      return detachPartition(work, table, command);
    case "AT_AddInherit":
    case "AT_DropInherit":
      return changeParent(work, table, command);
    case "AT_SetStatistics":
    case "AT_SetOptions":
    case "AT_ResetOptions":
    case "AT_SetStorage":
    case "AT_SetCompression":
    case "AT_AlterConstraint":
    case "AT_SetLogged":
    case "AT_SetRelOptions":
    case "AT_ResetRelOptions":
    case "AT_EnableTrig":
    case "AT_EnableAlwaysTrig":
    case "AT_EnableReplicaTrig":
    case "AT_DisableTrig":
    case "AT_EnableTrigUser":
    case "AT_DisableTrigUser":
      return keep(command);
    case "AT_EnableTrigAll":
      // ALL means the triggers of foreign keys too, which only a superuser may name; they are never off here.
      return keep({ ...command, subtype: "AT_EnableTrigUser" });
    case "AT_AddIndexConstraint":
    case "AT_ClusterOn":
    case "AT_DropCluster":
      return keep(command);
    case "AT_ReplicaIdentity":
      return replicaIdentity(command);
    case "AT_EnableRowSecurity":
    case "AT_ForceRowSecurity":
    case "AT_NoForceRowSecurity":
      return NOTHING;
    case "AT_DisableRowSecurity":
      return refuse("Row security is what keeps tenants apart.", "Leave the line out.");
    case "AT_DisableTrigAll":
      return refuse(
        "DISABLE TRIGGER ALL also turns off foreign keys.",
        "Use DISABLE TRIGGER USER, or name the trigger.",
      );
    case "AT_ChangeOwner":
      notice(work, "Tenancy owns the app's tables.", "OWNER TO is dropped.");
      return NOTHING;
    case "AT_SetTableSpace":
      notice(work, "Where a table's files lie is the cell's business.", "SET TABLESPACE is dropped.");
      return NOTHING;
    case "AT_SetUnLogged":
      return refuse("An unlogged table cannot be backed up or moved.", "Leave the table logged.");
    default:
      return refuse(
        `ALTER TABLE … ${command.subtype?.slice(3)} is not known to be safe.`,
        "Use a plainer form.",
      );
  }
}

function keep(command: AlterTableCmd): Adapted {
  return { commands: [command], unforced: [] };
}

function refuseTenantColumn(table: Table, command: AlterTableCmd): Adapted {
  const isOwn = command.subtype === "AT_ColumnDefault" && unwrap(command.def)?.[0] === "FuncCall";
  if (isOwn && strings(unwrap(command.def)?.[1]["funcname"]).join(".") === "tenancy.current_tenant")
    return NOTHING;
  return refuse(`The column tenant_id of ${table.name} is Tenancy's.`, "Leave it as it is.");
}

function addColumn(work: Work, table: Table, command: AlterTableCmd): Adapted {
  const body = unwrap(command.def)?.[1];
  if (!isBody(body)) return keep(command);
  const name = columnName(command);
  if (name === TENANT_COLUMN && !table.shared) {
    refuse("tenant_id is Tenancy's column.", "Give the column another name, for example account_id.");
  }
  if (command.missing_ok && table.columns.some((column) => column.name === name)) return NOTHING;
  const { definition, moved } = readColumn(work, table, body);
  const constraints = inOrderOf(moved).flatMap((each) => adaptConstraint(work, table, each));
  const more = constraints.map(
    (each): AlterTableCmd => ({
      subtype: "AT_AddConstraint",
      def: { Constraint: each },
      behavior: "DROP_RESTRICT",
    }),
  );
  return {
    commands: [{ ...command, def: { ColumnDef: definition } }, ...more],
    unforced: openFor(table, constraints),
  };
}

/** A new reference is checked against the rows there are, on both sides. */
function openFor(table: Table, constraints: readonly Constraint[]): string[] {
  const names = constraints.filter((each) => each.contype === "CONSTR_FOREIGN").map((each) => each.conname);
  const targets = table.foreignKeys.filter((each) => names.includes(each.name)).map((each) => each.table);
  return targets.length > 0 ? [keyOf(table.schema, table.name), ...targets] : [];
}

/** The table, what it refers to and what refers to it. */
function neighbours(work: Work, table: Table): string[] {
  const self = keyOf(table.schema, table.name);
  const referring = Object.entries(work.model.tables).filter(([, each]) =>
    each.foreignKeys.some((key) => key.table === self),
  );
  const targets = table.foreignKeys.map((each) => each.table);
  return targets.length + referring.length > 0 ? [self, ...targets, ...referring.map(([key]) => key)] : [];
}

function dropConstraint(work: Work, table: Table, name: string) {
  work.dropped.add(`${keyOf(table.schema, table.name)}.${name}`);
  if (table.constraints[name] === "primary") table.primaryKey = [];
  table.uniques = table.uniques.filter((each) => each.name !== name);
  table.foreignKeys = table.foreignKeys.filter((each) => each.name !== name);
  delete table.constraints[name];
  delete work.model.indexes[keyOf(table.schema, name)];
}

function partitionOf(work: Work, command: AlterTableCmd): Table {
  const body = unwrap(command.def)?.[1]["name"] as Body | undefined;
  const name = String(body?.["relname"] ?? "");
  const table = findTable(work.model, body?.["schemaname"] as string | undefined, name);
  return table ?? refuse(`The partition ${name} is not in these files.`, "Add the file that makes it.");
}

function attachPartition(work: Work, table: Table, command: AlterTableCmd): Adapted {
  const partition = partitionOf(work, command);
  if (partition.shared !== table.shared)
    refuse("A shared table and a tenant's cannot be joined.", "Share both or neither.");
  partition.partitionOf = keyOf(table.schema, table.name);
  if (partition.primaryKey.length === 0) partition.primaryKey = [...table.primaryKey];
  return { commands: [command], unforced: [...neighbours(work, table), ...neighbours(work, partition)] };
}

function detachPartition(work: Work, table: Table, command: AlterTableCmd): Adapted {
  const partition = partitionOf(work, command);
  const unforced = [...neighbours(work, table), keyOf(partition.schema, partition.name)];
  partition.partitionOf = null;
  const [kind, body] = unwrap(command.def) ?? ["", {}];
  if (kind !== "PartitionCmd" || body["concurrent"] !== true) return { commands: [command], unforced };
  notice(
    work,
    "A file runs in one transaction, where CONCURRENTLY is not possible.",
    "CONCURRENTLY is dropped.",
  );
  const def = { PartitionCmd: { ...body, concurrent: undefined } };
  return { commands: [{ ...command, def }], unforced };
}

function changeParent(work: Work, table: Table, command: AlterTableCmd): Adapted {
  const body = unwrap(command.def)?.[1];
  const parent = findTable(
    work.model,
    body?.["schemaname"] as string | undefined,
    String(body?.["relname"] ?? ""),
  );
  if (!parent) refuse("The parent is not in these files.", "Add the file that makes it.");
  if (parent.shared !== table.shared)
    refuse("A shared table and a tenant's cannot be joined.", "Share both or neither.");
  const key = keyOf(parent.schema, parent.name);
  table.inherits = table.inherits.filter((each) => each !== key);
  if (command.subtype === "AT_AddInherit") table.inherits.push(key);
  return keep(command);
}

function replicaIdentity(command: AlterTableCmd): Adapted {
  const identity = unwrap(command.def)?.[1]["identity_type"];
  if (identity === "n")
    refuse("The change stream needs a replica identity.", "Use DEFAULT, FULL or an index.");
  return identity === "i" ? keep(command) : NOTHING;
}
