import { randomBytes } from "node:crypto";
import type { CompiledStatement } from "../adopt/work.ts";
import { quoteIdentifier, quoteLiteral } from "../db/sql.ts";
import { searchPathOf } from "../isolation/place-names.ts";
import { OWNER_ROLE, TENANT_ROLE } from "../isolation/roles.ts";
import { hashSeat } from "../isolation/seat.ts";
import type { AppMigration, AppSchema } from "./app-migrations.ts";
import { isOwnPlace, ledgerKey, type PlaceKind, type PlaceRef } from "./place.ts";

/** One statement that a place runs, and the line of the app's that it comes from; null for our own. */
export interface Piece {
  readonly sql: string;
  readonly source: { readonly file: string; readonly line: number } | null;
}

const LOCK_TIMEOUT_MS = 2_000;

const ours = (sql: string): Piece => ({ sql, source: null });

/** What begins each transaction of a place. */
export function opening(place: PlaceRef): Piece[] {
  return [
    "begin",
    `set local lock_timeout = ${LOCK_TIMEOUT_MS}`,
    // pg_temp last: a SECURITY DEFINER function pins this path (SET search_path FROM CURRENT).
    `set local search_path = ${searchPathOf(quoteIdentifier(place.schema))}, pg_temp`,
  ].map(ours);
}

/**
 * What the migrations come to in a place, by transaction, without its BEGIN and COMMIT. Usually that is one. A value
 * that is added to an enum can be used only after the transaction that adds it: it is added at the end of the one
 * before. Adding it again changes nothing, so what a crash leaves behind is taken up as it is.
 */
export function transactionsFor(place: PlaceRef, todo: readonly AppMigration[], app: AppSchema): Piece[][] {
  const transactions: Piece[][] = [[]];
  const walls: boolean[] = [false];
  for (const migration of todo) {
    const ahead = statementsFor(place.kind, migration).filter(({ transactional }) => !transactional);
    if (ahead.length > 0) {
      transactions.at(-1)?.push(...asOwner(ahead));
      transactions.push([]);
      walls.push(false);
    }
    transactions.at(-1)?.push(...migrationText(place, migration, app));
    if (makesTables(place, migration)) walls[walls.length - 1] = true;
  }
  if (isOwnPlace(place.kind)) {
    for (const [i, hasTables] of walls.entries())
      if (hasTables) transactions[i]?.push(...placeWall(place, app));
  }
  return transactions;
}

function asOwner(statements: readonly CompiledStatement[]): Piece[] {
  return [
    ours(`set local role ${OWNER_ROLE}`),
    ...statements.map(({ sql, source }) => ({ sql: bare(sql), source })),
    ours("set local role none"),
  ];
}

export function statementsFor(kind: PlaceKind, migration: AppMigration) {
  const scopes = {
    common: ["database"],
    shared: ["place"],
    rows: ["tenant"],
    schema: ["place", "tenant"],
    database: ["place", "tenant"],
  }[kind];
  return migration.statements.filter((statement) => scopes.includes(statement.scope));
}

function migrationText(place: PlaceRef, migration: AppMigration, app: AppSchema): Piece[] {
  const key = quoteLiteral(ledgerKey(place));
  const lines = [
    ours(
      `insert into tenancy.app_ledger (place, version, duration_ms) values (${key}, ${migration.version}, 0)`,
    ),
  ];
  const say = (sql: string) => lines.push(ours(sql));
  let as: "owner" | "tenant" | "none" | null = null;
  const statements = statementsFor(place.kind, migration).filter(({ transactional }) => transactional);
  const hasRows = statements.some((statement) => statement.scope === "tenant");
  const seat = place.tenantId === null || !hasRows ? null : temporarySeat(place.tenantId);
  if (seat) say(seat.open);
  if (place.kind === "schema") for (const view of sharedViews(place, app)) say(view);
  // Structure and rows keep the order in which the file has them.
  for (const statement of statements) {
    // Extensions belong to the administrator: not all of them may be created by others.
    const isExtension = statement.scope === "database" && /^\s*create extension\b/i.test(statement.sql);
    const role = isExtension ? "none" : statement.scope === "tenant" ? "tenant" : "owner";
    if (role !== as) {
      // Rows of a deferred constraint would keep the next ALTER TABLE from running.
      if (as === "tenant") say("set constraints all immediate");
      say(`set local role ${{ none: "none", tenant: TENANT_ROLE, owner: OWNER_ROLE }[role]}`);
      if (role === "tenant" && seat) say(seat.enter);
      as = role;
    }
    lines.push({ sql: bare(statement.sql), source: statement.source });
  }
  say("set local role none");
  if (seat) say(seat.close);
  say(
    `update tenancy.app_ledger set duration_ms = extract(epoch from clock_timestamp() - transaction_timestamp()) * 1000
     where place = ${key} and version = ${migration.version}`,
  );
  return lines;
}

const bare = (sql: string): string => sql.replace(/;\s*$/, "");

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
function placeWall(place: PlaceRef, app: AppSchema): Piece[] {
  const names = new Set(Object.values(app.model.tables).map((table) => quoteLiteral(table.name)));
  if (names.size === 0) return [];
  // By name: the catalogue has no index on the schema alone, and thousands of schemas make it long.
  return [
    ours(`do $$
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
     end $$`),
  ];
}
