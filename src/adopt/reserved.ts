import type { Node } from "@pgsql/types";
import { type Body, isBody, strings, unwrap, walk } from "./ast.ts";
import { refuse } from "./work.ts";

const RESERVED = new Set([
  "tenancy",
  "extensions",
  "pg_catalog",
  "information_schema",
  "pg_temp",
  "pg_toast",
]);

/** No statement makes or changes an object in a schema that is not the app's, or reads Tenancy's own tables. */
export function refuseReserved(node: Node): void {
  const [kind, body] = unwrap(node) ?? ["", {} as Body];
  for (const names of isPlainRead(kind) ? [] : targets(body)) {
    const schema = names.length > 1 ? names.find((name) => RESERVED.has(name)) : undefined;
    if (schema)
      refuse(
        `The schema ${schema} is not the app's.`,
        "Make the object in public, or in a schema of your own.",
      );
  }
  walk({ List: { items: [node] } }, (inner, each) => {
    if (inner === "RangeVar" && each["schemaname"] === "tenancy") {
      refuse("The schema tenancy holds what keeps tenants apart.", "Ask the application for what you need.");
    }
  });
}

function isPlainRead(kind: string): boolean {
  return ["SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt", "VariableSetStmt"].includes(
    kind,
  );
}

/** The names of what the statement makes or changes, wherever its kind keeps them. */
function targets(body: Body): string[][] {
  const names: string[][] = [];
  for (const field of ["relation", "view", "sequence", "typevar", "table"]) {
    const relation = body[field];
    if (isBody(relation))
      names.push([String(relation["schemaname"] ?? ""), String(relation["relname"] ?? "")]);
  }
  for (const field of ["funcname", "domainname", "typeName", "defnames"]) names.push(strings(body[field]));
  if (isBody(body["func"])) names.push(strings(body["func"]["objname"]));
  const objects = Array.isArray(body["objects"]) ? body["objects"] : [];
  for (const object of [body["object"], ...objects]) {
    const inner = unwrap(object)?.[1] ?? {};
    names.push(strings(inner["items"] ?? inner["objname"] ?? inner["names"]));
  }
  return names;
}
