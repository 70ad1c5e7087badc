import type { Node } from "@pgsql/types";
import { createAggregate, createOperator } from "./aggregates.ts";
import { alterTable } from "./alter.ts";
import { type Body, isBody, strings, unwrap } from "./ast.ts";
import { changeRows, copyRows, selectForEffect, truncate } from "./data.ts";
import { doBlock } from "./do-blocks.ts";
import { drop } from "./drop.ts";
import { alterEnum } from "./enums.ts";
import { createExtension } from "./extensions.ts";
import { alterFunction, createFunction } from "./functions.ts";
import { grant } from "./grants.ts";
import { createIndex } from "./indexes.ts";
import { keyOf, own } from "./model.ts";
import {
  alterPolicy,
  comment,
  createPolicy,
  createSchema,
  createSequence,
  createTrigger,
  createType,
  ownerOf,
} from "./objects.ts";
import { DROPPED, REFUSED } from "./refusals.ts";
import { rename } from "./rename.ts";
import { refuseReserved } from "./reserved.ts";
import type { SourceStatement } from "./source.ts";
import { createTableAs } from "./table-as.ts";
import { createTable } from "./tables.ts";
import { unqualify } from "./unqualify.ts";
import { createView } from "./views.ts";
import { emit, notice, refuse, type Unit, type Work } from "./work.ts";

/** The list of what is known; anything else is refused. */
export function compileStatement(work: Work, statement: SourceStatement) {
  compileUnit(work, statement);
}

function compileUnit(work: Work, source: Unit) {
  const unit = unqualify(work, source, isForShared(work, source.node));
  const node = unit.node;
  refuseReserved(node);
  if ("CreateStmt" in node) return createTable(work, node.CreateStmt, unit);
  if ("AlterTableStmt" in node) return alterTable(work, node.AlterTableStmt, unit);
  if ("IndexStmt" in node) return createIndex(work, node.IndexStmt, unit);
  if ("ViewStmt" in node) return createView(work, node.ViewStmt, unit);
  if ("CreateFunctionStmt" in node) return createFunction(work, node.CreateFunctionStmt, unit);
  if ("AlterFunctionStmt" in node) return alterFunction(work, node.AlterFunctionStmt, unit);
  if ("CreateTrigStmt" in node) return createTrigger(work, node.CreateTrigStmt, unit);
  if ("CreatePolicyStmt" in node) return createPolicy(work, node.CreatePolicyStmt, unit);
  if ("AlterPolicyStmt" in node) return alterPolicy(work, node.AlterPolicyStmt, unit);
  if ("AlterEnumStmt" in node) return alterEnum(work, node.AlterEnumStmt, unit);
  if ("CreateSeqStmt" in node) return createSequence(work, node.CreateSeqStmt, unit);
  if ("CreateSchemaStmt" in node) return createSchema(work, node.CreateSchemaStmt);
  if ("CreateExtensionStmt" in node) return createExtension(work, node.CreateExtensionStmt);
  if ("CommentStmt" in node) return comment(work, node.CommentStmt, unit);
  if ("DropStmt" in node) return drop(work, node.DropStmt, unit);
  if ("RenameStmt" in node) return rename(work, node.RenameStmt, unit);
  if ("GrantStmt" in node) return grant(work, node.GrantStmt);
  if ("TruncateStmt" in node) return truncate(work, node.TruncateStmt, unit);
  if ("CopyStmt" in node) return copyRows(work, node.CopyStmt);
  if ("CreateTableAsStmt" in node)
    return createTableAs(work, node.CreateTableAsStmt, (inner) => compileUnit(work, inner));
  if ("DoStmt" in node) return doBlock(work, node.DoStmt, unit, (inner) => compileUnit(work, inner));
  if ("SelectStmt" in node) return selectForEffect(work, unit);
  return compileByKind(work, unit);
}

function compileByKind(work: Work, unit: Unit) {
  const [kind, body] = unwrap(unit.node) ?? ["", {}];
  switch (kind) {
    case "InsertStmt":
    case "UpdateStmt":
    case "DeleteStmt":
    case "MergeStmt":
      return changeRows(work, unit);
    case "CreateEnumStmt":
    case "CreateDomainStmt":
    case "CompositeTypeStmt":
    case "CreateRangeStmt":
      return createType(work, kind, body, unit);
    case "AlterSeqStmt": {
      const sequence = isBody(body["sequence"]) ? body["sequence"] : {};
      const entry = own(
        work.model.sequences,
        keyOf(sequence["schemaname"] as string | undefined, String(sequence["relname"])),
      );
      const ownedBy = ownerOf(work, body["options"] as Node[] | undefined);
      if (entry && ownedBy) entry.ownedBy = ownedBy;
      return emit(work, entry?.shared ? "database" : "place", unit.text);
    }
    case "AlterDomainStmt":
      return emit(
        work,
        work.sharedTypes.has(strings(body["typeName"]).at(-1) ?? "") ? "database" : "place",
        unit.text,
      );
    case "CreateStatsStmt":
      return emit(work, "place", unit.text);
    case "ConstraintsSetStmt":
    case "CallStmt":
      return emit(work, "tenant", unit.text);
    case "VariableSetStmt":
      return setVariable(work, body);
    case "DefineStmt":
      return define(work, body, unit);
    default: {
      const dropped = DROPPED[kind];
      if (dropped) return notice(work, ...dropped);
      const [reason, cure] = REFUSED[kind] ?? [
        `A statement of kind ${kind} is not known to be safe.`,
        "Leave it out.",
      ];
      return refuse(reason, cure);
    }
  }
}

/** Dumps make functions before the tables that they use, and say so; every other setting is Tenancy's. */
function setVariable(work: Work, body: Record<string, unknown>) {
  if (body["name"] === "check_function_bodies" && JSON.stringify(body["args"]).match(/false|off/)) {
    for (const scope of work.sharedFunctions.size > 0
      ? (["database", "place"] as const)
      : (["place"] as const)) {
      emit(work, scope, "set local check_function_bodies = off");
    }
    return;
  }
  if (["role", "session_authorization", "session_replication_role"].includes(String(body["name"]))) {
    refuse(`SET ${body["name"]} would change who acts, or turn foreign keys off.`, "Leave the line out.");
  }
  notice(work, "Settings of the session are Tenancy's.", "The line is dropped.");
}

const HARMLESS_DEFINITIONS = new Set(["OBJECT_COLLATION", "OBJECT_TSCONFIGURATION", "OBJECT_TSDICTIONARY"]);

function define(work: Work, body: Body, unit: Unit) {
  const kind = String(body["kind"]);
  if (HARMLESS_DEFINITIONS.has(kind)) return emit(work, "place", unit.text);
  if (kind === "OBJECT_AGGREGATE") return createAggregate(work, body, unit);
  if (kind === "OBJECT_OPERATOR") return createOperator(work, body, unit);
  const noun = kind.slice(7).toLowerCase();
  refuse(`Making a ${noun} of the app's own is not known to be safe.`, "Use one that PostgreSQL brings.");
}

/** True for structure of a shared table or type, which is written in `public` itself. */
function isForShared(work: Work, node: Node): boolean {
  const [kind, body] = unwrap(node) ?? ["", {}];
  if (kind === "ViewStmt" || kind === "CreateFunctionStmt") return false;
  const relation = isBody(body["relation"]) ? body["relation"] : null;
  if (relation)
    return work.sharedTables.has(
      keyOf(relation["schemaname"] as string | undefined, String(relation["relname"])),
    );
  return kind === "DropStmt" || kind === "CommentStmt" || kind.startsWith("Create");
}
