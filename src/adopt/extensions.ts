import type { CreateExtensionStmt } from "@pgsql/types";
import { quote } from "./names.ts";
import { emit, notice, refuse, type Work } from "./work.ts";

/** Extensions that reach outside the database, or load code that a tenant could call to do so. */
const UNSAFE = new Set([
  "dblink",
  "postgres_fdw",
  "file_fdw",
  "plpythonu",
  "plpython3u",
  "plperlu",
  "pltclu",
  "adminpack",
]);

/** Extensions live once per database, in a schema of their own that every search path ends with. */
export function requireExtension(work: Work, name: string) {
  if (work.extensions.has(name)) return;
  work.extensions.add(name);
  emit(work, "database", `create extension if not exists ${quote(name)} with schema extensions`);
}

export function createExtension(work: Work, statement: CreateExtensionStmt) {
  const name = statement.extname ?? "";
  if (name === "plpgsql") {
    return notice(
      work,
      "plpgsql is part of every PostgreSQL database.",
      "Nothing to do: the line is dropped.",
    );
  }
  if (UNSAFE.has(name)) {
    refuse(
      `The extension ${name} reaches outside the tenant's data.`,
      "Do this work in the application instead.",
    );
  }
  requireExtension(work, name);
}
