import { randomBytes } from "node:crypto";
import type pg from "pg";
import { quoteIdentifier, quoteLiteral } from "../db/sql.ts";
import { searchPathOf } from "../isolation/place-names.ts";
import { OWNER_ROLE, TENANT_ROLE } from "../isolation/roles.ts";
import { hashSeat } from "../isolation/seat.ts";
import type { AppMigration, AppSchema } from "./app-migrations.ts";
import { TEMPLATE_TENANT } from "./template-rows.ts";

/**
 * common: what a database has once (extensions, reference tables); shared: the tables that table-level tenants share;
 * rows: one table-level tenant's rows; schema, database: one tenant's own place, structure and rows together.
 */
export type PlaceKind = "common" | "shared" | "rows" | "schema" | "database";

export interface PlaceRef {
  readonly kind: PlaceKind;
  readonly cell: string;
  readonly database: string;
  readonly schema: string;
  readonly tenantId: string | null;
  readonly slug: string | null;
}

/** Name of a place in its database's ledger. */
export function ledgerKey(place: PlaceRef): string {
  switch (place.kind) {
    case "common":
      return "common";
    case "rows":
      return place.tenantId as string; // rows always belong to a tenant
    default:
      return place.schema;
  }
}

/** For people: `acme (schema)`, `local/shared tables`, `local/rows of new tenants`. */
export function describePlace(place: PlaceRef): string {
  if (place.tenantId === null)
    return `${place.cell}/${place.kind === "common" ? "reference tables" : "shared tables"}`;
  if (place.tenantId === TEMPLATE_TENANT) return `${place.cell}/rows of new tenants`;
  return `${place.slug ?? place.tenantId} (${place.kind === "rows" ? "table" : place.kind})`;
}

const LOCK_TIMEOUT_MS = 2_000;
const TRIES_MAX = 6;
const LOCK_NOT_AVAILABLE = "55P03";
const DEADLOCK = "40P01";
const DUPLICATE = "23505";

/**
 * Brings one place to the newest version: one transaction, one message per migration. The ledger row is written first,
 * so that two runners collide there and the second finds the work done. A table that is in use is waited for briefly
 * and tried again, so that a migration never queues the app behind itself.
 */
export async function migratePlace(
  pool: pg.Pool,
  place: PlaceRef,
  app: AppSchema,
  applied: ReadonlySet<number>,
): Promise<number> {
  const pending = app.migrations.filter(
    (m) => !applied.has(m.version) && statementsFor(place.kind, m).length > 0,
  );
  // A tenant's own place records each version, so that its ledger tells its version; the others only what touched them.
  const isOwn = place.kind === "schema" || place.kind === "database";
  const todo = isOwn ? app.migrations.filter((m) => !applied.has(m.version)) : pending;
  if (todo.length === 0) return 0;
  const text = [
    "begin",
    `set local lock_timeout = ${LOCK_TIMEOUT_MS}`,
    // pg_temp last: a SECURITY DEFINER function pins this path (SET search_path FROM CURRENT).
    `set local search_path = ${searchPathOf(quoteIdentifier(place.schema))}, pg_temp`,
    ...todo.flatMap((migration) => migrationText(place, migration, app)),
    ...(isOwn && todo.some((migration) => makesTables(place, migration)) ? placeWall(place, app) : []),
    "commit",
  ].join(";\n");
  for (let attempt = 1; ; attempt++) {
    try {
      await runBatch(pool, text);
      return todo.length;
    } catch (failure) {
      const { code, table } = failure as { code?: string; table?: string };
      if (code === DUPLICATE && table === "app_ledger") return 0;
      if (attempt >= TRIES_MAX || (code !== LOCK_NOT_AVAILABLE && code !== DEADLOCK)) throw failure;
      await new Promise((resolve) => setTimeout(resolve, 100 * attempt * (0.5 + Math.random())));
    }
  }
}

/** Versions that a place of this kind would run. */
export function pendingVersions(kind: PlaceKind, app: AppSchema, applied: ReadonlySet<number>): number[] {
  const isOwn = kind === "schema" || kind === "database";
  return app.migrations
    .filter((m) => !applied.has(m.version) && (isOwn || statementsFor(kind, m).length > 0))
    .map((m) => m.version);
}

function statementsFor(kind: PlaceKind, migration: AppMigration) {
  const scopes = {
    common: ["database"],
    shared: ["place"],
    rows: ["tenant"],
    schema: ["place", "tenant"],
    database: ["place", "tenant"],
  }[kind];
  return migration.statements.filter((statement) => scopes.includes(statement.scope));
}

function migrationText(place: PlaceRef, migration: AppMigration, app: AppSchema): string[] {
  const key = quoteLiteral(ledgerKey(place));
  const lines = [
    `insert into tenancy.app_ledger (place, version, duration_ms) values (${key}, ${migration.version}, 0)`,
  ];
  let as: "owner" | "tenant" | "none" | null = null;
  const statements = statementsFor(place.kind, migration);
  const hasRows = statements.some((statement) => statement.scope === "tenant");
  const seat = place.tenantId === null || !hasRows ? null : temporarySeat(place.tenantId);
  if (seat) lines.push(seat.open);
  if (place.kind === "schema") lines.push(...sharedViews(place, app));
  // Structure and rows keep the order in which the file has them.
  for (const statement of statements) {
    // Extensions belong to the administrator: not all of them may be created by others.
    const isExtension = statement.scope === "database" && /^\s*create extension\b/i.test(statement.sql);
    const role = isExtension ? "none" : statement.scope === "tenant" ? "tenant" : "owner";
    if (role !== as) {
      // Rows of a deferred constraint would keep the next ALTER TABLE from running.
      if (as === "tenant") lines.push("set constraints all immediate");
      lines.push(`set local role ${{ none: "none", tenant: TENANT_ROLE, owner: OWNER_ROLE }[role]}`);
      if (role === "tenant" && seat) lines.push(seat.enter);
      as = role;
    }
    lines.push(statement.sql.replace(/;\s*$/, ""));
  }
  lines.push("set local role none");
  if (seat) lines.push(seat.close);
  lines.push(
    `update tenancy.app_ledger set duration_ms = extract(epoch from clock_timestamp() - transaction_timestamp()) * 1000
     where place = ${key} and version = ${migration.version}`,
  );
  return lines;
}

/** A seat that exists only inside this transaction: suspended tenants are migrated too, and nobody else can use it. */
function temporarySeat(tenantId: string): { open: string; enter: string; close: string } {
  const context = `${tenantId}:${randomBytes(24).toString("base64url")}`;
  const hash = `'\\x${hashSeat(context).toString("hex")}'::bytea`;
  return {
    open: `insert into tenancy.seats (seat_hash, tenant_id, epoch) values (${hash}, '${tenantId}', 0)`,
    enter: `set local tenancy.context = '${context}'`,
    close: `delete from tenancy.seats where seat_hash = ${hash}`,
  };
}

/** At schema level reference tables live once, in public; the tenant's schema shows them under the same names. */
function sharedViews(place: PlaceRef, app: AppSchema): string[] {
  return app.model.sharedTables.flatMap((key) => {
    const table = app.model.tables[key];
    if (!table) return [];
    const view = `${quoteIdentifier(place.schema)}.${quoteIdentifier(table.name)}`;
    const source = `public.${quoteIdentifier(table.name)}`;
    return [
      `do $$ begin if to_regclass('${source.replaceAll("'", "''")}') is not null then
         create or replace view ${view} with (security_invoker = true) as select * from ${source};
         grant select on ${view} to ${TENANT_ROLE};
       end if; end $$`,
    ];
  });
}

/** Each table that adopt makes is guarded by name; a table renamed by a later migration got its wall under neither. */
function makesTables(place: PlaceRef, migration: AppMigration): boolean {
  return statementsFor(place.kind, migration).some(({ sql }) =>
    /tenancy_guard|\bdetach\b|\brename to\b/i.test(sql),
  );
}

/** A tenant's own place admits no other tenant's rows, whatever policies say: its second wall. */
function placeWall(place: PlaceRef, app: AppSchema): string[] {
  const names = new Set(Object.values(app.model.tables).map((table) => quoteLiteral(table.name)));
  if (names.size === 0) return [];
  // By name: the catalogue has no index on the schema alone, and thousands of schemas make it long.
  return [
    `do $$
     declare tbl record;
     begin
       for tbl in
         select c.oid::regclass as name
         from pg_catalog.pg_class c
         join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
         where c.relnamespace = '${place.schema}'::regnamespace and c.relname in (${[...names].join(", ")}) and c.relkind in ('r', 'p') and not c.relispartition
           and not exists (select 1 from pg_catalog.pg_constraint k where k.conrelid = c.oid and k.conname = 'tenancy_place')
       loop
         execute format('alter table %s add constraint tenancy_place check (tenant_id = %L)', tbl.name, '${place.tenantId}');
       end loop;
     end $$`,
  ];
}

async function runBatch(pool: pg.Pool, text: string): Promise<void> {
  const client = await pool.connect();
  let isBroken: Error | undefined;
  try {
    await client.query(text);
  } catch (failure) {
    await client.query("rollback").catch((error: Error) => {
      isBroken = error;
    });
    throw failure;
  } finally {
    client.release(isBroken);
  }
}
