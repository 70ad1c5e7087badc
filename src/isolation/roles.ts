import pg from "pg";
import type { Queryable } from "../db/sql.ts";
import { many, maybe, one, query, quoteIdentifier, quoteLiteral } from "../db/sql.ts";
import { isolationError } from "./errors.ts";

/** Holds all grants on app tables; every login role of tenants is a member. */
export const TENANT_ROLE = "tenancy_tenant";
/** Owns the app's objects. Not a superuser and under FORCE ROW LEVEL SECURITY, so its functions are guarded too. */
export const OWNER_ROLE = "tenancy_owner";

/** Concurrent changes of one role, by two installations that start at once, collide with XX000 or 23505. */
const COLLISIONS = new Set(["XX000", "23505", "42710"]);

export function appRole(installationId: string): string {
  return `tenancy_app_${installationId.replaceAll("-", "").slice(-12)}`;
}

export const findRole = query<{ rolname: string }>(
  "isolation.find_role",
  `select rolname from pg_catalog.pg_roles where rolname = $1::text`,
);

export async function ensureGroupRoles(db: Queryable): Promise<void> {
  for (const role of [TENANT_ROLE, OWNER_ROLE]) {
    if (await maybe(db, findRole, [role])) continue;
    await tolerateCollision(() => db.query({ text: `create role ${quoteIdentifier(role)} nologin` }));
  }
}

/** Whether a role is one of tenants, and let into the database by name, as `ensureLoginRole` leaves it. */
export const findReadyRole = query<{ rolname: string }>(
  "isolation.find_ready_role",
  `select r.rolname from pg_catalog.pg_roles r
   where r.rolname = $1::text
     and exists (
       select from pg_catalog.pg_auth_members m join pg_catalog.pg_roles g on g.oid = m.roleid
       where m.member = r.oid and g.rolname = $2::text)
     and exists (
       select from pg_catalog.pg_database d, pg_catalog.aclexplode(d.datacl) a
       where d.datname = $3::text and a.grantee = r.oid and a.privilege_type = 'CONNECT')`,
);

/**
 * A login role with a password that every process can derive; a no-op when it is whole and can log in. That it can log in
 * says too little: a new database lets everybody in, also a role whose maker died before it was made a tenant's.
 */
export async function ensureLoginRole(
  db: Queryable,
  connection: pg.ClientConfig,
  options: { database: string; searchPath: string; connectionLimit?: number },
): Promise<void> {
  const role = connection.user as string; // always set by Cells.appConnection
  const name = quoteIdentifier(role);
  const password = quoteLiteral(String(connection.password));
  const isReady = (await maybe(db, findReadyRole, [role, TENANT_ROLE, options.database])) !== undefined;
  if (isReady && (await canLogin(connection))) return;
  const attributes = `login inherit nosuperuser nocreatedb nocreaterole noreplication nobypassrls password ${password}`;
  await retryCollision(async () => {
    const exists = (await maybe(db, findRole, [role])) !== undefined;
    // One message, so one transaction: there is no role that is not yet a tenant's.
    await db.query({
      text: `${exists ? "alter" : "create"} role ${name} ${attributes}; grant ${TENANT_ROLE} to ${name}`,
    });
  });
  await allowDatabase(db, role, options.database, options.searchPath);
}

/** Settings that a role carries into its sessions, each as `database|name=value`. */
export const listRoleSettings = query<{ setting: string }>(
  "isolation.list_role_settings",
  `select coalesce(d.datname, '') || '|' || unnest(s.setconfig) as setting
   from pg_catalog.pg_db_role_setting s
   join pg_catalog.pg_roles r on r.oid = s.setrole
   left join pg_catalog.pg_database d on d.oid = s.setdatabase
   where r.rolname = $1::text`,
);

/** Puts back a login role whose password, settings, rights or way in were changed; true when they were. */
export async function mendLoginRole(
  db: Queryable,
  connection: pg.ClientConfig,
  options: { database: string; searchPath: string },
): Promise<boolean> {
  const role = connection.user as string; // always set by Cells.appConnection
  const settings = (await many(db, listRoleSettings, [role])).map((row) => row.setting);
  const foreign = settings.filter((setting) => !/^[^|]+\|search_path=public, extensions$/.test(setting));
  const mayLogIn = await canLogin(connection);
  const isReady = (await maybe(db, findReadyRole, [role, TENANT_ROLE, options.database])) !== undefined;
  if (foreign.length === 0 && mayLogIn && isReady) return false;
  const name = quoteIdentifier(role);
  for (const scope of new Set(foreign.map((setting) => setting.slice(0, setting.indexOf("|"))))) {
    const where = scope === "" ? "" : ` in database ${quoteIdentifier(scope)}`;
    await retryCollision(() => db.query({ text: `alter role ${name}${where} reset all` }));
  }
  const password = quoteLiteral(String(connection.password));
  await retryCollision(() =>
    db.query({ text: `alter role ${name} login password ${password}; grant ${TENANT_ROLE} to ${name}` }),
  );
  await allowDatabase(db, role, options.database, options.searchPath);
  return true;
}

/** Lets a role into one database, where nobody else from outside may connect. */
export async function allowDatabase(
  db: Queryable,
  role: string,
  database: string,
  searchPath: string,
): Promise<void> {
  const [name, base] = [quoteIdentifier(role), quoteIdentifier(database)];
  await retryCollision(() => db.query({ text: `revoke all on database ${base} from public` }));
  await retryCollision(() =>
    db.query({ text: `alter role ${name} in database ${base} set search_path = ${searchPath}` }),
  );
  // Last: by it `findReadyRole` knows that the rest is done.
  await retryCollision(() => db.query({ text: `grant connect on database ${base} to ${name}` }));
}

interface RoleFaultRow {
  fault: string;
}

/** What a login role of tenants must not have; each row is one fault, in words. */
export const listRoleFaults = query<RoleFaultRow>(
  "isolation.list_role_faults",
  `with me as (select * from pg_catalog.pg_roles where rolname = $1::text),
        groups as (select me.oid as role from me union
                   select m.roleid from pg_catalog.pg_auth_members m join me on m.member = me.oid)
   select 'it is a superuser' as fault from me where rolsuper
   union all select 'it has BYPASSRLS' from me where rolbypassrls
   union all select 'it may create roles' from me where rolcreaterole
   union all select 'it may create databases' from me where rolcreatedb
   union all select 'it may replicate' from me where rolreplication
   union all select format('it is a member of %s', r.rolname) from pg_catalog.pg_roles r, groups g
             where r.oid = g.role and r.rolname not in ($1::text, 'tenancy_tenant')
   union all select format('it owns %s', c.oid::regclass) from pg_catalog.pg_class c, groups g where c.relowner = g.role
   union all select format('it owns schema %s', n.nspname) from pg_catalog.pg_namespace n, groups g where n.nspowner = g.role
   union all select format('it may create objects in schema %s', n.nspname) from pg_catalog.pg_namespace n, me
             where n.nspname not like 'pg\\_%' and has_schema_privilege(me.oid, n.oid, 'create')
   union all select 'it may create schemas' from me where has_database_privilege(me.oid, current_database(), 'create')
   union all select 'it may create temporary tables' from me where has_database_privilege(me.oid, current_database(), 'temp')
   union all select format('it may %s on %s', lower(a.privilege_type), c.oid::regclass)
             from pg_catalog.pg_class c
             cross join lateral aclexplode(c.relacl) a
             where c.relkind in ('r', 'p') and a.privilege_type in ('TRUNCATE', 'REFERENCES', 'TRIGGER')
               and (a.grantee = 0 or a.grantee in (select role from groups))`,
);

export const serverVersion = query<{ version: number }>(
  "isolation.server_version",
  `select current_setting('server_version_num')::int as version`,
);

/** First minor releases in which row-level security holds (CVE-2023-2455, CVE-2025-8713). */
const SECURITY_FLOOR: Readonly<Record<number, number>> = { 15: 14, 16: 10, 17: 6, 18: 0 };

/** Refuses a server whose row-level security can be got around. */
export async function assertServer(db: Queryable): Promise<void> {
  const { version } = await one(db, serverVersion);
  const major = Math.trunc(version / 10_000);
  const minor = version % 10_000;
  const floor = SECURITY_FLOOR[major] ?? 0;
  if (major < 15 || minor < floor) {
    throw isolationError("isolation.server_too_old", {
      version: `${major}.${minor}`,
      floor: major < 15 ? "15.14" : `${major}.${floor}`,
    });
  }
}

/** Refuses to start on a server or with a role that could get around isolation. */
export async function assertSafe(db: Queryable, role: string): Promise<void> {
  await assertServer(db);
  const faults = await many(db, listRoleFaults, [role]);
  if (faults.length > 0) {
    throw isolationError("isolation.unsafe_role", {
      role,
      reason: faults.map((row) => row.fault).join("; "),
    });
  }
}

async function canLogin(connection: pg.ClientConfig): Promise<boolean> {
  const client = new pg.Client(connection);
  client.on("error", () => undefined);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function tolerateCollision(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (failure) {
    if (!COLLISIONS.has((failure as { code?: string }).code ?? "")) throw failure;
  }
}

async function retryCollision(work: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await work();
      return;
    } catch (failure) {
      if (attempt >= 20 || (failure as { code?: string }).code !== "XX000") throw failure;
      await new Promise((resolve) => setTimeout(resolve, 5 * attempt));
    }
  }
}
