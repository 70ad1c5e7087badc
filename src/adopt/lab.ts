import { randomBytes } from "node:crypto";
import pg from "pg";
import type { Compiled } from "./compile.ts";
import type { CompiledStatement, Scope } from "./work.ts";

/** What the tests of this module run adopted SQL on: the roles, the seat and the schemas of a place, in small. */
export interface Lab {
  readonly client: pg.Client;
  readonly appRole: string;
  /** Empties the database, but for the seat and the extensions. */
  reset(): Promise<void>;
  /** Makes a place of that schema and applies what was compiled for these tenants. */
  apply(compiled: Compiled, place: string, tenants: readonly string[]): Promise<void>;
  /** From here on, statements run as this tenant's connection would run them. */
  become(tenant: string, place: string): Promise<void>;
  /** From here on, statements run as the superuser that the lab was opened with. */
  leave(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const SEAT = `
create schema tenancy;
create schema extensions;
create function tenancy.current_tenant() returns uuid language plpgsql stable as $$
declare seat text := current_setting('tenancy.context', true);
begin
  if seat is null or seat = '' then raise exception 'no seat' using errcode = '42501'; end if;
  return seat::uuid;
end $$;
grant usage on schema tenancy, extensions to public;`;

export async function openLab(url: string): Promise<Lab> {
  const client = new pg.Client(url);
  await client.connect();
  const suffix = randomBytes(4).toString("hex");
  const owner = `adopt_owner_${suffix}`;
  const appRole = `adopt_tenant_${suffix}`;
  const login = `adopt_login_${suffix}`;
  const run = (sql: string) => client.query(sql);
  await run(SEAT);
  await run(`create role ${owner}; create role ${appRole}; create role ${login} in role ${appRole}`);
  await run(`grant create on database ${client.database} to ${owner}`);
  await run(`grant create on schema extensions to ${owner}`);
  const enter = (role: string, path: string, tenant: string) =>
    run(
      `reset role; set search_path = ${path}; select set_config('tenancy.context', '${tenant}', false); set role ${role}`,
    );
  const leave = async () =>
    void (await run("rollback; reset role; reset search_path; reset tenancy.context"));
  const makePlace = async (place: string) => {
    await leave();
    await run(`create schema if not exists ${place}`);
    await run(
      `grant usage, create on schema ${place} to ${owner}; grant usage on schema ${place} to ${appRole}`,
    );
  };
  return {
    client,
    appRole,
    leave,
    reset: async () => {
      await leave();
      const { rows } = await client.query<{ nspname: string }>(
        "select nspname from pg_namespace where nspname !~ '^pg_' and nspname not in ('tenancy', 'extensions', 'information_schema')",
      );
      for (const { nspname } of rows) await run(`drop schema ${pg.escapeIdentifier(nspname)} cascade`);
      await makePlace("public");
    },
    apply: async (compiled, place, tenants) => {
      await makePlace(place);
      const paths: Record<Scope, string> = {
        database: "public, extensions",
        place: `${place}, extensions`,
        tenant: `${place}, extensions`,
      };
      for (const file of compiled.files) {
        await run("begin");
        for (const statement of file.statements) {
          for (const tenant of statement.scope === "tenant" ? tenants : [""]) {
            await enter(owner, paths[statement.scope], tenant);
            // The runner makes extensions as the cell's administrator.
            if (statement.sql.startsWith("create extension")) await run("reset role");
            await runStatement(client, statement);
          }
        }
        await run("commit");
        await leave();
      }
      if (place !== "public") await shareTables(run, compiled, place, appRole);
    },
    become: (tenant, place) => enter(login, `${place}, extensions`, tenant).then(() => undefined),
    [Symbol.asyncDispose]: async () => {
      await leave();
      for (const role of [login, appRole, owner])
        await run(`drop owned by ${role} cascade; drop role ${role}`);
      await client.end();
    },
  };
}

async function runStatement(client: pg.Client, statement: CompiledStatement): Promise<void> {
  try {
    await client.query(statement.sql);
  } catch (error) {
    const { file, line } = statement.source;
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`${file}:${line}: ${message}\n${statement.sql.slice(0, 2000)}`, { cause: error });
  }
}

async function shareTables(
  run: (sql: string) => Promise<unknown>,
  compiled: Compiled,
  place: string,
  appRole: string,
): Promise<void> {
  for (const key of compiled.model.sharedTables) {
    const name = pg.escapeIdentifier(key);
    await run(`create view ${place}.${name} with (security_invoker = true) as select * from public.${name}`);
    await run(`grant usage on schema public to ${appRole}; grant select on ${place}.${name} to ${appRole}`);
  }
}
