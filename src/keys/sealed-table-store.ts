import { type Query, query, quoteIdentifier } from "../db/sql.ts";

/** Names of ours, never of a request. */
export interface SealedColumn {
  /** In the schema tenancy. */
  readonly table: string;
  /** Of type bytea. */
  readonly column: string;
  /** Null: the table is the platform's. */
  readonly tenantColumn: string | null;
  readonly key: readonly { readonly name: string; readonly type: string }[];
}

/** Where an envelope names its key: see envelope.ts. */
const keyIdOf = (column: string) => `substring(${quoteIdentifier(column)} from 5 for 16)`;

/** Spelled out, since no index serves `is not distinct from`; the planner sees which half it needs. */
function ofTenant(tenantColumn: string | null, tenant: string, prefix = ""): string {
  if (tenantColumn === null) return "";
  const column = `${prefix}${quoteIdentifier(tenantColumn)}`;
  return `and (${column} = ${tenant} or (${tenant} is null and ${column} is null))`;
}

export function countSealed({ table, column, tenantColumn }: SealedColumn): Query<{ n: number }> {
  return query(
    `keys.count_sealed_${table}_${column}`,
    `select count(*)::integer as n
     from tenancy.${quoteIdentifier(table)}
     where ${keyIdOf(column)} = any($1::bytea[])
       ${ofTenant(tenantColumn, "$2::uuid")}`,
  );
}

/**
 * For the transaction of a step. Each of a tenant's values is found by the index of its key; where statistics are old, the
 * planner would read all of them at every step instead, and the sweep of a big tenant would never end.
 */
export const keepToIndexes = query(
  "keys.keep_to_indexes",
  `select set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),
     set_config('enable_bitmapscan', 'off', true), set_config('enable_seqscan', 'off', true),
     set_config('enable_sort', 'off', true)`,
);

/** In the order of the key, after the cursor. */
export function listSealed(at: SealedColumn): Query<{ key: string[]; sealed: Buffer }> {
  const names = at.key.map(({ name }) => quoteIdentifier(name));
  const cursor = at.key.map(({ type }, i) => `$${i + 3}::${type}`);
  const tenant = `$${at.key.length + 3}::uuid`;
  return query(
    `keys.list_sealed_${at.table}_${at.column}`,
    `select array[${names.map((name) => `${name}::text`).join(", ")}] as key, ${quoteIdentifier(at.column)} as sealed
     from tenancy.${quoteIdentifier(at.table)}
     where ${keyIdOf(at.column)} = any($1::bytea[])
       ${ofTenant(at.tenantColumn, tenant)}
       and (${cursor[0]} is null or (${names.join(", ")}) > (${cursor.join(", ")}))
     order by ${names.join(", ")}
     limit $2::integer`,
  );
}

/** Compare and swap: what was changed meanwhile stays. The tenant is named for the index that begins with it. */
export function swapSealed(at: SealedColumn): Query<{ n: number }> {
  const column = quoteIdentifier(at.column);
  const fields = at.key.map((_, i) => `k${i}`);
  const arrays = at.key.map(({ type }, i) => `$${i + 3}::${type}[]`);
  const join = at.key.map(({ name }, i) => `t.${quoteIdentifier(name)} = n.k${i}`);
  return query(
    `keys.swap_sealed_${at.table}_${at.column}`,
    `with swapped as (
       update tenancy.${quoteIdentifier(at.table)} t
       set ${column} = n.anew
       from unnest($1::bytea[], $2::bytea[], ${arrays.join(", ")}) as n (old, anew, ${fields.join(", ")})
       where ${join.join(" and ")} and t.${column} = n.old
         ${ofTenant(at.tenantColumn, `$${at.key.length + 3}::uuid`, "t.")}
       returning 1)
     select count(*)::integer as n from swapped`,
  );
}
