import assert from "node:assert/strict";
import { test } from "node:test";
import pg from "pg";
import { openHouse } from "../../test/support/house.ts";
import { uuidv7 } from "../base/ids.ts";
import { quoteIdentifier, quoteLiteral } from "../db/sql.ts";
import { placeName } from "./place-names.ts";
import { createDatabasePlace } from "./place-setup.ts";

test("a database whose maker died after any statement is finished by the next run: its role is a tenant's, and the only one let in", async () => {
  await using house = await openHouse({ sql: null });
  const { cells, control } = house.tenancy.internals;
  const admin = await cells.admin("local");
  for (const steps of [0, 1, 2, 3, 4]) {
    const tenantId = uuidv7();
    const name = placeName(tenantId);
    const role = quoteIdentifier(name);
    const connection = await cells.appConnection("local", name, name);
    try {
      await admin.pool().query(`create database ${role} template template0`);
      const done = [
        `create role ${role} login password ${quoteLiteral(String(connection.password))}`,
        `grant tenancy_tenant to ${role}`,
        `revoke all on database ${role} from public`,
        `alter role ${role} in database ${role} set search_path = public, extensions`,
      ].slice(0, steps);
      for (const statement of done) await admin.pool().query(statement);

      await createDatabasePlace(cells, "local", tenantId);

      const client = new pg.Client(connection);
      await client.connect();
      // TE001: the seat was asked, and there is none yet.
      await assert.rejects(client.query("select tenancy.current_tenant()"), { code: "TE001" });
      const { rows: path } = await client.query("show search_path");
      assert.equal(path[0].search_path, "public, extensions", `after ${steps}`);
      await client.end();
      const { rows } = await control.query(
        "select has_database_privilege('public', $1, 'connect') as is_open",
        [name],
      );
      assert.equal(rows[0].is_open, false, `after ${steps}: everybody may connect`);
    } finally {
      await admin.forget(name);
      await admin.pool().query(`drop database if exists ${role} with (force)`);
      await admin.pool().query(`drop role if exists ${role}`);
    }
  }
});

test("a tenant whose role was left without its rights is served all the same: they are given at the first statement", async () => {
  await using house = await openHouse();
  const { tenants, data, internals } = house.tenancy;
  const { id } = await tenants.create({ name: "Half made", isolation: "database" });
  const role = quoteIdentifier(placeName(id));
  await internals.control.query(`revoke tenancy_tenant from ${role}`);

  const { rows } = await data.run(id, (ctx) => ctx.query({ text: "select tenancy.current_tenant() as id" }));

  assert.equal(rows[0]?.["id"], id);
});
