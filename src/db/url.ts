import type pg from "pg";
import { parse } from "pg-connection-string";

/**
 * Connection settings from a URL. `search_path` is pinned on every connection that we open: with a login role named
 * like a schema, PostgreSQL's default `"$user", public` would look there first.
 */
export function connectionConfig(
  url: string,
  overrides: {
    database?: string;
    user?: string;
    password?: string;
    applicationName?: string;
    searchPath?: string;
  } = {},
): pg.ClientConfig {
  const parsed = parse(url);
  return {
    host: parsed.host ?? undefined,
    port: parsed.port ? Number(parsed.port) : undefined,
    database: overrides.database ?? parsed.database ?? undefined,
    user: overrides.user ?? parsed.user,
    password: overrides.password ?? parsed.password,
    ssl: parsed.ssl as pg.ClientConfig["ssl"],
    application_name: overrides.applicationName ?? "tenancy",
    ...(overrides.searchPath === undefined ? {} : { options: `-c search_path=${overrides.searchPath}` }),
  };
}

export function databaseOf(url: string): string {
  return parse(url).database ?? "postgres";
}
