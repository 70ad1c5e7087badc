import { identifier, literal, type Party, type Try } from "./attempt.ts";
import { rowOf, sampleValue, type TableFacts, variant } from "./facts.ts";

/** Every app table, read and written by every statement that PostgreSQL has for it. */
export function rowTries(victim: Party, schema: string, tables: readonly TableFacts[]): Try[] {
  return tables.flatMap((table) =>
    table.isTenants ? tenantTable(victim, schema, table) : sharedTable(schema, table),
  );
}

function tenantTable(victim: Party, schema: string, table: TableFacts): Try[] {
  const name = `${identifier(schema)}.${identifier(table.name)}`;
  const id = literal(victim.tenantId);
  const theirs = `tenant_id = ${id}`;
  const marker = variant(victim.marker ?? "canary-stranger-of-all", "x");
  const row = rowOf(table, marker, { tenantId: victim.tenantId });
  const key = ["tenant_id", ...table.primaryKey].map(identifier).join(", ");
  const changed = table.columns.find(
    (column) => !column.isGenerated && !table.primaryKey.includes(column.name),
  );
  const value = changed && sampleValue(changed, marker);
  const set = changed && value ? `${identifier(changed.name)} = ${value}` : "tenant_id = tenant_id";
  const make = (way: string, claim: Try["claim"], ...statements: string[]): Try => ({
    way,
    target: `${schema}.${table.name}`,
    claim,
    statements,
  });
  return [
    make("select", "unseen", `select * from ${name}`),
    make("select", "unseen", `select * from ${name} where ${theirs}`),
    make("select", "unseen", `select * from only ${name} where ${theirs} or true`),
    make(
      "select",
      "unseen",
      `select count(*) over (), t.tenant_id from ${name} t where t.tenant_id <> tenancy.current_tenant()`,
    ),
    make("cast", "unseen", `select 1 from ${name} t where t::text::int > 0 and ${theirs}`),
    make("insert", "refused", `insert into ${name} ${row}`),
    make("insert", "refused", `insert into ${name} ${row} on conflict do nothing`),
    make("returning", "refused", `insert into ${name} ${row} returning *`),
    make("update", "untouched", `update ${name} set ${set} where ${theirs}`),
    make("update", "untouched", `update ${name} set tenant_id = ${id}`),
    make("returning", "unseen", `update ${name} set ${set} where ${theirs} returning *`),
    make("delete", "untouched", `delete from ${name} where ${theirs}`),
    make("returning", "unseen", `delete from ${name} where ${theirs} returning *`),
    make("upsert", "refused", `insert into ${name} ${row} on conflict (${key}) do update set ${set}`),
    make(
      "merge",
      "refused",
      `merge into ${name} t using (select 1) s on t.${theirs} and false
       when not matched then insert ${row}`,
    ),
    make(
      "merge",
      "untouched",
      `merge into ${name} t using (select 1) s on t.${theirs} when matched then update set ${set}`,
    ),
    make(
      "merge",
      "untouched",
      `merge into ${name} t using (select 1) s on t.${theirs} when matched then delete`,
    ),
    make(
      "copy",
      "unseen",
      `select query_to_xml(${literal(`select * from ${name} where ${theirs}`)}, true, true, '')::text`,
    ),
    make("copy", "refused", `copy ${name} from stdin`),
    make("copy", "refused", `copy ${name} to '/tmp/tenancy-proof'`),
    make("copy", "refused", `copy (select 1) to program 'true'`),
    make("truncate", "refused", `truncate ${name}`),
    make("truncate", "refused", `truncate ${name} restart identity cascade`),
    make(
      "trigger",
      "refused",
      `create trigger tenancy_proof before insert on ${name} execute function suppress_redundant_updates_trigger()`,
    ),
    make("alter_table", "refused", `alter table ${name} no force row level security`),
    make("alter_table", "refused", `drop policy tenancy_guard on ${name}`),
    make("alter_table", "refused", `create policy tenancy_proof on ${name} using (true)`),
    make("view", "refused", `create view tenancy_proof as select * from ${name}`),
    make("row_security", "unseen", "set local row_security = off", `select * from ${name}`),
    make(
      "statistics",
      "unseen",
      `select * from pg_catalog.pg_stats where schemaname = ${literal(schema)} and tablename = ${literal(table.name)}`,
    ),
    make(
      "statistics",
      "unseen",
      `select * from pg_catalog.pg_stats_ext where schemaname = ${literal(schema)} and tablename = ${literal(table.name)}`,
    ),
  ];
}

/** Reference tables have no tenants' rows; nobody may change what all read. */
function sharedTable(schema: string, table: TableFacts): Try[] {
  const name = `${identifier(schema)}.${identifier(table.name)}`;
  const make = (way: string, statement: string): Try => ({
    way,
    target: `${schema}.${table.name}`,
    claim: "refused",
    statements: [statement],
  });
  const column = identifier(table.columns[0]?.name ?? "");
  return [
    make("insert", `insert into ${name} ${rowOf(table, "canary")}`),
    make("update", `update ${name} set ${column} = ${column}`),
    make("delete", `delete from ${name}`),
    make("truncate", `truncate ${name}`),
  ];
}
