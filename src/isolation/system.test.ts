import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type House, openHouse } from "../../test/support/house.ts";
import { isTenancyError } from "../base/errors.ts";
import { ISOLATION_LEVELS } from "../tenants/tenant.ts";

let house: House;
before(async () => {
  house = await openHouse();
  for (const isolation of ISOLATION_LEVELS) {
    const tenant = await house.tenancy.tenants.create({ name: `System ${isolation}`, isolation });
    await house.tenancy.data.run(tenant.id, (ctx) => ctx.table("tracks").insert({ title: tenant.id }));
  }
  const closed = await house.tenancy.tenants.create({ name: "Closed" });
  await house.tenancy.tenants.suspend(closed.id, "closed");
});
after(async () => {
  await house[Symbol.asyncDispose]();
});

test("work across tenants is done once for each, in a context that sees that tenant alone", async () => {
  const system = await house.tenancy.system("nightly count");
  const seen = new Map<string, unknown[]>();

  const done = await system.each(async (ctx, tenant) => {
    assert.equal(seen.has(tenant.id), false);
    seen.set(tenant.id, await ctx.table("tracks").findAll());
  });

  assert.equal(done, 3);
  for (const [id, rows] of seen)
    assert.deepEqual(
      (rows as { title: string }[]).map((row) => row.title),
      [id],
    );
});

test("who enters and why is recorded before anything is opened, and no reason is no entry", async () => {
  const { control } = house.tenancy.internals;

  await house.tenancy.system("audit of genres");
  await assert.rejects(
    () => house.tenancy.system(" "),
    (error) => isTenancyError(error, "system.reason_missing"),
  );

  const { rows } = await control.query<{ actor: string; detail: object }>(
    "select actor, detail from tenancy.events where action = 'system.entered' order by id desc limit 1",
  );
  assert.deepEqual(rows, [{ actor: "library", detail: { reason: "audit of genres" } }]);
});

test("one tenant's failure does not keep the others from theirs", async () => {
  const system = await house.tenancy.system("fails once");
  let count = 0;

  const failed = await system
    .each(async (_, tenant) => {
      count += 1;
      if (tenant.placement.level === "schema") throw new Error("no luck");
    })
    .catch((error: AggregateError) => error);

  assert.equal(count, 3);
  assert.ok(failed instanceof AggregateError);
  assert.match(String(failed.errors[0]?.message), /^system-schema: no luck$/);
});
