import { createHash } from "node:crypto";
import type pg from "pg";
import { many, query } from "../db/sql.ts";
import type { AppSchema } from "./app-migrations.ts";
import type { FleetParts } from "./migration-run.ts";
import { describePlace, type PlaceRef } from "./place.ts";
import { byDatabase, listPlaces } from "./places.ts";
import { sealedColumnsOf } from "./sealed-place.ts";

export interface DriftedPlace {
  readonly place: string;
  readonly tenantId: string | null;
  readonly slug: string | null;
  readonly hash: string;
  /** Such as `column tracks.genre text is missing`. */
  readonly differences: readonly string[];
}

export interface Drift {
  readonly checked: number;
  readonly expected: string;
  readonly drifted: readonly DriftedPlace[];
  readonly checkedAt: Date;
}

/**
 * What stands in the schemas of one database, as lines without the schema's name: columns, constraints, indexes,
 * policies, triggers, functions, views, types, and who owns and may use each. Reference tables ($2) are left out: they stand once in each database, as views in
 * schemas. Two places of the same version have the same lines.
 */
export const describeSchemas = query<{ schema: string; lines: string[] }>(
  "fleet.describe_schemas",
  `with n as (select oid, nspname from pg_catalog.pg_namespace where nspname = any ($1::text[])),
   reference as (select r.oid from pg_catalog.pg_class r where r.relname = any ($2::text[])),
   c as (
     select * from pg_catalog.pg_class k
     where k.relnamespace in (select oid from n) and k.oid not in (select oid from reference)
       and not exists (select from pg_catalog.pg_depend d where d.objid = k.oid and k.relkind = 'S'
                         and d.deptype in ('a', 'i') and d.refobjid in (select oid from reference))),
   t as (
     select * from pg_catalog.pg_type y
     where y.typnamespace in (select oid from n) and y.typtype in ('e', 'd')
       and not exists (select from pg_catalog.pg_attribute a
                       where a.attrelid in (select oid from reference) and a.atttypid in (y.oid, y.typarray))),
   lines as (
     select n.nspname, format('column %s.%s %s%s%s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
              case when a.attnotnull then ' not null' else '' end,
              coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')) as line
     from n join c on c.relnamespace = n.oid and c.relkind in ('r', 'p')
     join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     left join pg_catalog.pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
     union all
     select n.nspname, format('constraint %s on %s %s', k.conname, c.relname, pg_get_constraintdef(k.oid))
     from n join c on c.relnamespace = n.oid
     join pg_catalog.pg_constraint k on k.conrelid = c.oid and k.conname <> 'tenancy_place' and k.contype <> 'n'
     union all
     select n.nspname, 'index ' || pg_get_indexdef(i.indexrelid)
     from n join c on c.relnamespace = n.oid and c.relkind in ('r', 'p')
     join pg_catalog.pg_index i on i.indrelid = c.oid
     union all
     select n.nspname, format('policy %s on %s %s %s %s', p.polname, c.relname, p.polcmd,
              pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
     from n join c on c.relnamespace = n.oid join pg_catalog.pg_policy p on p.polrelid = c.oid
     union all
     select n.nspname, format('row security of %s %s %s', c.relname, c.relrowsecurity, c.relforcerowsecurity)
     from n join c on c.relnamespace = n.oid and c.relkind in ('r', 'p')
     union all
     select n.nspname, 'trigger ' || pg_get_triggerdef(t.oid)
     from n join c on c.relnamespace = n.oid
     join pg_catalog.pg_trigger t on t.tgrelid = c.oid and not t.tgisinternal
     union all
     select n.nspname, format('function %s(%s) %s%s%s owned by %s, %s', p.proname,
              pg_get_function_identity_arguments(p.oid), md5(p.prosrc),
              case when p.prosecdef then ' security definer' else '' end, coalesce(' set ' || replace(p.proconfig::text, n.nspname, 'place'), ''),
              pg_get_userbyid(p.proowner), coalesce(p.proacl::text, 'no grants'))
     from n join pg_catalog.pg_proc p on p.pronamespace = n.oid
     where not exists (select 1 from pg_catalog.pg_depend e where e.objid = p.oid and e.deptype = 'e')
     union all
     select n.nspname, format('view %s %s %s', c.relname, c.reloptions::text, md5(replace(replace(pg_get_viewdef(c.oid), quote_ident(n.nspname) || '.', ''), 'public.', '')))
     from n join c on c.relnamespace = n.oid and c.relkind in ('v', 'm')
     union all
     select n.nspname, format('%s %s owned by %s, %s',
              case c.relkind when 'S' then 'sequence' when 'v' then 'view' else 'table' end, c.relname,
              pg_get_userbyid(c.relowner), coalesce(c.relacl::text, 'no grants'))
     from n join c on c.relnamespace = n.oid and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
     union all
     select n.nspname, format('type %s %s', t.typname,
              coalesce((select string_agg(e.enumlabel, ', ' order by e.enumsortorder) from pg_catalog.pg_enum e
                        where e.enumtypid = t.oid), format_type(t.typbasetype, t.typtypmod)))
     from n join t on t.typnamespace = n.oid
     union all
     select n.nspname, format('constraint %s on type %s %s', k.conname, t.typname, pg_get_constraintdef(k.oid))
     from n join t on t.typnamespace = n.oid
     join pg_catalog.pg_constraint k on k.contypid = t.oid and k.contype = 'c'
   )
   select nspname as schema, array_agg(replace(replace(line, quote_ident(nspname) || '.', ''), 'public.', '') order by line collate "C") as lines
   from lines group by nspname`,
);

/** Compares every place with all others; the most frequent shape is the expected one. */
export async function findDrift(parts: FleetParts, app: AppSchema): Promise<Drift> {
  const reference = app.model.sharedTables.map((key) => app.model.tables[key]?.name ?? key);
  const places = (await listPlaces(parts.control, parts.cells)).filter(
    ({ kind }) => kind !== "rows" && kind !== "common",
  );
  const isSealing = ofSealing(app);
  const shapes: { place: PlaceRef; lines: string[]; hash: string }[] = [];
  for (const group of byDatabase(places).values()) {
    const first = group[0] as PlaceRef; // a group is never empty
    const pool = (await parts.cells.admin(first.cell)).pool(first.database);
    const described = await describe(
      pool,
      group.map((place) => place.schema),
      reference,
    );
    for (const place of group) {
      const lines = (described.get(place.schema) ?? []).filter((line) => !isSealing(line));
      shapes.push({ place, lines, hash: hashOf(lines) });
    }
  }
  const expected = mostFrequent(shapes);
  return {
    checked: shapes.length,
    expected: expected.hash,
    drifted: shapes
      .filter((shape) => shape.hash !== expected.hash)
      .map(({ place, lines, hash }) => ({
        place: describePlace(place),
        tenantId: place.tenantId,
        slug: place.slug,
        hash,
        differences: differences(expected.lines, lines),
      })),
    checkedAt: new Date(),
  };
}

/** What holds a column that is sealed online comes to each place when the column is done there. */
function ofSealing(app: AppSchema): (line: string) => boolean {
  const late = sealedColumnsOf(app).filter(({ column }) => !column.isNew);
  const starts = late.flatMap(({ column: { only, present, lookup } }) => [
    ...[only, present].flatMap((name) => (name === null ? [] : [`constraint ${name} `])),
    ...(lookup === null ? [] : [`index CREATE INDEX ${lookup} `]),
  ]);
  return (line) => starts.some((start) => line.startsWith(start));
}

const SCHEMAS_AT_ONCE = 200;
const DIFFERENCES_MAX = 50;

async function describe(
  pool: pg.Pool,
  schemas: readonly string[],
  reference: readonly string[],
): Promise<Map<string, string[]>> {
  const described = new Map<string, string[]>();
  for (let i = 0; i < schemas.length; i += SCHEMAS_AT_ONCE) {
    const rows = await many(pool, describeSchemas, [schemas.slice(i, i + SCHEMAS_AT_ONCE), reference]);
    for (const row of rows) described.set(row.schema, row.lines);
  }
  return described;
}

function mostFrequent(shapes: readonly { lines: string[]; hash: string }[]): {
  lines: string[];
  hash: string;
} {
  const counts = new Map<string, number>();
  for (const { hash } of shapes) counts.set(hash, (counts.get(hash) ?? 0) + 1);
  let best = shapes[0] ?? { lines: [], hash: hashOf([]) };
  for (const shape of shapes) {
    if ((counts.get(shape.hash) ?? 0) > (counts.get(best.hash) ?? 0)) best = shape;
  }
  return best;
}

function differences(expected: readonly string[], found: readonly string[]): string[] {
  const [have, want] = [new Set(found), new Set(expected)];
  return [
    ...expected.filter((line) => !have.has(line)).map((line) => `${line} is missing`),
    ...found.filter((line) => !want.has(line)).map((line) => `${line} is not expected`),
  ].slice(0, DIFFERENCES_MAX);
}

function hashOf(lines: readonly string[]): string {
  return createHash("sha256").update(lines.join("\n")).digest("hex").slice(0, 16);
}
