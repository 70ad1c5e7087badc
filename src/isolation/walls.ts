import type pg from "pg";
import { many, one, query } from "../db/sql.ts";
import type { TenantRecord } from "../tenants/tenant.ts";
import { placeName } from "./place-names.ts";
import { listRoleFaults } from "./roles.ts";

/** One thing that stands between a tenant and the others, and whether it stands. */
export interface Wall {
  readonly key: "seat" | "guard" | "forced" | "privileges" | "place" | "database" | "role";
  readonly holds: boolean;
  readonly detail: string;
}

export interface WallParts {
  placePool(at: {
    cell: string;
    level: TenantRecord["placement"]["level"];
    tenantId: string;
  }): Promise<pg.Pool>;
  /** Login role of table and schema level. */
  readonly role: string;
}

interface TableFactsRow {
  name: string;
  forced: boolean;
  guarded: boolean;
  placed: boolean;
}

/** Facts of each table with a tenant_id in one schema. The guard must be restrictive, for everybody, and ours. */
export const listTableFacts = query<TableFactsRow>(
  "isolation.list_table_facts",
  `select c.relname as name,
     c.relrowsecurity and c.relforcerowsecurity as forced,
     exists (select 1 from pg_catalog.pg_policy p
             where p.polrelid = c.oid and not p.polpermissive and p.polcmd = '*' and p.polroles = '{0}'
               and pg_get_expr(p.polqual, p.polrelid) like '%tenant_id = (%tenancy.current_tenant()%'
               and pg_get_expr(p.polwithcheck, p.polrelid) like '%tenant_id = (%tenancy.current_tenant()%') as guarded,
     exists (select 1 from pg_catalog.pg_constraint k where k.conrelid = c.oid and k.conname = 'tenancy_place') as placed
   from pg_catalog.pg_class c
   join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
   where c.relnamespace = to_regnamespace($1::text) and c.relkind in ('r', 'p')
   order by c.relname`,
);

/** Tables of the app that have no tenant_id and are not read-only to tenants: nothing guards them. */
export const listUnguarded = query<{ name: string }>(
  "isolation.list_unguarded",
  `select c.relname as name
   from pg_catalog.pg_class c
   where c.relnamespace = to_regnamespace($1::text) and c.relkind in ('r', 'p', 'm', 'f')
     and not exists (select 1 from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped)
     and (c.relkind <> 'r' and has_table_privilege('tenancy_tenant', c.oid, 'select')
          or has_table_privilege('tenancy_tenant', c.oid, 'insert') or has_table_privilege('tenancy_tenant', c.oid, 'update')
          or has_table_privilege('tenancy_tenant', c.oid, 'delete'))
   order by 1`,
);

export const findSeatFacts = query<{ seats: number; current: number; seats_hidden: boolean }>(
  "isolation.find_seat_facts",
  `select count(*)::int as seats,
     count(*) filter (where epoch = $2::bigint)::int as current,
     not has_table_privilege('tenancy_tenant', 'tenancy.seats', 'select') as seats_hidden
   from tenancy.seats where tenant_id = $1::uuid`,
);

export const findOutsiders = query<{ others: string[] }>(
  "isolation.find_outsiders",
  `select coalesce(array_agg(r.rolname::text order by r.rolname), '{}') as others
   from pg_catalog.pg_roles r
   where r.rolcanlogin and not r.rolsuper and r.rolname <> $1::text and r.rolname not like 'pg\\_%'
     and has_database_privilege(r.oid, current_database(), 'connect')
     and r.oid <> (select datdba from pg_catalog.pg_database where datname = current_database())`,
);

/** Looks at the catalogue of the tenant's database; changes nothing. */
export async function inspectWalls(parts: WallParts, tenant: TenantRecord): Promise<Wall[]> {
  const { cell, level, schema, epoch } = tenant.placement;
  const pool = await parts.placePool({ cell, level, tenantId: tenant.id });
  const isOwn = level !== "table";
  const role = level === "database" ? placeName(tenant.id) : parts.role;
  const [tables, unguarded, seat, faults] = [
    await many(pool, listTableFacts, [schema]),
    await many(pool, listUnguarded, [schema]),
    await one(pool, findSeatFacts, [tenant.id, epoch]),
    await many(pool, listRoleFaults, [role]),
  ];
  const isOpen = tenant.status === "active" || tenant.status === "moving";
  const walls: Wall[] = [
    {
      key: "seat",
      holds: seat.seats_hidden && seat.seats === (isOpen ? 1 : 0) && seat.current === seat.seats,
      detail: isOpen
        ? `One seat, of epoch ${epoch}; no tenant can read the table of seats.`
        : "No seat: every statement is refused.",
    },
    wall(
      "guard",
      tables
        .filter((t) => !t.guarded)
        .map((t) => t.name)
        .concat(unguarded.map((t) => t.name)),
      `${tables.length} tables have the restrictive guard.`,
      "without guard",
    ),
    wall(
      "forced",
      tables.filter((t) => !t.forced).map((t) => t.name),
      "Row-level security is enabled and forced, for owners too.",
      "not forced",
    ),
    wall(
      "privileges",
      faults.map((row) => row.fault),
      `Login role ${role} owns nothing and cannot create, truncate, refer or bypass.`,
      "faults",
    ),
  ];
  if (isOwn) {
    walls.push(
      wall(
        "place",
        tables.filter((t) => !t.placed).map((t) => t.name),
        "Every table admits this tenant's id alone.",
        "open tables",
      ),
    );
  }
  if (level === "database") {
    const { others } = await one(pool, findOutsiders, [role]);
    walls.push(wall("database", others, `Only ${role} may connect to the database.`, "others may connect"));
  }
  return walls;
}

function wall(key: Wall["key"], faults: readonly string[], holding: string, failing: string): Wall {
  return faults.length === 0
    ? { key, holds: true, detail: holding }
    : { key, holds: false, detail: `${failing}: ${faults.slice(0, 10).join(", ")}` };
}
