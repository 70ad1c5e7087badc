import type {
  AlterPolicyStmt,
  CommentStmt,
  CreatePolicyStmt,
  CreateSchemaStmt,
  CreateSeqStmt,
  CreateTrigStmt,
  Node,
} from "@pgsql/types";
import { type Body, strings, unwrap } from "./ast.ts";
import { createEnum } from "./enums.ts";
import { GUARD_POLICY, ROWS_POLICY } from "./guard.ts";
import { findTable, keyOf, own } from "./model.ts";
import { quote, relationName } from "./names.ts";
import { sealByComment } from "./sealed.ts";
import { typeMadeBy } from "./shared.ts";
import { typeText } from "./type-text.ts";
import { emit, notice, refuse, type Unit, type Work } from "./work.ts";

/** Enums, domains, composite and range types. */
export function createType(work: Work, kind: string, body: Body, unit: Unit) {
  const name = typeMadeBy(kind, body) ?? "";
  const schema = schemaOfType(kind, body);
  const key = keyOf(schema, name);
  const shared = work.sharedTypes.has(key);
  const entry = { schema, name, shared };
  const asEnum = kind === "CreateEnumStmt" ? { ...entry, values: strings(body["vals"]) } : null;
  if (asEnum) work.model.enums[key] = asEnum;
  else if (kind === "CreateDomainStmt") {
    work.model.domains[key] = { ...entry, baseType: typeText(body["typeName"] as object) };
  } else work.model.types[key] = entry;
  const scope = shared ? "database" : "place";
  if (shared) {
    notice(
      work,
      `The type ${name} is used by a shared table, so it lives once in public.`,
      `In queries write the cast as public.${name}, or leave it out.`,
    );
  }
  if (asEnum) createEnum(work, asEnum, unit.text);
  else emit(work, scope, unit.text);
  const noun = kind === "CreateDomainStmt" ? "domain" : "type";
  emit(work, scope, `grant usage on ${noun} ${relationName(schema, name)} to ${quote(work.appRole)}`);
}

function schemaOfType(kind: string, body: Body): string {
  if (kind === "CompositeTypeStmt") return String((body["typevar"] as Body)["schemaname"] ?? "public");
  const names = strings(body["typeName"] ?? body["domainname"]);
  const list = kind === "CreateDomainStmt" ? strings(body["domainname"]) : names;
  return list.length > 1 ? (list.at(-2) as string) : "public";
}

export function createSequence(work: Work, statement: CreateSeqStmt, unit: Unit) {
  const schema = statement.sequence?.schemaname ?? "public";
  const name = statement.sequence?.relname ?? "";
  if (statement.sequence?.relpersistence === "t")
    refuse("A temporary sequence belongs to a connection.", "Make it an ordinary one.");
  const ownedBy = ownerOf(work, statement.options);
  const shared = ownedBy ? own(work.model.tables, ownedBy.table)?.shared === true : isForShared(work, name);
  work.model.sequences[keyOf(schema, name)] = { schema, name, shared, ownedBy };
  emit(work, shared ? "database" : "place", unit.text);
  if (!shared)
    emit(work, "place", `grant usage on sequence ${relationName(schema, name)} to ${quote(work.appRole)}`);
}

/** pg_dump makes the sequence before it says whose it is: `genres_id_seq` of a shared table genres. */
function isForShared(work: Work, name: string): boolean {
  return [...work.sharedTables].some((key) => name.startsWith(`${key}_`) && name.endsWith("_seq"));
}

export function ownerOf(
  work: Work,
  options: readonly Node[] | undefined,
): { table: string; column: string } | null {
  for (const option of options ?? []) {
    const body = unwrap(option)?.[1];
    if (body?.["defname"] !== "owned_by") continue;
    const names = strings(unwrap(body["arg"])?.[1]["items"]);
    const table = findTable(work.model, names.at(-3), names.at(-2) ?? "");
    if (table) return { table: keyOf(table.schema, table.name), column: names.at(-1) ?? "" };
  }
  return null;
}

const RESERVED_SCHEMAS = /^(pg_.*|tenancy.*|extensions|information_schema|t_.*)$/;

export function createSchema(work: Work, statement: CreateSchemaStmt) {
  const name = statement.schemaname ?? "";
  if (name === "public" || work.model.schemas.includes(name)) {
    return notice(work, `The schema ${name} exists already.`, "Nothing to do: the line is dropped.");
  }
  if (name === "" || RESERVED_SCHEMAS.test(name))
    refuse(`The schema name "${name}" is reserved.`, "Choose another name.");
  if ((statement.schemaElts ?? []).length > 0)
    refuse("Objects within CREATE SCHEMA are not read.", "Create them in statements of their own.");
  work.model.schemas.push(name);
  notice(
    work,
    "An app with several schemas cannot run at the schema level.",
    "Use the levels table and database, or one schema.",
  );
  emit(work, "place", `create schema ${quote(name)}`);
  emit(work, "place", `grant usage on schema ${quote(name)} to ${quote(work.appRole)}`);
}

export function createTrigger(work: Work, statement: CreateTrigStmt, unit: Unit) {
  const { schemaname, relname } = statement.relation ?? {};
  const table = findTable(work.model, schemaname, relname ?? "");
  if (!table && !own(work.model.views, keyOf(schemaname, relname ?? ""))) {
    refuse(`The table ${relname} is not in these files.`, "Add the file that makes it.");
  }
  emit(work, table?.shared ? "database" : "place", unit.text);
}

/** The app's permissive policies replace our open one, so that they can restrict; the guard stays beneath them. */
export function createPolicy(work: Work, statement: CreatePolicyStmt, unit: Unit) {
  const name = statement.policy_name ?? "";
  if (name === GUARD_POLICY || name === ROWS_POLICY) return;
  const { schemaname, relname } = statement.table ?? {};
  const table = findTable(work.model, schemaname, relname ?? "");
  if (!table) refuse(`The table ${relname} is not in these files.`, "Add the file that makes it.");
  if (table.shared)
    refuse(
      "A shared table has no policies: everyone reads it.",
      "Leave the policy out, or do not share the table.",
    );
  checkRoles(statement.roles);
  if (statement.permissive === true) {
    const relation = relationName(table.schema, table.name);
    if (table.policies.length === 0)
      emit(work, "place", `drop policy if exists ${ROWS_POLICY} on ${relation}`);
    table.policies.push(name);
  }
  emit(work, "place", unit.text);
}

export function alterPolicy(work: Work, statement: AlterPolicyStmt, unit: Unit) {
  const name = statement.policy_name ?? "";
  if (name === GUARD_POLICY || name === ROWS_POLICY)
    refuse(`The policy ${name} is Tenancy's.`, "Leave it as it is.");
  checkRoles(statement.roles);
  emit(work, "place", unit.text);
}

function checkRoles(roles: readonly Node[] | undefined): void {
  const kinds = (roles ?? []).map((role) => unwrap(role)?.[1]["roletype"]);
  if (kinds.every((kind) => kind === "ROLESPEC_PUBLIC")) return;
  refuse(
    "The policy is for a role, but all tenants' connections use one role.",
    "Write TO PUBLIC, and decide by current_setting('app.…').",
  );
}

const COMMENTED_ELSEWHERE = new Set([
  "OBJECT_EXTENSION",
  "OBJECT_DATABASE",
  "OBJECT_ROLE",
  "OBJECT_TABLESPACE",
  "OBJECT_LANGUAGE",
]);

export function comment(work: Work, statement: CommentStmt, unit: Unit) {
  if (COMMENTED_ELSEWHERE.has(statement.objtype ?? "")) {
    return notice(work, "The object belongs to the database, not to the app.", "The comment is dropped.");
  }
  if (statement.objtype === "OBJECT_SCHEMA" && unwrap(statement.object)?.[1]["sval"] === "public") {
    return notice(work, "The schema's name and comment are Tenancy's.", "The comment is dropped.");
  }
  const names = strings(unwrap(statement.object)?.[1]["items"]);
  const table = tableOfComment(work, statement.objtype ?? "", names);
  if (statement.objtype === "OBJECT_TABLE" && table && statement.comment) table.comment = statement.comment;
  emit(work, table?.shared ? "database" : "place", unit.text);
  const column = statement.objtype === "OBJECT_COLUMN" ? names.at(-1) : undefined;
  if (table && column !== undefined) sealByComment(work, table, column, statement.comment ?? "");
}

function tableOfComment(work: Work, kind: string, names: readonly string[]) {
  if (kind === "OBJECT_INDEX") {
    const index = own(work.model.indexes, keyOf(names.at(-2), names.at(-1) ?? ""));
    return index ? own(work.model.tables, index.table) : null;
  }
  const path = kind === "OBJECT_TABLE" ? names : names.slice(0, -1);
  return findTable(work.model, path.at(-2), path.at(-1) ?? "");
}
