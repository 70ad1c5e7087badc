import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type House, openHouse } from "./support/house.ts";

/** What a tenant's SQL may call of ours: its seat, and locks of its own. */
const OPEN_FUNCTIONS = ["current_tenant", "lock", "try_lock"];

let house: House;
before(async () => {
  house = await openHouse({ sql: null });
});
after(() => house?.[Symbol.asyncDispose]());

for (const kind of ["the control database", "a tenant's own database"]) {
  test(`of our schema in ${kind} tenants can call three functions, and reach no table, sequence or type`, async () => {
    const { internals, tenants } = house.tenancy;
    const own = kind.startsWith("a")
      ? await tenants.create({ name: "Own", isolation: "database" })
      : undefined;
    const at = { cell: "local", level: "database", tenantId: own?.id ?? "" } as const;
    const pool = own ? await internals.parts.placePool(at) : internals.control;
    const role = own ? own.record.placement.database : internals.parts.role;

    const { rows: functions } = await pool.query({
      text: `select proname from pg_proc p where pronamespace = 'tenancy'::regnamespace
               and has_function_privilege($1, p.oid, 'execute') order by proname`,
      values: [role],
    });
    const { rows: relations } = await pool.query({
      text: `select c.relname from pg_class c
             where c.relnamespace = 'tenancy'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'S')
               and case when c.relkind = 'S' then has_sequence_privilege($1, c.oid, 'usage, select, update')
                   else has_table_privilege($1, c.oid, 'select, insert, update, delete, truncate, references, trigger')
                     or has_any_column_privilege($1, c.oid, 'select, insert, update, references') end`,
      values: [role],
    });

    assert.deepEqual(
      functions.map(({ proname }) => proname),
      OPEN_FUNCTIONS,
    );
    assert.deepEqual(relations, []);
  });
}
