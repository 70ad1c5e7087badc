import { type Query, query, quoteIdentifier } from "../db/sql.ts";
import type { SealedShape, SealedTable } from "../isolation/sealed-shape.ts";

/** A sealed column in one place. Names are of the app's model, never of a request. */
export interface SealedAt {
  readonly schema: string;
  readonly column: SealedShape;
  readonly key: SealedTable["key"];
}

const q = quoteIdentifier;
const KEY_TYPES: Readonly<Record<string, string>> = {
  int2: "int2",
  int4: "int4",
  int8: "int8",
  uuid: "uuid",
};
const keyType = (kind: string) => KEY_TYPES[kind] ?? "text";

function tableOf({ schema, column }: SealedAt): string {
  return `${q(schema)}.${q(column.table)}`;
}

/** Where an envelope names its key: see keys/envelope.ts. */
const keyIdOf = (cipher: string) => `substring(${q(cipher)} from 5 for 16)`;

export function countUnder(at: SealedAt): Query<{ n: number }> {
  const { cipher } = at.column;
  return query(
    `fleet.count_under_${at.column.id}`,
    `select count(*)::float8 as n from ${tableOf(at)}
     where tenant_id = $1::uuid and ${keyIdOf(cipher)} = any($2::bytea[])`,
  );
}

/** What a tenant has in a column, sealed and plain, of values that are there. */
export function countValuesOf(at: SealedAt): Query<{ sealed: number; plain: number }> {
  const { cipher, column } = at.column;
  return query(
    `fleet.count_values_of_${at.column.id}`,
    `select count(*) filter (where ${q(cipher)} is not null and ${q(column)} is null)::float8 as sealed,
       count(*) filter (where ${q(column)} is not null)::float8 as plain
     from ${tableOf(at)}
     where tenant_id = $1::uuid`,
  );
}

/** Values of a tenant under old keys, in the order of the key, after the cursor. */
export function listUnder(at: SealedAt): Query<{ key: string[]; sealed: Buffer }> {
  const names = at.key.map(({ column }) => q(column));
  const cursor = at.key.map(({ kind }, i) => `$${i + 4}::${keyType(kind)}`);
  return query(
    `fleet.list_under_${at.column.id}`,
    `select array[${names.map((name) => `${name}::text`).join(", ")}] as key, ${q(at.column.cipher)} as sealed
     from ${tableOf(at)}
     where tenant_id = $1::uuid and ${keyIdOf(at.column.cipher)} = any($2::bytea[])
       and (${cursor[0]} is null or (${names.join(", ")}) > (${cursor.join(", ")}))
     order by ${names.join(", ")}
     limit $3::integer`,
  );
}

/** Compare and swap: what was changed meanwhile stays. */
export function swapUnder(at: SealedAt): Query<never> {
  const arrays = at.key.map(({ kind }, i) => `$${i + 4}::${keyType(kind)}[]`);
  const join = at.key.map(({ column }, i) => `t.${q(column)} = n.k${i}`);
  return query(
    `fleet.swap_under_${at.column.id}`,
    `update ${tableOf(at)} t
     set ${q(at.column.cipher)} = n.anew
     from unnest($2::bytea[], $3::bytea[], ${arrays.join(", ")}) as n (old, anew, ${at.key.map((_, i) => `k${i}`).join(", ")})
     where t.tenant_id = $1::uuid and ${join.join(" and ")} and t.${q(at.column.cipher)} = n.old`,
  );
}

export interface PlainRow {
  tenant_id: string;
  key: string[];
  plain: string;
  subject: string | null;
}

/** Plain values of all tenants in a place, in the order of the key, after the cursor. */
export function listPlain(at: SealedAt): Query<PlainRow> {
  const { column, subject } = at.column;
  const names = ["tenant_id", ...at.key.map((part) => q(part.column))];
  const cursor = ["$2::uuid", ...at.key.map(({ kind }, i) => `$${i + 3}::${keyType(kind)}`)];
  const key = at.key.map((part) => `${q(part.column)}::text`);
  return query(
    `fleet.list_plain_${at.column.id}`,
    `select tenant_id, array[${key.join(", ")}] as key, ${q(column)}::text as plain,
       ${subject === null ? "null" : `${q(subject)}::text`} as subject
     from ${tableOf(at)}
     where ${q(column)} is not null
       and ($2::uuid is null or (${names.join(", ")}) > (${cursor.join(", ")}))
     order by ${names.join(", ")}
     limit $1::integer`,
  );
}

/** Compare and swap, as text: what was changed meanwhile is met again. */
export function sealPlain(at: SealedAt): Query<never> {
  const { column, cipher, index, subject } = at.column;
  const arrays = at.key.map(({ kind }, i) => `$${i + 6}::${keyType(kind)}[]`);
  const join = at.key.map((part, i) => `t.${q(part.column)} = n.k${i}`);
  const person = subject === null ? "n.subject is null" : `t.${q(subject)}::text = n.subject`;
  return query(
    `fleet.seal_plain_${at.column.id}`,
    `update ${tableOf(at)} t
     set ${q(column)} = null, ${q(cipher)} = n.cipher${index === null ? "" : `, ${q(index)} = n.index`}
     from unnest($1::uuid[], $2::text[], $3::bytea[], $4::bytea[], $5::text[], ${arrays.join(", ")})
       as n (tenant_id, plain, cipher, index, subject, ${at.key.map((_, i) => `k${i}`).join(", ")})
     where t.tenant_id = n.tenant_id and ${join.join(" and ")} and t.${q(column)}::text = n.plain and ${person}`,
  );
}

/** Constraints and indexes of one name in a database, by schema; those that hold for every row. */
export const listHolding = query<{ schema: string; name: string; holds: boolean }>(
  "fleet.list_holding",
  `select n.nspname as schema, k.conname as name, k.convalidated as holds
   from pg_catalog.pg_constraint k
   join pg_catalog.pg_namespace n on n.oid = k.connamespace
   where k.conname = any($1::text[])
   union all
   select n.nspname, c.relname, i.indisvalid
   from pg_catalog.pg_class c
   join pg_catalog.pg_index i on i.indexrelid = c.oid
   join pg_catalog.pg_namespace n on n.oid = c.relnamespace
   where c.relname = any($1::text[])`,
);

export function addOnly(at: SealedAt): string {
  return `alter table ${tableOf(at)} add constraint ${q(at.column.only)} check (${q(at.column.column)} is null) not valid`;
}

export function validate(at: SealedAt, name: string): string {
  return `alter table ${tableOf(at)} validate constraint ${q(name)}`;
}

export function addLookup(at: SealedAt, name: string, index: string): string {
  return `create index concurrently ${q(name)} on ${tableOf(at)} (tenant_id, ${q(index)}) where ${q(index)} is not null`;
}

/** What a broken-off build leaves behind. */
export function dropLookup(at: SealedAt, name: string): string {
  return `drop index concurrently if exists ${q(at.schema)}.${q(name)}`;
}

/** The first step: the column's storage stands everywhere. */
export const startSealing = query(
  "fleet.start_sealing",
  `insert into tenancy.sealed_columns (id, stage) values ($1::text, 'readable') on conflict do nothing`,
);

/** The next step, when every process has had time to hear of this one; no row when it has not, or another took it. */
export const stepSealing = query(
  "fleet.step_sealing",
  `update tenancy.sealed_columns
   set stage = $3::text, since = now()
   where id = $1::text and stage = $2::text and since <= now() - make_interval(secs => $4::float8 / 1000)`,
);

/** A row when every process has had time to hear of the stage. */
export const findDrained = query<{ id: string }>(
  "fleet.find_drained",
  `select id from tenancy.sealed_columns
   where id = $1::text and since <= now() - make_interval(secs => $2::float8 / 1000)`,
);

export interface TenantPlaceAt {
  cell: string;
  level: "table" | "schema" | "database";
  database_name: string;
  schema_name: string;
}

/** Where a tenant's rows are; none for one that has no place, or none any more. */
export const findTenantPlace = query<TenantPlaceAt>(
  "fleet.find_tenant_place",
  `select l.cell, l.level, l.database_name, l.schema_name
   from tenancy.tenants t
   join tenancy.placements l on l.tenant_id = t.id
   where t.id = $1::uuid and t.status not in ('provisioning', 'erasing', 'erased')`,
);
