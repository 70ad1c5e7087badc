import assert from "node:assert/strict";
import { test } from "node:test";
import { openHouse } from "../../test/support/house.ts";
import { ISOLATION_LEVELS } from "../tenants/tenant.ts";
import { findSeatDrift } from "./seat-drift.ts";

test("seats that are missing, left or nobody's are found at every level, and nothing else", async () => {
  await using house = await openHouse();
  const { tenants, internals } = house.tenancy;
  const { parts } = internals;
  const expected: string[] = [];
  for (const isolation of ISOLATION_LEVELS) {
    const [open, closed, stale] = await Promise.all(
      ["Open", "Closed", "Stale"].map((name) => tenants.create({ name: `${name} ${isolation}`, isolation })),
    );
    assert.ok(open && closed && stale);
    await tenants.suspend(closed.id, "test");
    assert.deepEqual(
      (await findSeatDrift(parts)).faults.map(({ slug }) => slug).sort(),
      [...expected].sort(),
    );
    const pool = (id: string) => parts.placePool({ cell: "local", level: isolation, tenantId: id });
    const plant =
      "insert into tenancy.seats (seat_hash, tenant_id, epoch) values (sha256($1::uuid::text::bytea), $1, 9)";
    await (await pool(open.id)).query("delete from tenancy.seats where tenant_id = $1", [open.id]);
    await (await pool(closed.id)).query(plant, [closed.id]);
    await (await pool(stale.id)).query(plant, [stale.id]);
    expected.push(open.slug ?? "", closed.slug ?? "", stale.slug ?? "");
  }
  await internals.control.query(
    "insert into tenancy.seats (seat_hash, tenant_id, epoch) values ('\\x00', gen_random_uuid(), 1)",
  );

  const { faults, checked } = await findSeatDrift(parts);

  assert.equal(checked, 9);
  assert.equal(faults.length, 10);
  const kinds = Object.fromEntries(faults.map(({ slug, kind }) => [slug ?? "nobody", kind]));
  assert.deepEqual(
    [kinds["open-schema"], kinds["closed-database"], kinds["stale-table"], kinds["nobody"]],
    ["missing", "left", "left", "left"],
  );
});
