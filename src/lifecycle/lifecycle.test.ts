import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type House, openHouse } from "../../test/support/house.ts";
import { isTenancyError } from "../base/errors.ts";
import { ISOLATION_LEVELS } from "../tenants/tenant.ts";

let house: House;
before(async () => {
  house = await openHouse();
});
after(async () => {
  await house[Symbol.asyncDispose]();
});

const code = (expected: string) => (error: unknown) => isTenancyError(error, expected);
const name = (label: string) => `${label} ${Math.random().toString(36).slice(2, 8)}`;

for (const isolation of ISOLATION_LEVELS) {
  test(`a tenant at ${isolation} level is ready and safe when create returns`, async () => {
    const { tenants, data } = house.tenancy;

    const tenant = await tenants.create({
      name: name("Ready"),
      isolation,
      plan: "premium",
      maxUsers: 7,
      features: ["extra"],
    });

    assert.equal(tenant.status, "active");
    assert.equal(tenant.record.limits.maxUsers, 7);
    assert.deepEqual(tenant.record.features, ["ai_mixing", "analytics", "collaboration", "extra"]);
    assert.ok((await tenant.setupSecurityPolicies()).every((wall) => wall.holds));
    await tenant.initializeDataIsolation();
    await data.run(tenant.id, async (ctx) => {
      const track = await ctx.table("tracks").insert({ title: "First", genreId: 1 });
      assert.equal(track["title"], "First");
      assert.equal(await ctx.table("tracks").count(), 1);
    });
  });

  test(`at ${isolation} level a suspended tenant is refused at once, and resumed it works again`, async () => {
    const { tenants, data } = house.tenancy;
    const tenant = await tenants.create({ name: name("Pause"), isolation });
    await using ctx = await data.context(tenant.id);
    await ctx.table("tracks").insert({ title: "Before" });

    await tenants.suspend(tenant.id, "unpaid");

    await assert.rejects(() => ctx.table("tracks").count(), code("tenant.suspended"));
    await assert.rejects(() => data.context(tenant.id), code("tenant.suspended"));
    await tenants.resume(tenant.id);
    assert.equal(await ctx.table("tracks").count(), 1);
    const again = await tenants.get(tenant.id);
    assert.equal(again.record.placement.epoch, tenant.record.placement.epoch + 1);
  });

  test(`at ${isolation} level preparing a closed tenant again leaves its fence as it is`, async () => {
    const { tenants } = house.tenancy;
    const { parts } = house.tenancy.internals;
    const tenant = await tenants.create({ name: name("Fence"), isolation });
    const at = {
      cell: tenant.record.placement.cell,
      level: tenant.record.placement.level,
      tenantId: tenant.id,
    };
    const seats = async () => {
      const pool = await parts.placePool(at);
      const text = "select 1 from tenancy.seats where tenant_id = $1";
      return (await pool.query({ text, values: [tenant.id] })).rowCount;
    };

    await tenant.suspend("unpaid");
    await assert.rejects(() => tenant.initializeDataIsolation(), code("tenant.wrong_state"));
    assert.equal(await seats(), 0);
    await tenant.delete({ confirm: tenant.slug as string });
    await assert.rejects(() => tenant.initializeDataIsolation(), code("tenant.wrong_state"));
    assert.equal(await seats(), 0);
    await tenants.restore(tenant.id);
    await tenant.initializeDataIsolation();
    assert.equal(await seats(), 1);
  });

  test(`deletion at ${isolation} level closes, can be taken back, and at last leaves nothing`, async () => {
    const { tenants, data } = house.tenancy;
    const { control } = house.tenancy.internals;
    const tenant = await tenants.create({
      name: name("Gone"),
      isolation,
      domain: `gone-${isolation}.example.com`,
    });
    await data.run(tenant.id, (ctx) => ctx.table("tracks").insertMany([{ title: "A" }, { title: "B" }]));

    await assert.rejects(
      () => tenants.delete(tenant.id, { confirm: "another" }),
      code("tenant.confirm_mismatch"),
    );
    await tenants.delete(tenant.id, { confirm: tenant.slug as string });
    await assert.rejects(() => data.context(tenant.id), code("tenant.closed"));
    await assert.rejects(() => tenants.erase(tenant.id), code("tenant.wrong_state"));
    await tenants.restore(tenant.id);
    await data.run(tenant.id, async (ctx) => assert.equal(await ctx.table("tracks").count(), 2));
    await tenants.delete(tenant.id, { confirm: tenant.slug as string, graceDays: 0 });
    const erased = await tenants.erase(tenant.id);

    assert.equal(erased.status, "erased");
    assert.equal(erased.slug, null);
    assert.equal(erased.name, "");
    await assert.rejects(() => tenants.get(tenant.id), code("tenant.not_found"));
    const place = `t_${tenant.id.replaceAll("-", "")}`;
    const { rows } = await control.query<Record<string, number>>({
      text: `select (select count(*) from public.tracks where tenant_id = $1)::int as rows,
               (select count(*) from tenancy.seats where tenant_id = $1)::int as seats,
               (select count(*) from tenancy.domains where tenant_id = $1)::int as domains,
               (select count(*) from pg_namespace where nspname = $2)::int as schemas,
               (select count(*) from pg_database where datname = $2)::int as databases,
               (select count(*) from pg_roles where rolname = $2)::int as roles`,
      values: [tenant.id, place],
    });
    assert.deepEqual(rows[0], { rows: 0, seats: 0, domains: 0, schemas: 0, databases: 0, roles: 0 });
    // The name is free again.
    const second = await tenants.create({
      name: "Second life",
      slug: tenant.slug as string,
      isolation: "table",
    });
    assert.equal(second.slug, tenant.slug);
  });
}

test("bad input is told all at once, by field", async () => {
  const input = {
    name: " ",
    slug: "UPPER case",
    domain: "http://x",
    plan: "gold",
    maxUsers: 0,
    features: ["No"],
  };

  await assert.rejects(
    () => house.tenancy.tenants.create({ ...input, isolation: "planet" as never }),
    (error: unknown) => {
      assert.ok(isTenancyError(error, "tenant.input_invalid"));
      assert.deepEqual(error.problems.map((p) => p.path).sort(), [
        "domain",
        "features[0]",
        "isolation",
        "maxUsers",
        "name",
        "plan",
        "slug",
      ]);
      return true;
    },
  );
});

test("a slug that was asked for must be free; one made from the name gets a number", async () => {
  const { tenants } = house.tenancy;
  const label = name("Twin");
  const first = await tenants.create({ name: label });

  const second = await tenants.create({ name: label });

  assert.equal(second.slug, `${first.slug}-2`);
  await assert.rejects(
    () => tenants.create({ name: "Other", slug: first.slug as string }),
    code("tenant.slug_taken"),
  );
});

test("a domain belongs to one tenant", async () => {
  const { tenants } = house.tenancy;
  const domain = `d-${Math.random().toString(36).slice(2, 8)}.example.com`;
  const first = await tenants.create({ name: name("Domain"), domain });

  await assert.rejects(() => tenants.create({ name: name("Thief"), domain }), code("tenant.domain_taken"));
  await tenants.addDomain(first.id, { domain: `www.${domain}`, isPrimary: true });
  const moved = await tenants.removeDomain(first.id, domain);

  assert.deepEqual(
    moved.domains.map((d) => [d.ascii, d.isPrimary]),
    [[`www.${domain}`, true]],
  );
  assert.equal((await tenants.get(`www.${domain}`)).id, first.id);
});

test("every change is in the audit trail, by the one who made it", async () => {
  const tenants = house.tenancy.tenants.as({ actor: "operator:ada" });
  const tenant = await tenants.create({ name: name("Audit") });
  await tenants.suspend(tenant.id, "check");
  await tenants.resume(tenant.id);

  const { rows } = await house.tenancy.internals.control.query<{ action: string; actor: string }>({
    text: "select action, actor from tenancy.events where tenant_id = $1 order by id",
    values: [tenant.id],
  });

  assert.deepEqual(rows, [
    { action: "tenant.created", actor: "operator:ada" },
    { action: "tenant.suspended", actor: "operator:ada" },
    { action: "tenant.resumed", actor: "operator:ada" },
  ]);
});

test("two suspensions at once are one, and a tenant being deleted cannot be suspended", async () => {
  const { tenants } = house.tenancy;
  const tenant = await tenants.create({ name: name("Race") });

  const results = await Promise.allSettled([
    tenants.suspend(tenant.id, "a"),
    tenants.suspend(tenant.id, "b"),
  ]);

  assert.ok(results.some((result) => result.status === "fulfilled"));
  await tenants.resume(tenant.id);
  await tenants.delete(tenant.id, { confirm: tenant.slug as string });
  await assert.rejects(() => tenants.suspend(tenant.id, "late"), code("tenant.wrong_state"));
});

test("a command and the keeper that begin the same erasure at once do it together", async () => {
  const { tenants } = house.tenancy;
  const { control } = house.tenancy.internals;
  const tenant = await tenants.create({ name: name("Twice") });
  await tenants.delete(tenant.id, { confirm: tenant.slug as string, graceDays: 0 });
  const holder = await control.connect();
  await holder.query("begin");
  await holder.query("select from tenancy.tenants where id = $1 for update", [tenant.id]);
  // Both have looked the tenant up, and wait for its row.
  const both = Promise.all([tenants.erase(tenant.id), tenants.erase(tenant.id)]);
  for (;;) {
    const { rows } = await control.query(
      `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
         and query like '%for update%'`,
    );
    if (rows.length === 2) break;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await holder.query("commit");
  holder.release();

  assert.deepEqual(
    (await both).map(({ status }) => status),
    ["erased", "erased"],
  );
  const { rows } = await control.query(
    "select from tenancy.workflows where tenant_id = $1 and kind = 'erase'",
    [tenant.id],
  );
  assert.equal(rows.length, 1);
});
