import type { Node } from "@pgsql/types";
import { type AppModel, type EnumType, emptyModel } from "./model.ts";
import type { SourceStatement } from "./source.ts";

/**
 * database: once per database, in `public` (extensions, shared tables and their rows).
 * place: structure, once per place (the shared tables, a tenant's schema, a tenant's database).
 * tenant: rows, once per tenant in its context.
 */
export type Scope = "database" | "place" | "tenant";

export interface CompiledStatement {
  readonly scope: Scope;
  readonly sql: string;
  readonly source: { readonly file: string; readonly line: number };
  /** False for a new enum value: it is committed ahead of the rest of its file, which may use it then. */
  readonly transactional: boolean;
}

export interface Finding {
  readonly severity: "refused" | "notice";
  readonly file: string;
  readonly line: number;
  /** The first 200 characters. */
  readonly statement: string;
  readonly reason: string;
  readonly cure: string;
  /** How often the same notice came up in the file; it is listed at its first line. */
  readonly count: number;
}

export interface AdoptOptions {
  /** Tables that every tenant reads and none writes. */
  readonly shared?: readonly string[];
  /** Group role of the tenants' connections; `tenancy_tenant` by default. */
  readonly appRole?: string;
}

/** The state of one compilation. */
export interface Work {
  readonly model: AppModel;
  readonly appRole: string;
  /** Keys of tables, types and functions that live once in `public`. */
  readonly sharedTables: Set<string>;
  readonly sharedTypes: Set<string>;
  readonly sharedFunctions: Set<string>;
  readonly extensions: Set<string>;
  /** Functions written twice, into public and into the place: the text by signature. */
  readonly sharedTexts: Map<string, string>;
  readonly findings: Finding[];
  statements: CompiledStatement[];
  /** Keys of tables made in this file, which may still get their primary key in it. */
  madeInFile: Map<string, SourceStatement>;
  /** `table.column` of what this file makes: nothing was written there before. */
  columnsMade: Set<string>;
  /** `table.constraint` of what was dropped. */
  readonly dropped: Set<string>;
  /** All statements so far: what they make may not hang on a column that is sealed after them. */
  readonly seen: Node[];
  /** Enums made in this file, and where: a value added in the same file goes into the statement that makes them. */
  enumsMade: Map<EnumType, { readonly at: number; readonly name: string }>;
  /** Enums that this file has renamed, or values of which it has. */
  enumsRenamed: Set<EnumType>;
  /** Names of tables and views that a refused statement would have made. */
  refusedTables: Set<string>;
  /** Keys of tables whose replica identity is the whole row, because they have no key. */
  readonly keyless: Set<string>;
  current: SourceStatement;
  /** The model after all files: a function may use tables that are made after it. */
  readonly ahead: AppModel | null;
}

/** One statement as handlers see it: `public.` is gone from its names. */
export interface Unit {
  readonly node: Node;
  readonly text: string;
}

/** Leaves the statement at hand; `compile` records it and goes on with the next. */
export class Refusal extends Error {
  readonly cure: string;
  constructor(reason: string, cure: string) {
    super(reason);
    this.cure = cure;
  }
}

export function refuse(reason: string, cure: string): never {
  throw new Refusal(reason, cure);
}

export function startWork(options: AdoptOptions, ahead: AppModel | null): Work {
  const nothing: Node = { String: {} };
  return {
    model: emptyModel(),
    appRole: options.appRole ?? "tenancy_tenant",
    sharedTables: new Set(),
    sharedTypes: new Set(),
    sharedFunctions: new Set(),
    extensions: new Set(),
    sharedTexts: new Map(),
    findings: [],
    statements: [],
    madeInFile: new Map(),
    columnsMade: new Set(),
    dropped: new Set(),
    seen: [],
    enumsMade: new Map(),
    enumsRenamed: new Set(),
    refusedTables: new Set(),
    keyless: new Set(),
    ahead,
    current: { node: nothing, text: "", file: "", line: 0, copyLines: null },
  };
}

/** What a function's body may mean: tables as they are now, and those that later files make. */
export function knownModel(work: Work): AppModel {
  if (!work.ahead) return work.model;
  return { ...work.ahead, tables: { ...work.ahead.tables, ...work.model.tables } };
}

export function emit(work: Work, scope: Scope, sql: string, transactional = true): void {
  const { file, line } = work.current;
  work.statements.push({ scope, sql, source: { file, line }, transactional });
}

export function report(work: Work, severity: Finding["severity"], reason: string, cure: string): void {
  const { file, line, text } = work.current;
  const same = work.findings.findIndex(
    (each) => each.file === file && each.reason === reason && each.cure === cure,
  );
  const first = work.findings[same];
  if (severity === "notice" && first) work.findings[same] = { ...first, count: first.count + 1 };
  else work.findings.push({ severity, file, line, statement: text.slice(0, 200), reason, cure, count: 1 });
}

/** Dumps begin by dropping what may be there. */
export const NOT_THERE = [
  "What the line changes or drops IF EXISTS does not exist.",
  "The line is dropped.",
] as const;

export function notice(work: Work, reason: string, cure: string): void {
  report(work, "notice", reason, cure);
}
