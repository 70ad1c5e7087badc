import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Tenant } from "../src/lifecycle/tenant-manager.ts";
import { createTenancy, type Tenancy } from "../src/start.ts";
import type { IsolationLevel } from "../src/tenants/tenant.ts";
import { type House, openHouse } from "./support/house.ts";
import { hasPgBouncer, type PgBouncer, startPgBouncer } from "./support/pgbouncer.ts";

const POOL_SIZE = 2;
const TENANTS_PER_LEVEL = 12;
const ROUNDS = 12;
const SKIP = hasPgBouncer() ? false : "PgBouncer is not installed";

describe("through PgBouncer in transaction mode", { skip: SKIP }, () => {
  let house: House;
  let bouncer: PgBouncer;
  let tenancy: Tenancy;
  const tenants: { tenant: Tenant; canary: string }[] = [];

  before(async () => {
    house = await openHouse();
    bouncer = await startPgBouncer(house.url, POOL_SIZE);
    tenancy = await createTenancy({ env: house.env, cwd: house.cwd, background: false, pooler: bouncer });
    for (const isolation of ["table", "schema", "database"] as const satisfies IsolationLevel[]) {
      const count = isolation === "database" ? 2 : TENANTS_PER_LEVEL;
      for (let n = 0; n < count; n++) {
        const tenant = await tenancy.tenants.create({
          name: `Studio ${isolation} ${n}`,
          isolation,
          plan: "enterprise",
        });
        const canary = `canary-${isolation}-${n}`;
        await tenancy.data.run(tenant.id, (ctx) =>
          ctx.query({ text: "insert into tracks (title) values ($1)", values: [canary] }),
        );
        tenants.push({ tenant, canary });
      }
    }
  });
  after(async () => {
    await tenancy?.close();
    await bouncer?.[Symbol.asyncDispose]();
    await house?.[Symbol.asyncDispose]();
  });

  test("the tenants do share server connections", async () => {
    const pids = new Set<number>();
    await Promise.all(
      tenants
        .filter(({ tenant }) => tenant.record.placement.level !== "database")
        .map(({ tenant }) =>
          tenancy.data.run(tenant.id, async (ctx) => {
            pids.add((await ctx.query({ text: "select pg_backend_pid() as pid" })).rows[0].pid);
          }),
        ),
    );
    assert.ok(pids.size <= POOL_SIZE, `${pids.size} server connections`);
  });

  test("many tenants at once, in statements, transactions, errors and cancellations, see their own rows alone", async () => {
    let reads = 0;
    await Promise.all(
      tenants.map(async ({ tenant, canary }, seed) => {
        for (let round = 0; round < ROUNDS; round++) {
          await act(tenancy, tenant.id, (seed + round) % 6);
          const { rows } = await tenancy.data.run(tenant.id, (ctx) =>
            ctx.query({ text: "select title, tenant_id from tracks" }),
          );
          assert.deepEqual(rows, [{ title: canary, tenant_id: tenant.id }]);
          reads += 1;
        }
      }),
    );
    assert.equal(reads, tenants.length * ROUNDS);
  });

  const LEFT: readonly (readonly [leave: string, ask: string, traitor: RegExp])[] = [
    ["set time zone 'Asia/Tokyo'", "show timezone", /Tokyo/],
    [
      "select set_config('app.left', 'behind', false)",
      "select current_setting('app.left', true) as left",
      /behind/,
    ],
    ["set row_security = off", "show row_security", /off/],
    ["set default_transaction_read_only = on", "show transaction_read_only", /"on"/],
    ["set search_path = left_behind", "show search_path", /left_behind/],
    ["set statement_timeout = 1", "show statement_timeout", /"1ms"/],
    [
      "select set_config('tenancy.context', 'left:behind', false)",
      "select current_setting('tenancy.context')",
      /left:behind/,
    ],
    ["declare c cursor with hold for select 'behind' as left", "select name from pg_cursors", /"c"/],
    ["set standard_conforming_strings = off", "show standard_conforming_strings", /off/],
  ];

  for (const [leave, ask, traitor] of LEFT) {
    test(`nothing stays on a server connection after: ${leave}`, async () => {
      const [one, two] = [tenants[0], tenants[TENANTS_PER_LEVEL]];
      assert.ok(one && two);
      const ways = [
        () => tenancy.data.run(one.tenant.id, (ctx) => ctx.query({ text: leave })),
        () => tenancy.data.run(one.tenant.id, (ctx) => ctx.transaction((tx) => tx.query({ text: leave }))),
        () =>
          tenancy.data.run(one.tenant.id, async (ctx) => {
            const client = await ctx.pg.connect();
            await client.query("begin");
            await client.query(leave);
            await client.query("commit");
            client.release();
          }),
      ];
      for (const way of ways) {
        await way();
        const found = await Promise.all(
          Array.from({ length: 2 * POOL_SIZE }, () =>
            tenancy.data.run(two.tenant.id, (ctx) =>
              ctx.query({ text: ask }).catch((failure: Error) => ({ rows: [failure.message] })),
            ),
          ),
        );
        for (const { rows } of found) assert.doesNotMatch(JSON.stringify(rows), traitor);
      }
    });
  }

  test("a suspended tenant is refused within a second, also in the middle of a statement", async () => {
    const { tenant } = tenants[1] as { tenant: Tenant };
    const running = tenancy.data.run(tenant.id, (ctx) => ctx.query({ text: "select pg_sleep(20)" }));
    const refused = assert.rejects(running, { code: "tenant.suspended" });
    await new Promise((resolve) => setTimeout(resolve, 200));
    const startedMs = performance.now();

    await tenancy.tenants.suspend(tenant.id, "test");

    await refused;
    assert.ok(performance.now() - startedMs < 1_000, `${performance.now() - startedMs} ms`);
  });
});

/** Something that happens to a connection; each leaves the tenant's row as it was. */
async function act(tenancy: Tenancy, tenantId: string, kind: number): Promise<void> {
  const stop = new AbortController();
  await tenancy.data.run(tenantId, async (ctx) => {
    switch (kind) {
      case 0:
        await ctx.transaction(async (tx) => {
          await tx.query({ text: "update tracks set duration_ms = 1" });
          await tx.query({ text: "select set_config('app.left', $1, false)", values: [tenantId] });
        });
        return;
      case 1:
        await assert.rejects(ctx.query({ text: "select 1 / 0" }));
        return;
      case 2:
        await assert.rejects(
          ctx.transaction(async (tx) => {
            await tx.query({ text: "delete from tracks" });
            throw new Error("rolled back");
          }),
          /rolled back/,
        );
        return;
      case 3:
        setTimeout(() => stop.abort(new Error("stopped")), 20);
        await assert.rejects(ctx.query({ text: "select pg_sleep(5)" }, stop.signal), /stopped/);
        return;
      case 4:
        assert.equal(
          (await ctx.query({ text: "select coalesce(current_setting('app.left', true), '') as left" }))
            .rows[0].left,
          "",
        );
        return;
      default:
        await ctx.query({ text: "select set_config('app.left', $1, false)", values: [tenantId] });
    }
  });
}
