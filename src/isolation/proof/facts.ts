import { createHash } from "node:crypto";
import { query } from "../../db/sql.ts";
import { identifier, literal } from "./attempt.ts";

export interface ColumnFacts {
  readonly name: string;
  /** Base type of a domain, `enum`, or the type's name; arrays end in []. */
  readonly type: string;
  /** Length of a varchar or char, else null. */
  readonly length: number | null;
  readonly isRequired: boolean;
  readonly isGenerated: boolean;
  /** First label of an enum. */
  readonly label: string | null;
}

export interface ReferenceFacts {
  readonly name: string;
  readonly columns: readonly string[];
  readonly target: string;
}

/** One table of the app, as the catalogue has it. */
export interface TableFacts {
  readonly name: string;
  /** False for reference tables, which all tenants read and none writes. */
  readonly isTenants: boolean;
  readonly columns: readonly ColumnFacts[];
  readonly primaryKey: readonly string[];
  readonly references: readonly ReferenceFacts[];
}

/** Tables of one schema with what the attempts need: columns, keys, references. */
export const listProofTables = query<{ table: TableFacts }>(
  "isolation.list_proof_tables",
  `select jsonb_build_object(
     'name', c.relname,
     'isTenants', exists (select 1 from pg_catalog.pg_attribute t where t.attrelid = c.oid and t.attname = 'tenant_id' and not t.attisdropped),
     'columns', (
       select jsonb_agg(jsonb_build_object(
         'name', a.attname,
         'type', case when b.typtype = 'e' then 'enum' else format_type(b.oid, null) end,
         'length', case when b.typname in ('varchar', 'bpchar') and greatest(a.atttypmod, t.typtypmod) > 4 then greatest(a.atttypmod, t.typtypmod) - 4 end,
         'isRequired', (a.attnotnull or t.typnotnull) and not a.atthasdef and a.attidentity = '',
         'isGenerated', a.attgenerated <> '',
         'label', (select e.enumlabel from pg_catalog.pg_enum e where e.enumtypid = b.oid order by e.enumsortorder limit 1)
       ) order by a.attnum)
       from pg_catalog.pg_attribute a
       join pg_catalog.pg_type t on t.oid = a.atttypid
       join pg_catalog.pg_type b on b.oid = case when t.typtype = 'd' then t.typbasetype else t.oid end
       where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attname <> 'tenant_id'),
     'primaryKey', coalesce((
       select jsonb_agg(a.attname order by a.attnum)
       from pg_catalog.pg_index i
       join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = any (i.indkey::int2[])
       where i.indrelid = c.oid and i.indisprimary and a.attname <> 'tenant_id'), '[]'),
     'references', coalesce((
       select jsonb_agg(jsonb_build_object('name', k.conname, 'target', f.relname, 'columns', (
         select jsonb_agg(a.attname order by u.at)
         from unnest(k.conkey) with ordinality u (attnum, at)
         join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = u.attnum
         where a.attname <> 'tenant_id')) order by k.conname)
       from pg_catalog.pg_constraint k
       join pg_catalog.pg_class f on f.oid = k.confrelid
       where k.conrelid = c.oid and k.contype = 'f' and k.conparentid = 0), '[]')
   ) as table
   from pg_catalog.pg_class c
   where c.relnamespace = to_regnamespace($1::text) and c.relkind in ('r', 'p') and not c.relispartition
   order by c.relname`,
);

export interface ObjectRow {
  kind: "view" | "sequence" | "function" | "procedure";
  name: string;
  arguments: string[];
}

/** Views, sequences, functions and procedures of one schema that tenants may name. */
export const listProofObjects = query<ObjectRow>(
  "isolation.list_proof_objects",
  `select case c.relkind when 'S' then 'sequence' else 'view' end as kind, c.relname::text as name, '{}'::text[] as arguments
   from pg_catalog.pg_class c
   where c.relnamespace = to_regnamespace($1::text) and c.relkind in ('v', 'm', 'S')
   union all
   select case p.prokind when 'p' then 'procedure' else 'function' end, p.proname::text,
     array(select format_type(u.type, null) from unnest(p.proargtypes::oid[]) with ordinality u (type, at) order by u.at)
   from pg_catalog.pg_proc p
   where p.pronamespace = to_regnamespace($1::text) and p.prokind in ('f', 'p')
     and p.prorettype not in ('trigger'::regtype, 'event_trigger'::regtype, 'internal'::regtype)
   order by 1, 2`,
);

/** Another text of the same length, so that it fits where the first one does. */
export function variant(marker: string, letter: string): string {
  return marker.slice(0, -1) + letter;
}

function numberOf(marker: string): number {
  return createHash("sha256").update(marker).digest().readUInt32BE(0);
}

/**
 * A value of a column, as SQL. The same type and marker give the same value, so that a row refers to the row planted
 * in its parent without our having to follow references. Null when the type is not known here.
 */
export function sampleValue(column: ColumnFacts, marker: string): string | null {
  const { type } = column;
  if (type.endsWith("[]")) return "'{}'";
  if (/^(text|character varying|character|"char"|name|citext)$/.test(type)) {
    return literal(column.length === null ? marker : marker.slice(0, column.length));
  }
  if (type === "smallint") return String(10_000 + (numberOf(marker) % 20_000));
  if (type === "integer" || type === "bigint") return String(32_768 + (numberOf(marker) % 1_000_000));
  if (/^(numeric|real|double precision)$/.test(type)) return "1";
  if (/range$/.test(type)) return "'empty'";
  switch (type) {
    case "enum":
      return column.label === null ? null : literal(column.label);
    case "boolean":
      return "true";
    case "uuid":
      return `'00000000-0000-7000-8000-0000${numberOf(marker).toString(16).padStart(8, "0")}'`;
    case "json":
    case "jsonb":
      return literal(JSON.stringify({ canary: marker }));
    case "bytea":
      return `convert_to(${literal(marker)}, 'UTF8')`;
    case "date":
      return "date '2026-01-01'";
    case "timestamp without time zone":
    case "timestamp with time zone":
      return "timestamp '2026-01-01 00:00'";
    case "time without time zone":
    case "time with time zone":
      return "time '12:00'";
    case "interval":
      return "interval '1 minute'";
    case "inet":
    case "cidr":
      return "'192.0.2.1'";
    case "tsvector":
      return `to_tsvector('simple', ${literal(marker)})`;
    case "xml":
      return literal(`<canary>${marker}</canary>`);
    default:
      return null;
  }
}

/** `(columns) overriding system value values (values)` of a row with the given text in it. */
export function rowOf(
  table: TableFacts,
  marker: string,
  options: {
    tenantId?: string;
    isSparse?: boolean;
    refer?: { columns: readonly string[]; marker: string };
  } = {},
): string {
  const names: string[] = options.tenantId === undefined ? [] : ["tenant_id"];
  const values: string[] = options.tenantId === undefined ? [] : [literal(options.tenantId)];
  const keys = new Set([...table.primaryKey, ...table.references.flatMap((reference) => reference.columns)]);
  for (const column of table.columns) {
    if (column.isGenerated) continue;
    if (options.isSparse && !column.isRequired && !keys.has(column.name)) continue;
    const isReference = options.refer?.columns.includes(column.name);
    const value = sampleValue(column, isReference ? (options.refer?.marker ?? marker) : marker);
    if (value === null) continue;
    names.push(identifier(column.name));
    values.push(value);
  }
  return `(${names.join(", ")}) overriding system value values (${values.join(", ")})`;
}
