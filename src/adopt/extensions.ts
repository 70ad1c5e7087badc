import type { CreateExtensionStmt } from "@pgsql/types";
import { quote } from "./names.ts";
import { emit, notice, refuse, type Work } from "./work.ts";

/** Extensions that hold types, indexes and functions, and nothing that reaches beyond the query. */
const SAFE = new Set([
  ...["btree_gin", "btree_gist", "citext", "cube", "dict_int", "dict_xsyn", "earthdistance", "fuzzystrmatch"],
  ...[
    "hstore",
    "intarray",
    "isn",
    "ltree",
    "moddatetime",
    "pg_bigm",
    "pg_hashids",
    "pg_jsonschema",
    "pg_trgm",
  ],
  ...[
    "pg_uuidv7",
    "pgcrypto",
    "postgis",
    "rum",
    "seg",
    "tablefunc",
    "tcn",
    "tsm_system_rows",
    "tsm_system_time",
  ],
  ...["ulid", "unaccent", "uuid-ossp", "vector"],
]);

/** Extensions that watch the server. What they show is every tenant's, so tenants do without. */
const WATCHING = new Set([
  "pg_stat_statements",
  "pgstattuple",
  "pg_buffercache",
  "pg_prewarm",
  "pageinspect",
  "amcheck",
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
  if (WATCHING.has(name)) {
    return notice(
      work,
      `The extension ${name} watches the server, for every tenant.`,
      "The line is dropped.",
    );
  }
  if (!SAFE.has(name)) {
    refuse(
      `The extension ${name} is not known to stay within the tenant's data.`,
      "Leave it out, or do this work in the application.",
    );
  }
  requireExtension(work, name);
}
