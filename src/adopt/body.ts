import type { CreateFunctionStmt, DoStmt } from "@pgsql/types";
import { strings, unwrap } from "./ast.ts";

/** What a function or a DO block runs; null for one written with BEGIN ATOMIC or RETURN. */
export function bodyOf(statement: CreateFunctionStmt | DoStmt): {
  readonly text: string | null;
  readonly language: string;
} {
  const isBlock = "args" in statement;
  let [text, language] = [null as string | null, isBlock ? "plpgsql" : "sql"];
  for (const option of (isBlock ? statement.args : (statement as CreateFunctionStmt).options) ?? []) {
    const { defname, arg } = unwrap(option)?.[1] ?? {};
    const value = unwrap(arg)?.[1] ?? {};
    if (defname === "language") language = String(value["sval"] ?? "").toLowerCase();
    if (defname === "as") text = String(value["sval"] ?? strings(value["items"])[0] ?? "");
  }
  return { text, language };
}
