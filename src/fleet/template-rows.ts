import type pg from "pg";
import { many, query, quoteIdentifier } from "../db/sql.ts";
import type { AppSchema } from "./app-migrations.ts";

/**
 * A tenant that nobody is, in each shared database. Data migrations run for it in their order, as for every tenant;
 * a new table-level tenant gets copies of its rows. Replaying old data migrations on today's tables would fail as
 * soon as a column was renamed.
 */
export const TEMPLATE_TENANT = "00000000-0000-7000-8000-000000000000";

export function hasTenantRows(app: AppSchema): boolean {
  return app.migrations.some((migration) => migration.statements.some((s) => s.scope === "tenant"));
}

export const listCopyColumns = query<{ name: string; columns: string[] }>(
  "fleet.list_copy_columns",
  `select format('%I.%I', n.nspname, c.relname) as name,
     array_agg(a.attname::text order by a.attnum) filter (where a.attname <> 'tenant_id') as columns
   from pg_catalog.pg_class c
   join pg_catalog.pg_namespace n on n.oid = c.relnamespace
   join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
   where n.nspname not in ('tenancy', 'extensions', 'information_schema') and n.nspname not like 'pg\\_%' and n.nspname not like 't\\_%'
     and c.relkind in ('r', 'p') and not c.relispartition
   group by n.nspname, c.relname
   having bool_or(a.attname = 'tenant_id')
   order by 1`,
);

/**
 * Gives a tenant the rows that data migrations made, with the same keys. Repeatable: it starts over if it died, and a
 * tenant that has its rows gets none again. One snapshot: ledger and rows of the template are of one moment.
 */
export async function copyTemplateRows(pool: pg.Pool, tenantId: string): Promise<void> {
  const tables = await many(pool, listCopyColumns);
  const client = await pool.connect();
  try {
    // Rows of the template satisfy foreign keys and have been through the triggers; order and triggers are left out.
    await client.query("begin isolation level repeatable read; set local session_replication_role = replica");
    const claimed = await client.query({
      text: `insert into tenancy.app_ledger (place, version, duration_ms)
             select $1::text, version, 0 from tenancy.app_ledger where place = $2::text
               and not exists (select from tenancy.app_ledger where place = $1::text)
             on conflict do nothing returning version`,
      values: [tenantId, TEMPLATE_TENANT],
    });
    if ((claimed.rowCount ?? 0) > 0) {
      for (const { name, columns } of tables) {
        const list = columns.map(quoteIdentifier).join(", ");
        const comma = columns.length > 0 ? ", " : "";
        await client.query({
          text: `insert into ${name} (tenant_id${comma}${list}) overriding system value
                 select $1::uuid${comma}${list} from ${name} where tenant_id = $2::uuid`,
          values: [tenantId, TEMPLATE_TENANT],
        });
      }
    }
    await client.query("commit");
  } catch (failure) {
    await client.query("rollback").catch(() => undefined);
    throw failure;
  } finally {
    client.release();
  }
}
