import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type pg from "pg";
import { ISOLATION_LEVELS } from "../src/tenants/tenant.ts";
import { openHouse } from "./support/house.ts";

const FILE = fileURLToPath(new URL("../../shared/data/chinook/chinook.sql", import.meta.url));
const TENANTS_PER_LEVEL = 20;
/** Tables of the store and how many rows its script loads. */
const ROWS: Readonly<Record<string, number>> = {
  album: 347,
  artist: 275,
  customer: 59,
  employee: 8,
  genre: 25,
  invoice: 412,
  invoice_line: 2_240,
  media_type: 5,
  playlist: 18,
  playlist_track: 8_715,
  track: 3_503,
};

const sql = await readFile(FILE, "utf8").catch(() => null);

test("the Chinook store runs in 20 tenants at each level, whole, and every foreign key holds", {
  skip: sql === null ? "chinook.sql is not at ../shared/data" : false,
}, async () => {
  await using house = await openHouse({ sql: null, shared: [] });
  const { tenants, data, internals } = house.tenancy;
  await house.migrate([{ version: 1, name: "0001_chinook.sql", sql: sql as string }]);

  for (const isolation of ISOLATION_LEVELS) {
    for (let i = 0; i < TENANTS_PER_LEVEL; i++) {
      await tenants.create({ name: `Chinook ${isolation} ${i}`, isolation, plan: "premium" });
    }
  }

  const all = await tenants.list({ limit: 200 });
  assert.equal(all.length, TENANTS_PER_LEVEL * 3);
  for (const tenant of all) {
    await data.run(tenant.id, async (ctx) => {
      const counts: Record<string, number> = {};
      for (const table of Object.keys(ROWS)) counts[table] = await ctx.table(table).count();
      assert.deepEqual(counts, ROWS, `${tenant.slug} at ${tenant.placement.level} level`);
    });
  }
  // One tenant's store changes; the others' do not.
  const [first, ...others] = all;
  await data.run(first!.id, async (ctx) => {
    await ctx.query({ text: "delete from playlist_track" });
    await ctx.query({ text: "update track set unit_price = 0 where genre_id = $1", values: [1] });
  });
  for (const other of others.slice(0, 40)) {
    await data.run(other.id, async (ctx) => {
      assert.equal(await ctx.table("playlist_track").count(), ROWS["playlist_track"]);
      assert.equal(await ctx.table("track").count({ where: { unitPrice: 0 } as never }), 0);
    });
  }
  const pools = new Set<pg.Pool>();
  for (const { id, placement } of all) {
    pools.add(
      await internals.parts.placePool({ cell: placement.cell, level: placement.level, tenantId: id }),
    );
  }
  let keys = 0;
  for (const pool of pools) keys += await checkForeignKeys(pool);
  // 11 foreign keys in the shared tables, in 20 schemas, and in 20 databases.
  assert.equal(keys, 11 * (1 + TENANTS_PER_LEVEL + TENANTS_PER_LEVEL));
});

/** Looks for rows without their parent, key by key; returns how many keys were looked at. */
async function checkForeignKeys(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ child: string; parent: string; pairs: string; present: string }>(`
    select format('%I.%I', cn.nspname, c.relname) as child, format('%I.%I', pn.nspname, p.relname) as parent,
      (select string_agg(format('p.%I = c.%I', pa.attname, ca.attname), ' and ')
       from unnest(k.conkey, k.confkey) with ordinality u(ck, pk, i)
       join pg_attribute ca on ca.attrelid = k.conrelid and ca.attnum = u.ck
       join pg_attribute pa on pa.attrelid = k.confrelid and pa.attnum = u.pk) as pairs,
      (select string_agg(format('c.%I is not null', ca.attname), ' and ')
       from unnest(k.conkey) u(ck) join pg_attribute ca on ca.attrelid = k.conrelid and ca.attnum = u.ck) as present
    from pg_constraint k
    join pg_class c on c.oid = k.conrelid join pg_namespace cn on cn.oid = c.relnamespace
    join pg_class p on p.oid = k.confrelid join pg_namespace pn on pn.oid = p.relnamespace
    where k.contype = 'f' and cn.nspname <> 'tenancy'`);
  for (const { child, parent, pairs, present } of rows) {
    assert.match(pairs, /tenant_id/, `${child} → ${parent} does not carry the tenant`);
    const orphans = await pool.query<{ n: number }>(
      `select count(*)::int as n from ${child} c where ${present} and not exists (select 1 from ${parent} p where ${pairs})`,
    );
    assert.equal(orphans.rows[0]?.n, 0, `${child} → ${parent}`);
  }
  return rows.length;
}
