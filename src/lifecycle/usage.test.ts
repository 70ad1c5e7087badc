import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type House, openHouse } from "../../test/support/house.ts";
import { ISOLATION_LEVELS } from "../tenants/tenant.ts";
import { measureTenant } from "./usage.ts";

let house: House;
before(async () => {
  house = await openHouse();
});
after(async () => {
  await house[Symbol.asyncDispose]();
});

for (const isolation of ISOLATION_LEVELS) {
  test(`usage at ${isolation} level counts the tenant's own rows, and estimates when there are too many`, async () => {
    const { tenants, data, internals } = house.tenancy;
    const [own, other] = [
      await tenants.create({ name: `Own ${isolation}`, isolation }),
      await tenants.create({ name: `Other ${isolation}`, isolation }),
    ];
    const rows = Array.from({ length: 40 }, (_, i) => ({ title: `Track ${i}` }));
    await data.run(own.id, (ctx) => ctx.table("tracks").insertMany(rows));
    await data.run(other.id, (ctx) => ctx.table("tracks").insertMany(rows.slice(0, 7)));

    const exact = await measureTenant(internals.parts, own.record);
    const rough = await measureTenant(internals.parts, own.record, { countedRowsMax: 10 });

    const tracks = exact.tables.find(({ name }) => name === "tracks");
    assert.deepEqual([tracks?.rows, tracks?.isEstimate, exact.totalRows], [40, false, 40]);
    assert.equal(tracks?.bytes === null, isolation === "table");
    assert.equal(exact.databaseBytes === null, isolation !== "database");
    const estimated = rough.tables.find(({ name }) => name === "tracks");
    assert.equal(estimated?.isEstimate, true);
    assert.ok((estimated?.rows ?? 0) >= 11);
  });
}
