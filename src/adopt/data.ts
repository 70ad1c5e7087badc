import type { CopyStmt, TruncateStmt } from "@pgsql/types";
import { type Body, isBody, strings, unwrap, walk } from "./ast.ts";
import { applyEdits } from "./edits.ts";
import { findTable, keyOf, own, type Table } from "./model.ts";
import { quote, relationName } from "./names.ts";
import { queryEdits } from "./query.ts";
import { emit, notice, refuse, type Scope, type Unit, type Work } from "./work.ts";

/** Rows: what writes a tenant's table runs once per tenant, what writes a shared one once per database. */
export function changeRows(work: Work, unit: Unit) {
  const { written, read } = tablesOf(work, unit);
  const shared = written.filter((table) => table.shared);
  if (shared.length > 0 && (shared.length < written.length || read.some((table) => !table.shared))) {
    refuse(
      "The statement joins a shared table's rows with a tenant's.",
      "Write the shared rows from shared tables only.",
    );
  }
  if (written.length === 0)
    refuse("The table written to is not in these files.", "Add the file that makes it.");
  emitQuery(work, shared.length > 0 ? "database" : "tenant", unit);
}

function emitQuery(work: Work, scope: Scope, unit: Unit) {
  const edits = queryEdits(unit.text, [unit.node], {
    model: work.model,
    listsColumns: "always",
    stars: "counted",
  });
  emit(work, scope, applyEdits(unit.text, edits));
}

function tablesOf(work: Work, unit: Unit): { written: Table[]; read: Table[] } {
  const written: Table[] = [];
  const read: Table[] = [];
  const targets = new Set<Body>();
  walk({ List: { items: [unit.node] } }, (kind, body) => {
    const relation = body["relation"];
    const isWrite = ["InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"].includes(kind);
    if (isWrite && isBody(relation)) targets.add(relation);
    if (kind !== "RangeVar") return;
    const table = findTable(
      work.model,
      body["schemaname"] as string | undefined,
      String(body["relname"] ?? ""),
    );
    const view = own(
      work.model.views,
      keyOf(body["schemaname"] as string | undefined, String(body["relname"] ?? "")),
    );
    if (view && targets.has(body))
      refuse("The rows are written through a view.", "Write to the table itself.");
    if (table) (targets.has(body) ? written : read).push(table);
  });
  return { written, read };
}

/** A bare SELECT in a migration: setval of pg_dump, or a function called for what it does. */
export function selectForEffect(work: Work, unit: Unit) {
  const body = unwrap(unit.node)?.[1] ?? {};
  if (isBody(body["intoClause"])) {
    refuse(
      "SELECT INTO makes a table whose rows belong to no tenant.",
      "CREATE TABLE with columns, then INSERT … SELECT.",
    );
  }
  const calls: Body[] = [];
  walk(unit.node, (kind, each) => {
    if (kind === "FuncCall") calls.push(each);
  });
  const names = calls.map((call) => strings(call["funcname"]).at(-1) ?? "");
  if (names.includes("set_config")) {
    return notice(
      work,
      "Settings of the session are Tenancy's.",
      "The line is dropped; names are found by the search path.",
    );
  }
  if (names.includes("setval")) return setSequence(work, calls, unit);
  if (names.length === 0) return notice(work, "The statement changes nothing.", "The line is dropped.");
  notice(work, "The statement runs once per tenant.", "Check that this is what it is for.");
  emitQuery(work, "tenant", unit);
}

function setSequence(work: Work, calls: readonly Body[], unit: Unit) {
  const call = calls.find((each) => strings(each["funcname"]).at(-1) === "setval");
  const first = unwrap((call?.["args"] as unknown[] | undefined)?.[0])?.[1];
  const inner = isBody(first?.["arg"]) ? unwrap(first["arg"])?.[1] : first;
  const literal = isBody(inner?.["sval"]) ? String(inner["sval"]["sval"]) : null;
  const sequence = literal ? own(work.model.sequences, literal.replaceAll('"', "")) : null;
  let reads = false;
  walk(unit.node, (kind) => {
    reads ||= kind === "RangeVar";
  });
  if (reads) {
    refuse(
      "setval reads a table, but sequences are set once per place, outside of any tenant.",
      "Give the number itself.",
    );
  }
  emit(work, sequence?.shared ? "database" : "place", unit.text);
}

/** TRUNCATE takes every tenant's rows at once, so in a migration it becomes DELETE, tenant by tenant. */
export function truncate(work: Work, statement: TruncateStmt, unit: Unit) {
  const tables = (statement.relations ?? []).map((node) => {
    const body = unwrap(node)?.[1] ?? {};
    const table = findTable(
      work.model,
      body["schemaname"] as string | undefined,
      String(body["relname"] ?? ""),
    );
    return (
      table ?? refuse(`The table ${body["relname"]} is not in these files.`, "Add the file that makes it.")
    );
  });
  if (tables.every((table) => table.shared)) return emit(work, "database", unit.text);
  if (statement.restart_seqs)
    refuse("RESTART IDENTITY would restart a sequence that tenants share.", "Leave it out.");
  if (statement.behavior === "DROP_CASCADE")
    refuse("TRUNCATE … CASCADE empties tables that are not named.", "Name every table.");
  if (tables.some((table) => table.shared))
    refuse("Shared and tenant tables are emptied together.", "Use two statements.");
  notice(
    work,
    "TRUNCATE would take the rows of every tenant.",
    "It is written as DELETE, run once per tenant.",
  );
  for (const table of referringFirst(tables))
    emit(work, "tenant", `delete from ${relationName(table.schema, table.name)}`);
}

function referringFirst(tables: readonly Table[]): Table[] {
  const rest = [...tables];
  const ordered: Table[] = [];
  while (rest.length > 0) {
    const index = rest.findIndex((table) => {
      const key = keyOf(table.schema, table.name);
      return !rest.some((other) => other !== table && other.foreignKeys.some((each) => each.table === key));
    });
    ordered.push(...rest.splice(Math.max(index, 0), 1));
  }
  return ordered;
}

const ROWS_PER_INSERT = 500;

/** The data lines behind `COPY … FROM stdin` of a dump become inserts: COPY does not work under row security. */
export function copyRows(work: Work, statement: CopyStmt) {
  const lines = work.current.copyLines;
  const { schemaname, relname } = statement.relation ?? {};
  const table = findTable(work.model, schemaname, relname ?? "");
  if (!statement.is_from || statement.filename || statement.is_program || !lines) {
    refuse(
      "COPY moves rows between the database and a file.",
      "Load rows through the application, or by INSERT.",
    );
  }
  if (!table) refuse(`The table ${relname} is not in these files.`, "Add the file that makes it.");
  if ((statement.options ?? []).length > 0)
    refuse("Only COPY in its plain text format is read.", "Dump without options, or with --inserts.");
  const given = strings(statement.attlist);
  const columns =
    given.length > 0 ? given : table.columns.filter((each) => !each.generated).map((each) => each.name);
  const always = table.columns.some((each) => each.identity === "always" && columns.includes(each.name));
  const head = `insert into ${relationName(table.schema, table.name)} (${columns.map(quote).join(", ")})${always ? " overriding system value" : ""} values`;
  for (let at = 0; at < lines.length; at += ROWS_PER_INSERT) {
    const rows = lines
      .slice(at, at + ROWS_PER_INSERT)
      .map((line) => `  (${line.split("\t").map(copyValue).join(", ")})`);
    emit(work, table.shared ? "database" : "tenant", `${head}\n${rows.join(",\n")}`);
  }
}

const ESCAPES: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" };

function copyValue(field: string): string {
  if (field === "\\N") return "null";
  const text = field.replace(/\\(x[\da-fA-F]{1,2}|[0-7]{1,3}|.)/g, (_all, code: string) => {
    if (/^x./.test(code)) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    if (/^[0-7]/.test(code)) return String.fromCharCode(Number.parseInt(code, 8));
    return ESCAPES[code] ?? code;
  });
  return `'${text.replaceAll("'", "''")}'`;
}
