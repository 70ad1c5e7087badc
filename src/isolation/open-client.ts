import type pg from "pg";
import { one, query } from "../db/sql.ts";
import { boundMessages } from "./result-bound.ts";
import { SCOPE_STATEMENTS } from "./scope.ts";

/**
 * Settings that the login role carries into its sessions here, besides the one that we gave it; and those that this
 * session began with, which may have been taken from the role since.
 */
export const countForeignSettings = query<{ foreign: number }>(
  "isolation.count_foreign_settings",
  `select (count(*) + (select count(*) from pg_catalog.pg_settings
      where source in ('user', 'database user') and name <> 'search_path'))::int as foreign
   from pg_catalog.pg_db_role_setting s
   cross join unnest(s.setconfig) setting
   where s.setrole = (select r.oid from pg_catalog.pg_roles r where r.rolname = session_user)
     and s.setdatabase in (0, (select d.oid from pg_catalog.pg_database d where d.datname = current_database()))
     and setting <> 'search_path=public, extensions'`,
);

/**
 * Connects as a tenant's login role, and makes sure that nobody has left it settings: a role may set its own for all
 * its later sessions. Throws with the SQLSTATE of a role that cannot log in; the executor mends it then.
 */
export async function openClient(client: pg.Client): Promise<void> {
  await client.connect();
  boundMessages(client);
  try {
    const { foreign } = await one(client, countForeignSettings);
    if (foreign === 0) return;
  } catch (failure) {
    // A setting can keep us even from looking: a timeout of a millisecond. A connection that was lost tells nothing.
    const { code = "" } = failure as { code?: string };
    if (!/^[0-9A-Z]{5}$/.test(code) || /^(57P0[1-3]|08|53)/.test(code)) throw failure;
  }
  throw Object.assign(new Error("The settings of the login role were changed"), { code: "28000" });
}

/** What a shared connection needs before anything is sent on it. */
export async function prepareScopes(client: pg.Client): Promise<void> {
  for (const { name, text, settings } of SCOPE_STATEMENTS) {
    // Outside of any transaction the local settings end with the statement.
    await client.query({ name, text, values: settings.map((s) => (s === "statement_timeout" ? "0" : "")) });
  }
}
