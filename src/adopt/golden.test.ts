import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { type TestDatabase, testDatabase } from "../../test/support/db.ts";
import { assertAdopted, compile } from "./compile.ts";
import { type Lab, openLab } from "./lab.ts";
import { printAdopted } from "./print.ts";

const FOLDER = new URL("./fixtures/", import.meta.url);
const CHINOOK = new URL("../../../shared/data/chinook/chinook.sql", import.meta.url);
const TENANTS = ["00000000-0000-7000-8000-00000000000a", "00000000-0000-7000-8000-00000000000b"] as const;
const samples = readdirSync(FOLDER).filter((name) => name.endsWith(".sql") && !name.endsWith(".adopted.sql"));

/** TENANCY_UPDATE_FIXTURES=1 writes what comes out; read the difference before you commit it. */
const isUpdating = process.env["TENANCY_UPDATE_FIXTURES"] === "1";

function read(name: string): string {
  return readFileSync(new URL(name, FOLDER), "utf8");
}

describe("adopted SQL", () => {
  for (const name of samples) {
    test(`${name} becomes the reviewed text, again and again`, async () => {
      const compiled = await compile([{ name, sql: read(name) }]);
      const printed = printAdopted(compiled);
      const expectedName = name.replace(".sql", ".adopted.sql");
      if (isUpdating) writeFileSync(new URL(expectedName, FOLDER), printed);

      assertAdopted(compiled);
      assert.equal(printed, read(expectedName));
      assert.equal(printAdopted(await compile([{ name, sql: read(name) }])), printed, "deterministic");
      const again = await compile([{ name: "printed.sql", sql: printed }]);
      assertAdopted(again);
      assert.equal(printAdopted(again), printed, "idempotent");
      assert.deepEqual(again.model, compiled.model, "the same model");
    });
  }
});

describe("adopted SQL on PostgreSQL", () => {
  let database: TestDatabase;
  let lab: Lab;
  before(async () => {
    database = await testDatabase();
    lab = await openLab(database.url);
  });
  after(async () => {
    await lab[Symbol.asyncDispose]();
    await database[Symbol.asyncDispose]();
  });

  for (const name of samples) {
    for (const place of ["public", "t_studio"]) {
      test(`${name} applies in the schema ${place}, and every table is guarded`, async () => {
        const compiled = await compile([{ name, sql: read(name) }], { appRole: lab.appRole });
        await lab.reset();

        await lab.apply(compiled, place, TENANTS);

        assert.deepEqual(await unguarded(lab, compiled.model.sharedTables), []);
        await lab.become(TENANTS[0], place);
        for (const table of Object.values(compiled.model.tables)) {
          const from = table.schema === "public" ? `"${table.name}"` : `"${table.schema}"."${table.name}"`;
          const { fields } = await lab.client.query(`select * from ${from.replace('""', '"')} limit 0`);
          const storage = table.columns.flatMap(({ sealed }) =>
            sealed ? [sealed.cipher, sealed.index] : [],
          );
          assert.deepEqual(
            fields.map(({ name }) => name).filter((name) => ![...storage, "tenant_id"].includes(name)),
            table.columns.map((column) => column.name),
          );
        }
      });
    }
  }

  test("chinook is loaded for two tenants, and each sees its own rows only", async (t) => {
    if (!existsSync(CHINOOK)) return t.skip("the chinook data is not here");
    const compiled = await compile([{ name: "chinook.sql", sql: readFileSync(CHINOOK, "utf8") }], {
      appRole: lab.appRole,
    });
    assertAdopted(compiled);
    await lab.reset();

    await lab.apply(compiled, "public", TENANTS);

    for (const tenant of TENANTS) {
      await lab.become(tenant, "public");
      const { rows } = await lab.client.query(
        "select count(*)::int as tracks, (select count(*)::int from playlist_track) as entries, count(distinct tenant_id)::int as tenants from track",
      );
      assert.deepEqual(rows, [{ tracks: 3503, entries: 8715, tenants: 1 }]);
      await assert.rejects(lab.client.query("delete from artist where artist_id = 1"), { code: "23503" });
    }
    await lab.leave();
    const { rows } = await lab.client.query(
      "select count(*)::int as total, count(distinct tenant_id)::int as tenants from track",
    );
    assert.deepEqual(rows, [{ total: 7006, tenants: 2 }]);
  });
});

/** Tables without the column, forced row security or the restrictive guard, asked from PostgreSQL itself. */
async function unguarded(lab: Lab, shared: readonly string[]): Promise<string[]> {
  await lab.leave();
  const { rows } = await lab.client.query<{ name: string }>(
    `select c.oid::regclass::text as name
     from pg_class c
     join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p')
       and n.nspname !~ '^(pg_|tenancy|extensions|information_schema)'
       and c.relname <> all($1)
       and not (
         c.relrowsecurity and c.relforcerowsecurity
         and exists (select from pg_policy p where p.polrelid = c.oid and p.polname = 'tenancy_guard' and not p.polpermissive)
         and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and a.attnotnull)
       )`,
    [shared],
  );
  return rows.map((row) => row.name);
}
