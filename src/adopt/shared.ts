import { isBody, strings, unwrap, walk } from "./ast.ts";
import { keyOf } from "./model.ts";
import type { ReadFile } from "./source.ts";
import type { AdoptOptions, Work } from "./work.ts";

const SHARED_COMMENT = /^@shared\b/;

/** Finds the shared tables before anything is compiled, and the types and functions that they need in `public`. */
export function findShared(work: Work, files: readonly ReadFile[], options: AdoptOptions): void {
  const statements = files.flatMap((file) => file.statements);
  const declared = [...(options.shared ?? []), ...files.flatMap((file) => file.sharedNames)];
  for (const name of declared) work.sharedTables.add(name.replace(/^public\./, "").replaceAll('"', ""));
  const kinds = statements.map((statement) => unwrap(statement.node));
  for (const [kind, body] of kinds.filter((each) => each !== null)) {
    if (kind !== "CommentStmt" || body["objtype"] !== "OBJECT_TABLE") continue;
    const names = strings(unwrap(body["object"])?.[1]["items"]);
    if (SHARED_COMMENT.test(String(body["comment"] ?? ""))) {
      work.sharedTables.add(keyOf(names.length > 1 ? names.at(-2) : null, names.at(-1) ?? ""));
    }
  }
  if (work.sharedTables.size === 0) return;
  const types = new Set<string>();
  const functions = new Set<string>();
  for (const wrapped of kinds) {
    if (wrapped && isAboutShared(work, wrapped[1])) collectNeeds(wrapped[1], types, functions);
  }
  for (const wrapped of kinds) {
    if (!wrapped) continue;
    const type = typeMadeBy(wrapped[0], wrapped[1]);
    if (type && types.has(type)) work.sharedTypes.add(type);
    const name = wrapped[0] === "CreateFunctionStmt" ? strings(wrapped[1]["funcname"]).at(-1) : null;
    if (name && functions.has(name)) work.sharedFunctions.add(name);
  }
}

function isAboutShared(work: Work, body: Record<string, unknown>): boolean {
  const relation = body["relation"];
  if (!isBody(relation) || typeof relation["relname"] !== "string") return false;
  return work.sharedTables.has(keyOf(relation["schemaname"] as string | undefined, relation["relname"]));
}

function collectNeeds(body: Record<string, unknown>, types: Set<string>, functions: Set<string>): void {
  for (const name of strings(body["funcname"])) functions.add(name);
  walk(body, (kind, inner) => {
    if (kind === "TypeName") types.add(strings(inner["names"]).at(-1) ?? "");
    if (kind === "FuncCall") functions.add(strings(inner["funcname"]).at(-1) ?? "");
  });
}

export function typeMadeBy(kind: string, body: Record<string, unknown>): string | null {
  switch (kind) {
    case "CreateEnumStmt":
    case "CreateRangeStmt":
      return strings(body["typeName"]).at(-1) ?? null;
    case "CreateDomainStmt":
      return strings(body["domainname"]).at(-1) ?? null;
    case "CompositeTypeStmt":
      return isBody(body["typevar"]) ? String(body["typevar"]["relname"]) : null;
    default:
      return null;
  }
}
