import type { Node } from "@pgsql/types";
import { loadParser, walk } from "./ast.ts";
import { adoptErrors } from "./errors.ts";
import { finishKeys } from "./guard.ts";
import type { AppModel } from "./model.ts";
import { keepSealed } from "./sealed-uses.ts";
import { findShared } from "./shared.ts";
import { type ReadFile, readFiles, type SourceFile } from "./source.ts";
import { compileStatement } from "./statements.ts";
import {
  type AdoptOptions,
  type CompiledStatement,
  type Finding,
  notice,
  Refusal,
  report,
  startWork,
  type Work,
} from "./work.ts";

export type { SourceFile } from "./source.ts";
export type { AdoptOptions, CompiledStatement, Finding } from "./work.ts";

export interface CompiledFile {
  readonly name: string;
  readonly statements: CompiledStatement[];
}

export interface Compiled {
  readonly files: CompiledFile[];
  readonly findings: Finding[];
  readonly model: AppModel;
  /** Shared tables by the names under which they are made; `model.sharedTables` has their names at the end. */
  readonly shared: readonly string[];
  /** Levels that the app can run at. */
  readonly levels: { table: true; schema: boolean; database: boolean };
}

/**
 * Turns single-tenant migrations into tenant-safe ones. Files are folded in order. What cannot be made safe is left
 * out and listed among the findings as refused; text that PostgreSQL cannot read throws `adopt.syntax`.
 */
export async function compile(files: readonly SourceFile[], options: AdoptOptions = {}): Promise<Compiled> {
  await loadParser();
  const read = readFiles(files);
  const hasFunctions = read.some((file) => file.statements.some(({ node }) => "CreateFunctionStmt" in node));
  const ahead = hasFunctions ? compileAll(read, options, null).work.model : null;
  const { work, compiled, shared } = compileAll(read, options, ahead);
  const levels = { table: true, schema: work.model.schemas.length === 0, database: true } as const;
  return { files: compiled, findings: work.findings, model: work.model, shared, levels };
}

function compileAll(read: readonly ReadFile[], options: AdoptOptions, ahead: AppModel | null) {
  const work = startWork(options, ahead);
  findShared(work, read, options);
  const shared = [...work.sharedTables];
  return { shared, work, compiled: read.map((file) => compileFile(work, file)) };
}

/** Throws `adopt.refused` when anything was refused: nothing of it may be applied then. */
export function assertAdopted(compiled: Pick<Compiled, "findings">): void {
  const refused = compiled.findings.filter((finding) => finding.severity === "refused");
  const first = refused[0];
  if (!first) return;
  const problems = refused.map((each) => ({
    path: `${each.file}:${each.line}`,
    message: `${each.reason} ${each.cure}`,
  }));
  const details = { ...first, count: refused.length, findings: refused };
  throw adoptErrors.error("adopt.refused", details, { problems });
}

function compileFile(work: Work, file: ReadFile): CompiledFile {
  work.statements = [];
  work.madeInFile = new Map();
  work.columnsMade = new Set();
  work.enumsMade = new Map();
  work.enumsRenamed = new Set();
  for (const { text, line } of file.metaCommands) {
    work.current = { ...work.current, text, line, file: file.name };
    notice(work, "psql's own commands mean nothing to the database.", "The line is dropped.");
  }
  for (const statement of file.statements) {
    work.current = statement;
    const before = work.statements.length;
    try {
      compileStatement(work, statement);
      keepSealed(work, statement.node);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      work.statements.length = before;
      for (const [key, source] of work.madeInFile) if (source === statement) work.madeInFile.delete(key);
      const cause = refusedBefore(work, statement.node, error);
      report(work, "refused", cause?.message ?? error.message, cause?.cure ?? error.cure);
    }
  }
  finishKeys(work);
  return { name: file.name, statements: work.statements };
}

/** A table that a refused statement would have made is missing from here on: what is said of it names the cause. */
function refusedBefore(work: Work, node: Node, refusal: Refusal): Refusal | null {
  const names: string[] = [];
  walk({ List: { items: [node] } }, (kind, body) => {
    if (kind === "RangeVar") names.push(String(body["relname"]));
  });
  const missing = names.find((name) => work.refusedTables.has(name));
  const made = madeBy(node);
  if (made !== undefined) work.refusedTables.add(made);
  if (missing === undefined || !refusal.message.endsWith("not in these files.")) return null;
  return new Refusal(
    `${missing} is missing, since the statement that makes it was refused.`,
    "Mend that one first.",
  );
}

function madeBy(node: Node): string | undefined {
  if ("CreateTableAsStmt" in node) return node.CreateTableAsStmt.into?.rel?.relname;
  if ("CreateStmt" in node) return node.CreateStmt.relation?.relname;
  return "ViewStmt" in node ? node.ViewStmt.view?.relname : undefined;
}
